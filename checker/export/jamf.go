package export

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
)

// jamfElements are the elements of the Jamf Pro Classic API around profiles. A list
// of the API itself has names alone; others join what it gives for each.
// https://developer.jamf.com/jamf-pro/reference/findosxconfigurationprofilesbyid
var jamfElements = []string{"os_x_configuration_profile", "configuration_profile"}

// opensJamf reports whether the first element of an XML document is one of
// these, or the list of such.
func opensJamf(text []byte) bool {
	for {
		text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte(plist.ByteOrderMark)), " \t\r\n")
		end := -1
		switch {
		case bytes.HasPrefix(text, []byte("<?")):
			end = bytes.Index(text, []byte("?>"))
		case bytes.HasPrefix(text, []byte("<!--")):
			end = bytes.Index(text, []byte("-->"))
		}
		if end < 0 {
			break
		}
		text = text[end+2:]
		text = bytes.TrimPrefix(text, []byte(">"))
	}
	for _, name := range jamfElements {
		rest, ok := bytes.CutPrefix(text, []byte("<"+name))
		rest = bytes.TrimPrefix(rest, []byte("s"))
		if ok && len(rest) > 0 && (rest[0] == '>' || rest[0] == '/' || plist.IsSpace(rest[0])) {
			return true
		}
	}
	return false
}

// jamfReader walks the elements of a document of the API.
type jamfReader struct {
	src     *document
	decoder *xml.Decoder
	from    int // where the decoder began
	path    []string
	export  *profile.Export
	opened  plist.Span // of the element general
	filled  bool       // it holds a profile
	list    []*profile.Profile
}

// maxJamfDepth is how many elements may be inside one another; the API has six.
const maxJamfDepth = 64

var errJamfDepth = errors.New("elements are nested too deep")

// readJamfXML reads the profiles in <payloads> elements, as text with escaped
// markup. It returns nil if the document is not a response of the API.
func (s *document) readJamfXML() []*profile.Profile {
	if !opensJamf(s.Text) {
		return nil
	}
	list := s.jamfWithin(nil)
	if len(list) == 0 {
		list = []*profile.Profile{s.jamfNames()}
	}
	return list
}

func newJamfReader(s *document, path []string) *jamfReader {
	r := &jamfReader{src: s, path: path}
	r.start(0)
	return r
}

// start reads on from an offset.
func (r *jamfReader) start(at int) {
	r.from, r.decoder = at, xml.NewDecoder(bytes.NewReader(r.src.Text[at:]))
	r.decoder.Strict = false
	r.decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
}

// offset is how far the text is read.
func (r *jamfReader) offset() int { return min(r.from+int(r.decoder.InputOffset()), len(r.src.Text)) }

// jamfWithin reads the profiles of a text that is inside these elements.
func (s *document) jamfWithin(path []string) []*profile.Profile {
	r := newJamfReader(s, slices.Clone(path))
	err := r.read()
	if err == io.EOF && len(r.path) > len(path) {
		err = r.cutOff()
	}
	if err != nil && err != io.EOF {
		at := r.offset()
		r.list = append(r.list, s.unreadable(&profile.Export{}, plist.Span{Start: at, End: at}, jamfDamaged, err))
	}
	return r.list
}

const jamfDamaged = "export of Jamf Pro is malformed: %v"

// cutOff returns the error of a text that ends inside an element.
func (r *jamfReader) cutOff() error {
	return errors.New("it ends inside <" + r.path[len(r.path)-1] + ">")
}

// jamfNames returns a profile for a response without settings.
func (s *document) jamfNames() *profile.Profile {
	return &profile.Profile{Source: s.Source, Root: plist.NewNode(plist.Dict, "", ""), Export: &profile.Export{Lossy: true,
		Nothing: "a Jamf Pro list with the names of profiles but not their content; export each profile by its ID"}}
}

// in reports whether the innermost open elements have these names.
func (r *jamfReader) in(names ...string) bool {
	if len(r.path) < len(names) {
		return false
	}
	for i, name := range names {
		if r.path[len(r.path)-len(names)+i] != name {
			return false
		}
	}
	return true
}

func (r *jamfReader) read() error {
	for {
		token, err := r.decoder.RawToken()
		if err != nil {
			return xmlFault(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(r.path) == maxJamfDepth {
				return errJamfDepth
			}
			r.path = append(r.path, token.Name.Local)
			if r.in("general") {
				end := r.offset()
				r.export, r.filled = &profile.Export{}, false
				r.opened = plist.Span{Start: bytes.LastIndexByte(r.src.Text[:end], '<'), End: end}
			}
			if r.export != nil && r.in("general", "payloads") {
				if err := r.payloads(); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if len(r.path) == 0 || r.path[len(r.path)-1] != token.Name.Local {
				return errors.New("unexpected </" + strings.ToValidUTF8(token.Name.Local, "?") + ">")
			}
			if r.in("general") && r.export != nil && !r.filled && (r.in(jamfElements[0], "general") || r.in(jamfElements[1], "general")) {
				r.list = append(r.list, r.src.unfilledAt(r.export, r.opened, "payloads", "is missing or empty"))
			}
			r.path = r.path[:len(r.path)-1]
		case xml.CharData:
			switch text := strings.TrimSpace(string(token)); {
			case r.export == nil || text == "":
			case r.in("general", "name"):
				r.export.Name = text
			case r.in("general", "level"):
				r.export.Level = jamfLevel(text)
			}
		}
	}
}

// payloads reads the profile in the element that was just opened, and continues
// at its end tag. The profile is not read as XML of the export, but by itself.
func (r *jamfReader) payloads() error {
	start := r.offset()
	if bytes.HasSuffix(r.src.Text[:start], []byte("/>")) {
		return nil // empty; an end tag is read next
	}
	rest := r.src.Text[start:]
	end := bytes.Index(rest, []byte("</payloads"))
	if end < 0 {
		return errors.New("it ends inside <payloads>")
	}
	at := plist.Span{Start: start, End: start + end}
	text := bytes.TrimSpace(rest[:end])
	at.Start += bytes.Index(rest[:end], text)
	at.End = at.Start + len(text)
	if len(text) > 0 {
		r.filled = true
		export := *r.export
		r.list = append(r.list, r.src.embedded(at, unescapeXML, &export))
	}
	if bytes.Contains(text, []byte("<![CDATA[")) && bytes.LastIndex(text, []byte("<![CDATA[")) > bytes.LastIndex(text, []byte("]]>")) {
		return errors.New("CDATA section in <payloads> is not closed")
	}
	r.start(start + end)
	return nil
}

// xmlFault words an error of encoding/xml without its line, which is reported
// otherwise, and without its quotations.
func xmlFault(err error) error {
	if fault := (*xml.SyntaxError)(nil); errors.As(err, &fault) {
		switch {
		case strings.HasPrefix(fault.Msg, "unexpected EOF"):
			return errors.New("it is truncated")
		case strings.HasPrefix(fault.Msg, "illegal character"), strings.HasPrefix(fault.Msg, "invalid UTF-8"):
			return errors.New("found a character that XML does not allow")
		}
		return errors.New("XML is not well-formed")
	}
	return err
}

// jamfLevel returns the level of a profile in Apple's words.
func jamfLevel(text string) string {
	switch strings.ToLower(text) {
	case "system", "computer", "computer level", "device", "device level":
		return "System"
	case "user", "user level":
		return "User"
	}
	return ""
}

// unescapeXML decodes the entities in the text of an element. A profile with
// unescaped markup there is not changed.
func unescapeXML(written string, jump func(inner, outer int)) string {
	if strings.HasPrefix(written, "<") && !strings.HasPrefix(written, "<![CDATA[") {
		return written
	}
	var b strings.Builder
	b.Grow(len(written))
	closed := -1 // no CDATA section begins after it
	if strings.Contains(written, "<![CDATA[") {
		closed = strings.LastIndex(written, "]]>")
	}
	for i := 0; i < len(written); {
		start := i
		for i < len(written) && written[i] != '&' && written[i] != '<' {
			i++
		}
		b.WriteString(written[start:i])
		if i == len(written) {
			break
		}
		if rest, ok := strings.CutPrefix(written[i:], "<![CDATA["); ok && i+len("<![CDATA[") <= closed {
			end := strings.Index(rest, "]]>")
			jump(b.Len(), len(written)-len(rest))
			b.WriteString(rest[:end])
			i = len(written) - len(rest) + end + len("]]>")
			jump(b.Len(), i)
			continue
		}
		if r, size := plist.DecodeEntity(written[i:]); size > 0 {
			b.WriteRune(r)
			i += size
			jump(b.Len(), i)
			continue
		}
		b.WriteByte(written[i])
		i++
	}
	return b.String()
}

// readJamfJSON reads the same in JSON, where a profile is a string.
func (s *document) readJamfJSON(root *plist.Node) []*profile.Profile {
	list := s.jamfObjects(root)
	if len(list) == 0 {
		list = []*profile.Profile{s.jamfNames()}
	}
	return list
}

// ofJamfProfile reports whether an object general is that of a configuration profile: those
// of computers and others have none of its keys.
func ofJamfProfile(general *plist.Node) bool {
	if general.Parent() != nil && slices.Contains(jamfElements, general.Parent().Key) {
		return true
	}
	return general.Get("redeploy_on_update") != nil || general.Get("distribution_method") != nil || general.Get("deployment_method") != nil
}

// jamfObjects returns the profiles in and under a value, in the order of the
// text.
func (s *document) jamfObjects(root *plist.Node) (list []*profile.Profile) {
	var found []*plist.Node // the objects general
	for todo := []*plist.Node{root}; len(todo) > 0; todo = todo[1:] {
		if general := todo[0].Get("general"); general.Is(plist.Dict) {
			found = append(found, general)
			continue
		}
		for c := range todo[0].Children() {
			if c.Is(plist.Dict, plist.Array) {
				todo = append(todo, c)
			}
		}
	}
	slices.SortFunc(found, func(a, b *plist.Node) int { return cmp.Compare(a.Span().Start, b.Span().Start) })
	for _, general := range found {
		export := &profile.Export{Name: general.Get("name").Text(), Level: jamfLevel(general.Get("level").Text())}
		n := general.Get("payloads")
		switch {
		case n.Is(plist.String) && strings.TrimSpace(n.Text()) != "":
			list = append(list, s.embedded(plist.Span{Start: n.Span().Start + 1, End: n.Span().End - 1}, unescapeJSON, export))
		case n != nil || !s.truncated && ofJamfProfile(general):
			list = append(list, s.unfilled(export, general, n, "payloads"))
		}
	}
	return list
}
