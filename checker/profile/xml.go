package profile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker/template"
)

// ParseXML parses an XML property list in any encoding.
func ParseXML(s *Source) (*Node, *SyntaxError) {
	text := s.Text
	if s.Origin == nil || s.Origin.Outer == nil || !s.Origin.At.Valid() { // else it was text before, whatever it says
		var err error
		if text, s.Encoding, err = toUTF8(s.Text); err != nil {
			return nil, s.Errorf("%v", err)
		}
	}
	s.Text = text
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(text[:min(len(text), 512)], []byte(byteOrderMark)), " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '<' {
		if what := describeForeign(text, trimmed); what != "" {
			err := s.Errorf("%s", what)
			err.Span = Span{0, 0}
			return nil, err
		}
	}
	sc := scanner{src: s, text: unsafeString(text), chunk: newChunk(min(max(len(text)/48, 32), 4096))}
	root, fault := sc.scan()
	s.chunks = append(s.chunks, sc.chunk)
	return root, fault
}

// describeForeign says what a document is that is commonly found instead of a
// profile; "" if the XML scanner may say something better.
func describeForeign(text, head []byte) string {
	has := func(prefix string) bool { return bytes.HasPrefix(head, []byte(prefix)) }
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return "the file is empty"
	case len(bytes.Trim(text[:min(len(text), 512)], "\x00")) == 0:
		return "the file holds NUL bytes instead of a profile; it is damaged"
	case has("{{"), has("{%"), has("{#"):
		return ""
	case has("{"), has("["):
		return "this is JSON or an OpenStep property list, not an XML or binary property list; devices read the latter two only"
	case has("("):
		return "this is an OpenStep property list, not an XML or binary one; devices read the latter two only"
	case has("PK\x03\x04"):
		return "this is a ZIP archive, not a profile; unpack it first"
	case has("\x1f\x8b"):
		return "this is a gzip file, not a profile; unpack it first"
	case has("\x00\x05\x16\x07"), has("\x00\x05\x16\x00"):
		return "this is an AppleDouble file, which macOS leaves beside a file copied to another file system; delete it"
	case has("version https://git-lfs"):
		return "this is a Git LFS pointer, not the profile itself; run git lfs pull"
	case has("MIME-Version:"), has("Content-Type:"):
		return "this is an S/MIME message; profiles are signed in DER form, as openssl cms -sign -nodetach -outform DER does"
	case has("<<<<<<<"):
		return "a merge conflict is left in the file; resolve it"
	case bytes.IndexByte(text[:min(len(text), 512)], 0) >= 0:
		return "this is a binary file of another kind, not a property list"
	case bytes.Contains(text, []byte("<plist")):
		return ""
	}
	return "this is not a property list; a profile begins with <?xml or <plist, with bplist00, or is a CMS signature"
}

// scanner reads an XML property list in one pass, without recursion. It is as
// strict as devices are: what it accepts is a property list, and every value
// knows its bytes. Template text between elements, or in the place of a value,
// is noted and passed over.
type scanner struct {
	src   *Source
	text  string
	pos   int
	chunk []Node // nodes are cut from here; a full chunk is left behind, so that pointers stay good
	count int
	depth int
	seen  []keySet     // of each open dict or array, what its keys look like
	buf   bytes.Buffer // of text that cannot be taken as it is written

	root, cur      *Node // cur is the open dict or array, nil outside of any
	hasKey         bool  // a <key> waits for its value
	plain          bool  // no byte of the text read last begins a template variable
	key            string
	keyAt          Span
	templateBefore bool // template text since the last value
	sampled        bool // sample text breaks the syntax of the text read last
}

// scan reads the document and returns its root value.
func (s *scanner) scan() (*Node, *SyntaxError) {
	if err := s.prolog(); err != nil {
		return nil, s.blame(err)
	}
	for {
		s.space()
		done, err := s.next()
		if err != nil {
			return nil, s.blame(err)
		}
		if done {
			break
		}
	}
	if err := s.epilog(); err != nil {
		return nil, s.blame(err)
	}
	return s.root, nil
}

// blame marks an error of structure that template text may well explain.
func (s *scanner) blame(err *SyntaxError) *SyntaxError {
	err.Template = err.Template && len(s.src.Templates) > 0
	return err
}

func (s *scanner) fail(at Span, format string, args ...any) *SyntaxError {
	err := &SyntaxError{Source: s.src, Span: at, Message: fmt.Sprintf(format, args...)}
	if slices.ContainsFunc(args, func(arg any) bool { _, quotes := arg.(quotation); return quotes }) {
		unquoted := slices.Clone(args)
		for i, arg := range unquoted {
			if _, quotes := arg.(quotation); quotes {
				unquoted[i] = Mask
			}
		}
		err.Unquoted = fmt.Sprintf(format, unquoted...)
	}
	return err
}

// quotation is text of the document in a message.
type quotation string

// Doubt is what is read, though Apple's own reader, as it was published, refuses
// it.
type Doubt struct {
	Span    Span
	Message string
}

// doubt notes what is read here, as most readers do, and refused by Apple's own
// as it was published: https://github.com/swiftlang/swift-corelibs-foundation,
// CFPropertyList.c. Devices may run another version of it.
func (s *scanner) doubt(at Span, format string, args ...any) {
	if len(s.src.Doubts) < maxDoubts {
		s.src.Doubts = append(s.src.Doubts, Doubt{at, fmt.Sprintf(format, args...)})
	}
}

// resume keeps an error after which reading can go on, and returns nil; or the
// error, where there are too many, or template text may be what explains it.
func (s *scanner) resume(err *SyntaxError) *SyntaxError {
	if len(s.src.Faults) >= maxFaults || err.Template && len(s.src.Templates) > 0 {
		return err
	}
	err.Template = false
	s.src.Faults = append(s.src.Faults, err)
	return nil
}

// structural is fail for what template text may have caused.
func (s *scanner) structural(at Span, format string, args ...any) *SyntaxError {
	err := s.fail(at, format, args...)
	err.Template = true
	return err
}

func (s *scanner) space() {
	text, i := s.text, s.pos
	for i < len(text) && spaces[text[i]] {
		i++
	}
	s.pos = i
}

// spaces marks what isSpace takes: long runs of it are faster looked up.
var spaces = [256]bool{' ': true, '\n': true, '\t': true, '\r': true}

func isSpace(c byte) bool { return c <= ' ' && 1<<c&(1<<' '|1<<'\n'|1<<'\t'|1<<'\r') != 0 }

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.pos:], prefix) }

// here is the span of what starts at the position, as far as a reader would
// take it for one thing.
func (s *scanner) here() Span {
	end := s.pos
	for end < len(s.text) && end < s.pos+40 && !isSpace(s.text[end]) {
		end++
		if s.text[end-1] == '>' || end < len(s.text) && s.text[end] == '<' {
			break
		}
	}
	return Span{s.pos, end}
}

// template passes over a run of template text at the position and notes it.
func (s *scanner) template() bool {
	if s.pos == len(s.text) || !template.CanStart(s.text[s.pos]) {
		return false
	}
	v, ok := template.At(s.text, s.pos)
	if !ok {
		return false
	}
	s.src.Templates = append(s.src.Templates, Span{v.Start, v.End})
	s.pos = v.End
	s.templateBefore = true
	if s.cur != nil {
		s.cur.templated, s.cur.plain = true, false
	}
	return true
}

// startTag reads a start tag and says whether it is an empty element.
func (s *scanner) startTag() (name string, empty bool, err *SyntaxError) {
	at := s.pos
	i := at + 1
	for i < len(s.text) && s.text[i] != '>' && s.text[i] != '/' && s.text[i] != '<' && !isSpace(s.text[i]) {
		i++
	}
	name = s.text[at+1 : i]
	quote, angle := byte(0), false
	ends := func(next int) {
		s.pos = next
		if angle {
			s.doubt(Span{at, next}, "> in quotation marks in the tag <%s, which Apple's reader takes for its end; write &gt;", clip(name))
		}
	}
	for ; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case quote != 0:
			angle = angle || c == '>'
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			ends(i + 1)
			return name, false, nil
		case c == '/':
			if !strings.HasPrefix(s.text[i:], "/>") {
				return name, false, s.fail(Span{at, i + 1}, "stray / in the tag <%s; an empty element ends with />", clip(name))
			}
			ends(i + 2)
			return name, true, nil
		case c == '<':
			return name, false, s.fail(Span{at, i}, "tag <%s is not closed; write > where it ends, or &lt; if no tag is meant", clip(name))
		}
	}
	if quote != 0 {
		return name, false, s.fail(Span{at, at + 1 + len(name)}, "quotation mark is not closed in the tag <%s; write a second %c", clip(name), quote)
	}
	return name, false, s.fail(Span{at, len(s.text)}, "the file ends inside the tag <%s; it is cut off", clip(name))
}

// clip shortens foreign text for a message.
func clip(s string) quotation {
	const most = 32
	if len(s) <= most {
		return quotation(s)
	}
	return quotation(strings.ToValidUTF8(s[:most], "") + "…")
}
