// Package export reads the configuration profiles in documents that other systems
// write: Jamf Pro, Microsoft Intune, MDM commands, and Macs. Large lists are read
// entry by entry.
package export

import (
	"bytes"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
)

// Parse reads the profiles of a document; name is its name in messages. The text
// belongs to the result and must not be changed afterwards.
//
// The error is a *SyntaxError if the document is not a property list that
// devices read. The result then still contains one Profile, without a Root, so
// that the error can be reported like any finding. For an export, the result
// contains all profiles; those that cannot be read have an Err, which is not an
// error of the whole.
func Parse(name string, text []byte) ([]*profile.Profile, error) {
	src := plist.NewSource(name, text)
	if list := (&document{Source: src}).readBlocks(); list != nil {
		return list, nil
	}
	p := profile.Read(src)
	if p.Declaration == "" {
		var list []*profile.Profile
		d := &document{Source: src}
		if p.Err != nil {
			list = d.readText()
		} else if p.Root.Get("PayloadContent") == nil {
			list = d.readPlist(p.Root)
		}
		if list != nil {
			return list, nil
		}
	}
	if p.Err != nil {
		return []*profile.Profile{p}, p.Err
	}
	return []*profile.Profile{p}, nil
}

// ParseEntry reads the profiles of an entry, whose text is given. There are none
// in an entry about something else.
func ParseEntry(name string, part *Entry, text []byte) []*profile.Profile {
	src := &document{Source: plist.NewSource(name, text)}
	src.Origin = part.origin()
	from, root := part.common.system, part.common.root
	if f := part.fault; f != nil {
		if root == "" {
			src.Form = plist.FormJSON
		}
		src.Text = nil
		err := src.Errorf("%s", f.message)
		err.Span, err.Help = plist.Span{Start: 0, End: 0}, f.help
		return []*profile.Profile{{Source: src.Source, Err: err, Export: &profile.Export{}}}
	}
	if root != "" {
		return src.jamfWithin([]string{root})
	}
	doc, value, err := src.parseJSON()
	var list []*profile.Profile
	switch {
	case value == nil:
	case part.common.general != "":
		value.Key = "general"
		around := plist.NewNode(plist.Dict, part.common.general, "")
		around.SetChildren(value)
		list = doc.jamfObjects(around)
	case from == jamf:
		list = doc.jamfObjects(value)
	default:
		list, _ = doc.intuneEntries(value, []*plist.Node{value})
	}
	if from == jamf { // nothing of its values is in those of the profiles
		doc.Release()
	}
	if err != nil {
		list = append(list, &profile.Profile{Source: doc.Source, Err: err, Export: &profile.Export{}})
	}
	return list
}

// Release returns the memory of profiles for use by others. Nothing of them may be
// used afterwards.
func Release(profiles []*profile.Profile) {
	for _, p := range profiles {
		p.Release()
	}
}

// IsProfile reports whether a document, of which Parse returned the profiles and
// the error, is a profile or an export, or a malformed one: a .plist, .xml, or
// .json file may be anything.
func IsProfile(profiles []*profile.Profile, err error, text []byte) bool {
	if profiles[0].Declaration != "" {
		return profiles[0].IsDistinct()
	}
	if x := profiles[0].Export; x != nil {
		return x.Nothing == ""
	}
	if err == nil {
		root := profiles[0].Root
		if root.Get("PayloadContent").Is(plist.Dict) && !strings.EqualFold(root.Get("PayloadType").Text(), "Configuration") {
			return false // a payload on its own, from which profiles are made
		}
		return profiles[0].Foreign() == ""
	}
	if head := bytes.TrimLeft(text[:min(len(text), 512)], " \t\r\n\ufeff"); len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		return false // JSON about something else
	}
	src := profiles[0].Source
	if src.Signatures > 0 {
		return bytes.Contains(src.Text, []byte("PayloadContent"))
	}
	for _, key := range []string{"PayloadContent", "PayloadType", "PayloadIdentifier"} {
		if bytes.Contains(text, []byte(key)) || bytes.Contains(src.Text, []byte(key)) {
			return true
		}
	}
	return false
}

// readPlist returns the profiles of a property list that is an export, or nil
// for others. The nodes of the tree may be moved to the trees of the profiles.
func (s *document) readPlist(root *plist.Node) []*profile.Profile {
	switch {
	case s.Signatures > 0:
		return nil
	case root.Is(plist.Array):
		return s.readSystemProfiler(root)
	case !root.Is(plist.Dict) || root.Templated() || root.Get("PayloadType") != nil:
		return nil
	case root.Len() == 0:
		if strings.HasSuffix(strings.ToLower(s.Name), ".mobileconfig") {
			return nil // meant to be a profile
		}
		return []*profile.Profile{{Source: s.Source, Root: root, Export: &profile.Export{Deployed: true, Lossy: true,
			Nothing: "an empty property list, the output of profiles show on a device without profiles"}}}
	case root.Get("ProfileList").Is(plist.Array):
		return s.readProfileList(root)
	case root.Get("Command").Is(plist.Dict):
		return s.readInstallProfile(root)
	}
	return s.readInstalled(root)
}

// readText returns the profiles of a document that is not a property list, but
// an export in JSON or in XML of another kind; nil if it is neither.
func (s *document) readText() []*profile.Profile {
	head := bytes.TrimLeft(bytes.TrimPrefix(s.Text[:min(len(s.Text), 4096)], []byte(plist.ByteOrderMark)), " \t\r\n")
	switch {
	case len(head) == 0 || s.Signatures > 0 || len(s.Text) > plist.MaxSize:
		return nil
	case head[0] == '{', head[0] == '[':
		return s.readJSON()
	case head[0] == '<':
		return s.readJamfXML()
	case head[0] == '&':
		return s.escaped(head)
	}
	return nil
}

// escaped returns the profile of a document whose markup is written with
// entities, as some tools save what they extract from another document. Devices
// do not read it.
func (s *document) escaped(head []byte) []*profile.Profile {
	for _, start := range []string{"&lt;?xml", "&lt;plist", "&lt;!DOCTYPE plist"} {
		if !bytes.HasPrefix(head, []byte(start)) {
			continue
		}
		at := plist.Span{Start: bytes.IndexByte(s.Text, '&'), End: len(bytes.TrimRight(s.Text, " \t\r\n"))}
		p := s.embedded(at, unescapeXML, &profile.Export{})
		p.Source.Faults = slices.Insert(p.Source.Faults, 0, &plist.SyntaxError{
			Source: p.Source, Span: plist.Span{Start: 0, End: 1}, Message: "markup is escaped: found &lt;, expected <",
			Help: "replace the entities with the characters that they stand for",
		})
		return []*profile.Profile{p}
	}
	return nil
}

// document is a document of another system that is being read.
type document struct {
	*plist.Source
	values    int  // in the profiles that lie in the text
	truncated bool // the document was not read to its end
}

// embedded reads a profile that is in the document as text, between two of its
// offsets.
func (s *document) embedded(at plist.Span, decode func(string, func(int, int)) string, export *profile.Export) *profile.Profile {
	text := decode(string(s.Text[at.Start:at.End]), func(int, int) {})
	return s.read([]byte(text), &plist.Origin{Outer: s.Source, At: at, Decode: decode}, export)
}

// encoded reads a profile that is in the document in another form than text.
func (s *document) encoded(text []byte, export *profile.Export) *profile.Profile {
	return s.read(text, &plist.Origin{Outer: s.Source, At: plist.NoSpan}, export)
}

func (s *document) read(text []byte, origin *plist.Origin, export *profile.Export) *profile.Profile {
	src := plist.NewSource(s.Name, text)
	src.Origin = origin
	p := profile.Read(src)
	p.Export = export
	if src.Signatures > 0 || src.Encoding.Decoded() {
		origin.At = plist.NoSpan // what is read lies no longer there as it is
	}
	if p.Err != nil {
		if export.Name != "" {
			p.Err.Prefix("in the profile " + quote(export.Name) + ": ")
		}
		return p
	}
	if s.values += p.Root.Count(maxExported); s.values > maxExported {
		p.Release()
		p := s.unreadable(export, plist.NoSpan, "profiles of the export have more than %d values in total", maxExported)
		p.Err.Help = "split the export"
		return p
	}
	return p
}

// maxExported is how many values the profiles of one export may hold together.
const maxExported = 1 << 21

// unreadable returns a profile of the document that cannot be read.
func (s *document) unreadable(export *profile.Export, at plist.Span, format string, args ...any) *profile.Profile {
	err := s.Errorf(format, args...).WithHelp("export the profile again")
	err.Span = at
	if export.Name != "" {
		err.Prefix("in the profile " + quote(export.Name) + ": ")
	}
	return &profile.Profile{Source: s.Source, Err: err, Export: export}
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

// restoreTypes gives the settings of a SCEP payload the types they have in a
// profile, as far as their texts allow it.
func restoreTypes(content *plist.Node) {
	for _, k := range profile.SCEPKeys {
		if n := content.Get(k.Name); n != nil {
			n.Retype(k.Kind)
		}
	}
}

// children returns the values of a dictionary or array, to be moved elsewhere.
func children(n *plist.Node) []*plist.Node { return slices.Collect(n.Children()) }
