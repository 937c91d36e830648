package profile

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/template"
)

// slowChars reads character data that holds more than plain characters:
// entities, CDATA, comments, carriage returns, template text.
func (s *scanner) slowChars(name string, tag Span) (string, *SyntaxError) {
	b := &s.buf
	b.Reset()
	faulty := sound
	var around *template.Blocks
	open := func() *template.Blocks {
		if around == nil {
			around = template.NewBlocks(s.text, s.pos)
		}
		return around
	}
	for i := s.pos; i < len(s.text); {
		c := s.text[i]
		switch {
		case c == '<':
			if end, ok := s.closes(i, name); ok {
				text := b.String()
				if !utf8.ValidString(text) {
					if err := s.resume(s.badUTF8(s.text[s.pos:i])); err != nil {
						return "", err
					}
					text = strings.ToValidUTF8(text, "\ufffd")
				}
				s.pos = end
				return text, nil
			}
			next, err := s.inside(i, name, tag, b, open)
			if err == nil {
				i = next
				continue
			}
			next, how := s.resync(i, name, open())
			if how == lost {
				return "", err
			}
			if how == atSample {
				s.sampled = true
			} else if err := s.resumeText(&faulty, err); err != nil {
				return "", err
			}
			if how == atEnd {
				s.pos = next
				return strings.TrimRight(b.String(), " \t\r\n"), nil
			}
			b.WriteString(s.text[i:next])
			i = next
		case c == '&':
			r, n := entity(s.text[i:])
			if n == 0 {
				if end := open().Around(i); end > 0 {
					b.WriteString(s.text[i:end])
					i = end
					continue
				}
				if err := s.resumeText(&faulty, s.badEntity(i)); err != nil {
					return "", err
				}
				b.WriteByte('&')
				i++
				continue
			}
			if s.text[i+1] == '#' && len(strings.Trim(s.text[i:i+n], "&#x;")) > 8 {
				s.doubt(Span{i, i + n}, "character reference of more than eight digits, which Apple's reader refuses; leave out the zeros before it")
			}
			b.WriteRune(r)
			i += n
		case c == '\r':
			if i+1 >= len(s.text) || s.text[i+1] != '\n' {
				b.WriteByte('\n')
			}
			i++
		case class[c] == 3:
			if faulty != controlled {
				faulty = controlled
				s.doubt(Span{i, i + 1}, "control character 0x%02x, which XML does not allow; remove it", c)
			}
			b.WriteByte(c)
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	return "", s.fail(tag, "the file ends inside the <%s> opened here; it is cut off, or </%s> is missing", name, name)
}

// soundness is what was said of the text of one element: of each it is said once.
type soundness uint8

const (
	sound      soundness = iota
	controlled           // it holds a control character
	faulted
)

// resumeText is resume for the first fault in the text of an element.
func (s *scanner) resumeText(said *soundness, err *SyntaxError) *SyntaxError {
	if *said == faulted {
		return nil
	}
	*said = faulted
	return s.resume(err)
}

// resynced is where reading goes on after a "<" that must not be in a text.
type resynced uint8

const (
	lost     resynced = iota // nothing can be told
	inText                   // further on in the text
	atSample                 // behind sample text
	atEnd                    // where the next element begins: the end tag is missing or another
)

// resync finds where the text of an element goes on: behind what is sample text,
// behind the "<" if the end tag stands on the same line, or where the next element
// begins on a line of its own.
func (s *scanner) resync(i int, name string, f *template.Blocks) (int, resynced) {
	rest := s.text[i:]
	switch {
	case strings.HasPrefix(rest, "<!"), strings.HasPrefix(rest, "<<<<<<<"):
		return 0, lost
	case strings.HasPrefix(rest, "</"):
		for _, other := range []string{"</string>", "</integer>", "</real>", "</date>", "</data>", "</key>", "</true>", "</false>"} {
			if strings.HasPrefix(rest, other) {
				return i + len(other), atEnd
			}
		}
		fallthrough
	case knownTag(rest):
		if knownTag(rest) {
			if strings.Contains(s.text[s.pos:i], "\n") && !strings.HasPrefix(rest, "</plist") {
				return i, atEnd
			}
			return 0, lost
		}
	}
	end, line := f.Index("</"+name+">", i), f.Index("\n", i)
	if end < 0 || line >= 0 && line < end {
		return 0, lost
	}
	if tag := f.Index(">", i); tag < end && name != "key" {
		if _, ok := template.Placeholder(s.text[i : tag+1]); ok {
			return tag + 1, atSample
		}
	}
	return i + 1, inText
}

// inside takes a "<" in character data that is not the end tag, and returns
// where the text goes on.
func (s *scanner) inside(i int, name string, tag Span, b *bytes.Buffer, open func() *template.Blocks) (int, *SyntaxError) {
	rest := s.text[i:]
	switch {
	case strings.HasPrefix(rest, "<![CDATA["):
		n := strings.Index(rest, "]]>")
		if n < 0 {
			return 0, s.fail(Span{i, i + 9}, "CDATA section is not closed; write ]]> where it ends")
		}
		b.WriteString(lineFeeds.Replace(rest[9:n]))
		return i + n + 3, nil
	case strings.HasPrefix(rest, "<!--"):
		n := strings.Index(rest[4:], "-->")
		if n < 0 {
			return 0, s.fail(Span{i, i + 4}, "comment is not closed; write --> where it ends")
		}
		if name == "key" || name == "string" { // of the others it is said when they are read
			s.doubt(Span{i, i + 4 + n + 3}, "comment inside <%s>, which Apple's reader refuses; move it in front of the element", name)
		}
		return i + 4 + n + 3, nil
	}
	if strings.HasPrefix(rest, "<<<<<<<") {
		return 0, s.fail(Span{i, i + 7}, "a merge conflict is left in the file; resolve it")
	}
	if strings.HasPrefix("</"+name+">", rest) {
		return 0, s.fail(tag, "the file ends inside the <%s> opened here; it is cut off", name)
	}
	if v, ok := open().At(i); ok { // <% … %>
		b.WriteString(s.text[i:v.End])
		return v.End, nil
	}
	if end := open().Around(i); end > 0 {
		b.WriteString(s.text[i:end])
		return end, nil
	}
	if knownTag(rest) {
		if strings.HasPrefix(rest, "</") {
			return 0, s.fail(tag, "<%s> is not closed; write </%s>", name, name)
		}
		return 0, s.fail(tag, "<%s> is not closed before the next element; write </%s>", name, name)
	}
	if len(rest) > 1 && (rest[1] == '/' || rest[1] >= 'A' && rest[1] <= 'Z' || rest[1] >= 'a' && rest[1] <= 'z') && strings.IndexByte(rest[:min(len(rest), 64)], '>') > 0 {
		return 0, s.fail(Span{i, i + strings.IndexByte(rest, '>') + 1}, "element inside <%s>; write &lt; if the character < is meant", name)
	}
	err := s.fail(Span{i, i + 1}, "unescaped < in <%s>; write &lt;", name)
	return 0, err
}

// lineFeeds makes line endings of all systems those of XML.
var lineFeeds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// knownTag reports whether a tag of property lists stands first in the text.
func knownTag(text string) bool {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "<"), "/")
	n := 0
	for n < len(text) && text[n] >= 'a' && text[n] <= 'z' {
		n++
	}
	if n == len(text) || text[n] != '>' && text[n] != '/' && !isSpace(text[n]) {
		return false
	}
	switch text[:n] {
	case "key", "dict", "array", "string", "integer", "real", "true", "false", "date", "data", "plist":
		return true
	}
	return false
}

// entity decodes the entity at the start of the text; n is 0 if it is none.
func entity(text string) (r rune, n int) {
	end := strings.IndexByte(text[:min(len(text), 16)], ';')
	if end < 2 {
		return 0, 0
	}
	switch name := text[1:end]; name {
	case "amp":
		r = '&'
	case "lt":
		r = '<'
	case "gt":
		r = '>'
	case "quot":
		r = '"'
	case "apos":
		r = '\''
	default:
		if name[0] != '#' {
			return 0, 0
		}
		digits, base := name[1:], 10
		if len(digits) > 0 && digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		v, err := strconv.ParseUint(digits, base, 32)
		if err != nil || !xmlChar(rune(v)) {
			return 0, 0
		}
		r = rune(v)
	}
	return r, end + 1
}

// xmlChar reports whether XML 1.0 allows the character in a document.
func xmlChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

func (s *scanner) badEntity(i int) *SyntaxError {
	rest := s.text[i:min(len(s.text), i+16)]
	end := strings.IndexByte(rest, ';')
	if end > 1 && !strings.ContainsAny(rest[:end], " \t\r\n<=") {
		err := s.fail(Span{i, i + end + 1}, "unknown entity; XML property lists have &amp;, &lt;, &gt;, &quot;, &apos; and character references")
		err.Hint = "write the character itself, or &amp; if the character & is meant"
		return err
	}
	return s.fail(Span{i, i + 1}, "unescaped &; write &amp;")
}
