package profile

import (
	"bytes"
	"fmt"
	"strings"
)

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
	seen  [][4]uint64 // of each open dict or array, what its keys look like
	room  [12][4]uint64
	buf   bytes.Buffer // of text that cannot be taken as it is written

	root, cur      *Node // cur is the open dict or array, nil outside of any
	hasKey         bool  // a <key> waits for its value
	plain          bool  // no byte of the text read last begins a template variable
	key            string
	keyAt          Span
	templateBefore bool // template text since the last value
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
	return &SyntaxError{Source: s.src, Span: at, Message: fmt.Sprintf(format, args...)}
}

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

// structural is fail for what template text may have caused.
func (s *scanner) structural(at Span, format string, args ...any) *SyntaxError {
	err := s.fail(at, format, args...)
	err.Template = true
	return err
}

func (s *scanner) space() {
	text, i := s.text, s.pos
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	s.pos = i
}

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

// prolog reads up to and with the start tag of <plist>.
func (s *scanner) prolog() *SyntaxError {
	if s.has(byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	start := s.pos
	for {
		s.space()
		switch {
		case s.pos == len(s.text):
			end := len(strings.TrimRight(s.text, " \t\r\n"))
			return s.fail(Span{end, end}, "no <plist> element: the file ends before one begins; it is cut off")
		case s.has("<?xml") && s.pos+5 < len(s.text) && isSpace(s.text[s.pos+5]) && s.pos > start: // not <?xml-stylesheet
			s.src.Leading = Span{start, s.pos}
			fallthrough
		case s.has("<?"), s.has("<!--"), s.has("<!DOCTYPE"), s.has("<!doctype"):
			if err := s.misc(); err != nil {
				return err
			}
		case s.has("<plist"):
			at := s.here()
			tag, closed, err := s.startTag()
			if err != nil {
				return err
			}
			if tag != "plist" {
				return s.fail(at, "unknown element <%s>; a property list begins with <plist>", clip(tag))
			}
			if closed {
				return s.fail(at, "<plist/> holds no value; write <plist version=\"1.0\"> and </plist> around the dict of the profile")
			}
			return nil
		default:
			if s.template() {
				continue
			}
			return s.noPlist()
		}
	}
}

// noPlist says what stands in the place of <plist>.
func (s *scanner) noPlist() *SyntaxError {
	at := s.here()
	lower := strings.ToLower(s.text[s.pos:min(len(s.text), s.pos+20)])
	switch {
	case strings.HasPrefix(lower, "<<<<<<<"):
		return s.fail(Span{s.pos, s.pos + 7}, "a merge conflict is left in the file; resolve it")
	case strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<head"), strings.HasPrefix(lower, "<body"):
		return s.fail(at, "this is an HTML page, not a property list; it may be a login or error page saved in place of the profile")
	case s.text[s.pos] == '<':
		for _, value := range []string{"<dict", "<array", "<string", "<key"} {
			if strings.HasPrefix(lower, value) {
				return s.fail(at, "<plist> is missing before %s>; write <plist version=\"1.0\"> around the value", value)
			}
		}
		return s.fail(at, "unknown element %s; a property list begins with <plist>", clip(s.text[at.Start:at.End]))
	}
	return s.fail(at, "stray text before <plist>; remove it")
}

// epilog reads what may follow </plist>.
func (s *scanner) epilog() *SyntaxError {
	for {
		s.space()
		switch {
		case s.pos == len(s.text):
			return nil
		case s.has("<?"), s.has("<!--"):
			if err := s.misc(); err != nil {
				return err
			}
		default:
			if s.template() {
				continue
			}
			return s.structural(s.here(), "content after </plist>; remove it")
		}
	}
}

// misc passes over a comment, a processing instruction or a document type, and
// keeps the comments that are meant for this tool.
func (s *scanner) misc() *SyntaxError {
	at := s.pos
	switch {
	case s.has("<!--"):
		n := strings.Index(s.text[s.pos+4:], "-->")
		if n < 0 {
			return s.fail(Span{at, at + 4}, "comment is not closed; write --> where it ends")
		}
		s.pos += 4 + n + 3
		if body := strings.TrimLeft(s.text[at+4:at+4+n], " \t\r\n"); strings.HasPrefix(body, "sceplint:") {
			s.src.Comments = append(s.src.Comments, Span{at, s.pos})
		}
	case s.has("<?"):
		n := strings.Index(s.text[s.pos:], "?>")
		if n < 0 {
			return s.fail(Span{at, at + 2}, "<? is not closed; write ?> where it ends")
		}
		s.pos += n + 2
	default:
		return s.doctype()
	}
	return nil
}

// doctype passes over a document type with its internal subset, if it has one.
func (s *scanner) doctype() *SyntaxError {
	at, rest := s.pos, s.text[s.pos:]
	if strings.HasPrefix(strings.ToLower(rest[:min(len(rest), 20)]), "<!doctype html") && !strings.Contains(rest, "<plist") {
		return s.fail(s.here(), "this is an HTML page, not a property list; it may be a login or error page saved in place of the profile")
	}
	if !s.has("<!DOCTYPE") {
		s.doubt(Span{at, at + 9}, "document type in small letters, which Apple's reader refuses; write <!DOCTYPE")
	}
	quote, bracket, angle := byte(0), 0, 0
	for i := at; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case quote != 0:
			if c == '>' && bracket == 0 {
				angle++
			}
			if c == quote {
				quote = 0
			}
		case c == '<' && strings.HasPrefix(s.text[i:], "<!--"):
			n := strings.Index(s.text[i+4:], "-->")
			if n < 0 {
				return s.fail(Span{i, i + 4}, "comment is not closed; write --> where it ends")
			}
			i += 4 + n + 2
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			if bracket++; bracket == 1 {
				s.doubt(Span{i, i + 1}, "document type with declarations of its own, which Apple's reader refuses; remove them, from [ to ]")
			}
		case c == ']':
			bracket--
		case c == '>' && bracket <= 0:
			s.pos = i + 1
			if angle > 0 {
				s.doubt(Span{at, at + 9}, "> in quotation marks in the document type, which Apple's reader takes for its end; write &gt;")
			}
			return nil
		}
	}
	return s.fail(Span{at, at + 9}, "document type is not closed; write > where it ends")
}

// template passes over a run of template text at the position and notes it.
func (s *scanner) template() bool {
	if s.pos == len(s.text) || !strings.ContainsRune("${%<#[_@", rune(s.text[s.pos])) {
		return false
	}
	v, ok := variableAt(s.text, s.pos)
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
func clip(s string) string {
	const most = 32
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
