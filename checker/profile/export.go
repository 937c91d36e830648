package profile

import (
	"bytes"
	"slices"
	"strings"
)

// ExportKind is a shape in which other systems write profiles down.
type ExportKind string

// The shapes that Parse recognises by their content, and one that whoever reads
// streams of profiles may set.
const (
	ExportProfiles       ExportKind = "profiles"        // macOS: profiles show -output stdout-xml, and profiles -C or -P -o stdout-xml
	ExportSystemProfiler ExportKind = "system_profiler" // macOS: system_profiler -xml or -json SPConfigurationProfileDataType
	ExportProfileList    ExportKind = "profile-list"    // the response to the MDM command ProfileList
	ExportInstallProfile ExportKind = "install-profile" // the MDM command InstallProfile
	ExportJamf           ExportKind = "jamf"            // Jamf Pro Classic API, XML or JSON
	ExportIntune         ExportKind = "intune"          // Microsoft Graph: custom configurations, with the profile inside
	ExportIntuneSCEP     ExportKind = "intune-scep"     // Microsoft Graph: SCEP certificate profiles, in terms of Intune
	ExportEscaped        ExportKind = "escaped"         // an XML profile whose markup is written with entities
	ExportTerraform      ExportKind = "terraform"       // a heredoc in a file of Terraform
	ExportMarkdown       ExportKind = "markdown"        // a code block in a file of Markdown
	ExportLines          ExportKind = "json-lines"      // a line of a stream of profiles
)

// Export is what the system that wrote a document tells of a profile in it.
type Export struct {
	Kind   ExportKind
	Name   string // what the system calls the profile; may be empty
	Device string // the device it is installed on, if that is told
	Level  string // "System" or "User", if that is told
	User   string // the user it is installed for, if that is told

	// Deployed says that the profile is one that a device has, or was sent: the
	// same may well be found on many.
	Deployed bool

	// Lossy says that keys of the profile, or their types, are lost or renamed, so
	// that nothing is known of what is not there.
	Lossy bool

	Entry *Node // of Microsoft Graph, as it is written

	// Nothing says why there is nothing to check, where the system tells of the
	// profile without its settings. It goes on from "it is".
	Nothing string
}

// Lossy reports whether keys of the profile may be lost, because another system
// has written down what it made of it.
func (p *Profile) Lossy() bool { return p.Export != nil && p.Export.Lossy }

// Deployed reports whether the profile is known to be one that a device has.
func (p *Profile) Deployed() bool {
	return p.Export != nil && (p.Export.Deployed || p.Export.Device != "")
}

// exported gives the profiles of a property list that is an export, or nil if it
// is none. The nodes of the tree may be hung into the trees of the profiles.
func (s *Source) exported(root *Node) []*Profile {
	switch {
	case s.Signatures > 0:
		return nil
	case root.Is(Array):
		return s.systemProfiler(root)
	case !root.Is(Dict) || root.templated || root.Get("PayloadType") != nil:
		return nil
	case root.Len() == 0:
		if strings.HasSuffix(strings.ToLower(s.Name), ".mobileconfig") {
			return nil // meant to be a profile
		}
		return []*Profile{{Source: s, Root: root, Export: &Export{Kind: ExportProfiles, Deployed: true, Lossy: true,
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
func (s *Source) exportedText() []*Profile {
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
func (s *Source) escaped(head []byte) []*Profile {
	for _, start := range []string{"&lt;?xml", "&lt;plist", "&lt;!DOCTYPE plist"} {
		if !bytes.HasPrefix(head, []byte(start)) {
			continue
		}
		at := Span{bytes.IndexByte(s.Text, '&'), len(bytes.TrimRight(s.Text, " \t\r\n"))}
		p := s.inner(at, unescapeXML, &Export{Kind: ExportEscaped})
		p.Source.Faults = slices.Insert(p.Source.Faults, 0, &SyntaxError{
			Source: p.Source, Span: Span{0, 1}, Message: "markup is written with entities, so that the file is not a property list; expected < for &lt;",
			Hint: "replace the entities with the characters that they stand for",
		})
		return []*Profile{p}
	}
	return nil
}

// within tells where a text lies in the document that it was taken out of.
type within struct {
	outer *Source
	at    Span // of the text as it is written there; NoSpan where it is written otherwise, as in base64

	// decode undoes the way in which the text is written, and tells of each place
	// behind which the two no longer go side by side.
	decode func(written string, jump func(inner, outer int)) string
	jumps  [][2]int32 // made when it is first asked for a place
}

// offset turns an offset of the text into one of the document around it.
func (w *within) offset(inner int) int {
	if w.jumps == nil {
		w.jumps = append(w.jumps, [2]int32{})
		w.decode(string(w.outer.Text[w.at.Start:w.at.End]), func(inner, outer int) { w.jumps = append(w.jumps, [2]int32{int32(inner), int32(outer)}) })
	}
	low, high := 0, len(w.jumps) // the last jump at or before the offset
	for high-low > 1 {
		if middle := (low + high) / 2; int(w.jumps[middle][0]) <= inner {
			low = middle
		} else {
			high = middle
		}
	}
	jump := w.jumps[low]
	return min(w.at.Start+int(jump[1])+inner-int(jump[0]), w.at.End)
}

// inner reads a profile that lies in the document as text, between two of its
// offsets.
func (s *Source) inner(at Span, decode func(string, func(int, int)) string, export *Export) *Profile {
	text := decode(string(s.Text[at.Start:at.End]), func(int, int) {})
	return parseInner(&Source{Name: s.Name, Text: []byte(text), within: &within{outer: s, at: at, decode: decode}}, export)
}

// packed reads a profile that lies in the document in another form than text.
func (s *Source) packed(text []byte, export *Export) *Profile {
	return parseInner(&Source{Name: s.Name, Text: text, within: &within{outer: s, at: NoSpan}}, export)
}

func parseInner(src *Source, export *Export) *Profile {
	src.Leading, src.Encoding = NoSpan, Encoding{Name: "UTF-8", Span: NoSpan}
	p := &Profile{Source: src, Export: export}
	root, err := src.read()
	if src.Signatures > 0 || src.Encoding.decoded() {
		src.within.at = NoSpan // what is read lies no longer there as it is
	}
	p.Declaration = src.declaration
	if err != nil {
		if export.Name != "" {
			err.prefix("in the profile " + quote(export.Name) + ": ")
		}
		p.Err = err
		return p
	}
	outer := src.within.outer
	if outer.values += root.Count(maxExported); outer.values > maxExported {
		p.Release()
		return outer.broken(export, NoSpan, "the profiles of the export hold more than %d values together; split it", maxExported)
	}
	p.Root = root
	return p
}

// maxExported is how many values the profiles of one export may hold together.
const maxExported = 1 << 21

// broken is a profile of the document that cannot be read.
func (s *Source) broken(export *Export, at Span, format string, args ...any) *Profile {
	err := s.refuse(format, args...)
	err.Span = at
	if export.Name != "" {
		err.prefix("in the profile " + quote(export.Name) + ": ")
	}
	return &Profile{Source: s, Err: err, Export: export}
}

// commonSecrets are those of profiles that have places in the same text: a line
// of it may show the secrets of another one.
type commonSecrets struct {
	roots   []*Node // all trees that lie in the text
	hidden  []Span  // what may hold secrets, in a form that they cannot be found in
	secrets *Secrets
}

func (x *commonSecrets) find(src *Source) *Secrets {
	if x.secrets == nil {
		x.secrets = &Secrets{src: src, spans: x.hidden}
		for _, root := range x.roots {
			x.secrets.walk(root)
		}
		x.secrets.searchSource(false)
		x.secrets.finish()
	}
	return x.secrets
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
