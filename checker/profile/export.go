package profile

import (
	"bytes"
	"slices"
	"strings"
)

// exported gives the profiles of a property list that is an export, or nil if it
// is none. The nodes of the tree may be hung into the trees of the profiles.
func (s *document) exported(root *Node) []*Profile {
	switch {
	case s.Signatures > 0:
		return nil
	case root.Is(Array):
		return s.systemProfiler(root)
	case !root.Is(Dict) || root.Templated() || root.Get("PayloadType") != nil:
		return nil
	case root.Len() == 0:
		if strings.HasSuffix(strings.ToLower(s.Name), ".mobileconfig") {
			return nil // meant to be a profile
		}
		return []*Profile{{Source: s.Source, Root: root, Export: &Export{Kind: ExportProfiles, Deployed: true, Lossy: true,
			Nothing: "an empty property list, which profiles show writes where no profiles are installed"}}}
	case root.Get("ProfileList").Is(Array):
		return s.profileList(root)
	case root.Get("Command").Is(Dict):
		return s.installProfile(root)
	}
	return s.installed(root)
}

// exportedText gives the profiles of a document that is no property list, but an
// export in JSON or in XML of another kind; nil if it is none.
func (s *document) exportedText() []*Profile {
	head := bytes.TrimLeft(bytes.TrimPrefix(s.Text[:min(len(s.Text), 4096)], []byte(byteOrderMark)), " \t\r\n")
	switch {
	case len(head) == 0 || s.Signatures > 0 || len(s.Text) > MaxSize:
		return nil
	case head[0] == '{', head[0] == '[':
		return s.exportedJSON()
	case head[0] == '<':
		return s.jamfXML()
	case head[0] == '&':
		return s.escaped(head)
	}
	return nil
}

// escaped gives the profile of a document whose markup is written with entities, as
// some tools save what they took out of another document. Devices do not read it.
func (s *document) escaped(head []byte) []*Profile {
	for _, start := range []string{"&lt;?xml", "&lt;plist", "&lt;!DOCTYPE plist"} {
		if !bytes.HasPrefix(head, []byte(start)) {
			continue
		}
		at := Span{bytes.IndexByte(s.Text, '&'), len(bytes.TrimRight(s.Text, " \t\r\n"))}
		p := s.embedded(at, unescapeXML, &Export{Kind: ExportEscaped})
		p.Source.Faults = slices.Insert(p.Source.Faults, 0, &SyntaxError{
			Source: p.Source, Span: Span{0, 1}, Message: "markup is written with entities, so that the file is not a property list; expected < for &lt;",
			Hint: "replace the entities with the characters that they stand for",
		})
		return []*Profile{p}
	}
	return nil
}

// document is a document of another system that is being read.
type document struct {
	*Source
	values    int  // in the profiles that lie in the text
	truncated bool // the document was not read to its end
}

// embedded reads a profile that lies in the document as text, between two of its
// offsets.
func (s *document) embedded(at Span, decode func(string, func(int, int)) string, export *Export) *Profile {
	text := decode(string(s.Text[at.Start:at.End]), func(int, int) {})
	return s.read([]byte(text), &Origin{Outer: s.Source, At: at, Decode: decode}, export)
}

// encoded reads a profile that lies in the document in another form than text.
func (s *document) encoded(text []byte, export *Export) *Profile {
	return s.read(text, &Origin{Outer: s.Source, At: NoSpan}, export)
}

func (s *document) read(text []byte, origin *Origin, export *Export) *Profile {
	src := newSource(s.Name, text)
	src.Origin = origin
	p := Read(src)
	p.Export = export
	if src.Signatures > 0 || src.Encoding.Decoded() {
		origin.At = NoSpan // what is read lies no longer there as it is
	}
	if p.Err != nil {
		if export.Name != "" {
			p.Err.Prefix("in the profile " + quote(export.Name) + ": ")
		}
		return p
	}
	if s.values += p.Root.Count(maxExported); s.values > maxExported {
		p.Release()
		return s.unreadable(export, NoSpan, "the profiles of the export hold more than %d values together; split it", maxExported)
	}
	return p
}

// maxExported is how many values the profiles of one export may hold together.
const maxExported = 1 << 21

// unreadable is a profile of the document that cannot be read.
func (s *document) unreadable(export *Export, at Span, format string, args ...any) *Profile {
	err := s.Errorf(format, args...)
	err.Span = at
	if export.Name != "" {
		err.Prefix("in the profile " + quote(export.Name) + ": ")
	}
	return &Profile{Source: s.Source, Err: err, Export: export}
}

// quote writes a name in quotation marks, for messages.
func quote(name string) string {
	if len(name) > 100 {
		name = strings.ToValidUTF8(name[:100], "") + "…"
	}
	return `"` + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '"' {
			return '?'
		}
		return r
	}, name) + `"`
}
