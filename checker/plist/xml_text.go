package plist

import (
	"bytes"
	"hash/maphash"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/template"
)

// scalar reads a value that holds text, or a boolean.
func (s *scanner) scalar(kind Kind, name string, tag Span, empty bool) *SyntaxError {
	n, err := s.node(kind, tag.Start)
	if err != nil {
		return err
	}
	n.open = int32(tag.End)
	if kind == Data && !empty && s.plainData(n) {
		return s.place(n)
	}
	n.noVariables = true
	if !empty {
		if n.text, err = s.chars(name, tag); err != nil {
			return err
		}
		n.noVariables = s.plain || n.Kind == String && !template.HasVariable(n.text)
	}
	n.end = int32(s.pos)
	if s.sampled {
		s.sampled = false
		s.markPlaceholder(n)
		n.unrendered = kind != String
	}
	if kind != String && !n.broken {
		if err := s.check(n, name, empty); err != nil {
			if err = s.resume(err); err != nil {
				return err
			}
			n.unrendered, n.broken = true, true
		}
	}
	return s.place(n)
}

// plainData reads data that is only Base64 up to its end tag, which is most of
// the bytes of many profiles. Anything else is read and checked like other text.
func (s *scanner) plainData(n *Node) bool {
	length := strings.IndexByte(s.text[s.pos:], '<')
	if length < 0 {
		return false
	}
	end, ok := s.closes(s.pos+length, "data")
	if !ok || !seenBase64(s.text[s.pos:s.pos+length]) {
		return false
	}
	n.text, n.noVariables = s.text[s.pos:s.pos+length], true
	s.pos = end
	n.end = int32(end)
	return true
}

// base64Seen are digests, with a seed of the process, of texts that are Base64. A fleet has the same certificates in most
// profiles, and comparing digests takes a seventh of the time that reading their text does (BenchmarkSeenBase64).
var base64Seen [1024]atomic.Uint64

var base64Seed = maphash.MakeSeed()

// seenBase64 is IsBase64 for texts that come again and again.
func seenBase64(text string) bool {
	const short = 128
	if len(text) < short {
		return IsBase64(text)
	}
	digest := maphash.String(base64Seed, text)
	slot := &base64Seen[digest%uint64(len(base64Seen))]
	if digest != 0 && slot.Load() == digest {
		return true
	}
	ok := IsBase64(text)
	if ok {
		slot.Store(digest)
	}
	return ok
}

// check checks the text of a scalar that is not a string.
func (s *scanner) check(n *Node, name string, empty bool) *SyntaxError {
	if n.Kind == Integer && isShortNumber(n.text) && int(n.end-n.open) == len(n.text)+len("</integer>") {
		return nil // as nearly all are
	}
	if n.Kind == Boolean && n.text == "" {
		n.text = name
		return nil
	}
	text := strings.Trim(n.text, " \t\r\n")
	ok, strict, want := true, true, ""
	switch n.Kind {
	case Boolean:
		if text == "" {
			s.compatWarning(Span{int(n.start), int(n.end)}, "use <"+name+"/>", "<%s> contains whitespace; Apple's reader rejects it", name)
			n.text = name
			return nil
		}
		ok, want = false, "use <"+name+"/>"
	case Integer:
		text, ok = readInteger(n.text)
		if !ok {
			strict = false
			_, _, ok = parseInteger(text)
		}
		want = "use digits only, such as <integer>2048</integer>"
	case Real:
		_, ok = parseReal(text)
		strict = strings.TrimLeft(n.text, " \t\r\n") == text
		want = "use a decimal number, such as <real>0.5</real>"
	case Date:
		_, ok = parseDate(text)
		strict = n.text == text
		want = "use the form <date>2030-01-31T00:00:00Z</date>"
		if ok && len(text) != len("2030-01-31T00:00:00Z") {
			s.compatWarning(Span{int(n.start), int(n.end)}, want, "<date> is not in UTC or has fractions of a second; Apple's reader rejects it")
		}
	case Data:
		if ok = IsBase64(n.text); !ok && !template.FillsElement(text) {
			ok = true
			s.looseData(n, text)
		}
		if empty {
			s.compatWarning(Span{int(n.start), int(n.end)}, "replace <data/> with <data></data>", "<data/> is rejected by Apple's reader; expected <data></data>")
		}
	}
	if n.Kind != Data {
		n.text = text
	}
	switch {
	case ok && n.Kind != Real && s.markup(n):
		s.compatWarning(Span{int(n.start), int(n.end)}, "use the characters themselves", "entity, CDATA section, or comment in <%s>; Apple's reader rejects it", name)
		return nil
	case ok && !strict:
		s.compatWarning(Span{int(n.start), int(n.end)}, "remove the whitespace", "whitespace in <%s>; Apple's reader rejects it", name)
		return nil
	case ok:
		return nil
	}
	if template.FillsElement(text) {
		n.unrendered, s.src.Unrendered = true, true
		return nil
	}
	if _, sample := template.Placeholder(text); sample {
		s.markPlaceholder(n)
		return nil
	}
	err := s.fail(Span{int(n.start), int(n.end)}, "<%s> is not a valid %s", name, n.Kind).WithHelp("%s", want)
	switch {
	case text == "":
		err.Message = "<" + name + "> is empty"
	case n.Kind == Boolean:
		err.Message = "<" + name + "> contains text"
	case n.Kind == Integer && strings.Trim(text, "+-0123456789") == "" && len(text) > 19:
		err.Message, err.Help = "<integer> does not fit in 64 bits", "use a smaller number"
	}
	return err
}

// looseData reads data that is not strictly Base64: placeholder text, which does
// not tell the value, or what Apple's reader decodes nevertheless, skipping what
// is not in the alphabet.
func (s *scanner) looseData(n *Node, text string) {
	if _, ok := template.Placeholder(text); ok || sampleToken().MatchString(text) {
		s.markPlaceholder(n)
		return
	}
	s.compatWarning(Span{int(n.start), int(n.end)}, notBase64(text), "<data> is not valid Base64; devices ignore other characters")
}

// sampleToken is a name that a program is to replace, and cannot be Base64.
var sampleToken = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`) })

// markPlaceholder marks a value whose placeholder text breaks the syntax.
func (s *scanner) markPlaceholder(n *Node) {
	n.unrendered, n.broken = true, true
	if len(s.src.Placeholders) < maxCompatWarnings {
		s.src.Placeholders = append(s.src.Placeholders, n)
	}
}

// markup reports whether the text of an element was written with entities,
// CDATA sections or comments.
func (s *scanner) markup(n *Node) bool {
	return strings.IndexByte(s.text[n.open:n.end], '&') >= 0 || strings.Count(s.text[n.open:n.end], "<") > 1
}

// notBase64 returns the help for text in <data> that is not Base64.
func notBase64(text string) string {
	switch {
	case strings.HasPrefix(text, "-----BEGIN"):
		return "remove the BEGIN and END lines"
	case HexDigest(text) != nil:
		return "replace the hexadecimal digits with Base64, the output of xxd -r -p | base64"
	case strings.Trim(strings.Trim(text, "="), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ \t\r\n") == "":
		return "add the missing characters, or = at the end, so that the length is a multiple of 4"
	}
	return "use Base64: A-Z, a-z, 0-9, +, and /, with = at the end"
}

// class tells the bytes that end or complicate character data: 1 for "<", 2
// for what must be decoded, 3 for what must not be there. Bytes that do neither
// have one bit each: 4 where the text must be held to be UTF-8, 8 where a
// template variable may begin.
var class = func() (t [256]uint8) {
	for c := range 0x20 {
		t[c] = 3
	}
	for c := range t {
		if template.CanStart(byte(c)) {
			t[c] = 8
		}
	}
	t['\t'], t['\n'] = 0, 0
	t['\r'], t['&'], t['<'] = 2, 2, 1
	for c := utf8.RuneSelf; c < 256; c++ {
		t[c] = 4
	}
	return t
}()

// notPlain are the classes of bytes that more is to be done about than to take them as they are written.
const notPlain = 1 | 2 | 4

// plainText gives the length of the text before the next "<", and the classes of its bytes, one of them 1 if there is none.
func plainText(text string) (length int, met uint8) {
	length = strings.IndexByte(text, '<')
	if length < 0 {
		return 0, 1
	}
	rest := text[:length]
	if len(rest) < 8 {
		for i := range len(rest) {
			met |= class[rest[i]]
		}
		return length, met
	}
	last := rest[len(rest)-8:]
	for ; len(rest) > 8; rest = rest[8:] {
		met |= class[rest[0]] | class[rest[1]] | class[rest[2]] | class[rest[3]] |
			class[rest[4]] | class[rest[5]] | class[rest[6]] | class[rest[7]]
	}
	met |= class[last[0]] | class[last[1]] | class[last[2]] | class[last[3]] |
		class[last[4]] | class[last[5]] | class[last[6]] | class[last[7]]
	return length, met
}

// chars reads character data up to the end tag of an element.
func (s *scanner) chars(name string, tag Span) (string, *SyntaxError) {
	if length, met := plainText(s.text[s.pos:]); met&3 == 0 {
		if end, ok := s.closes(s.pos+length, name); ok {
			body := s.text[s.pos : s.pos+length]
			if met&4 != 0 && !utf8.ValidString(body) {
				if err := s.resume(s.badUTF8(body)); err != nil {
					return "", err
				}
				body = strings.ToValidUTF8(body, "\ufffd")
			}
			s.pos, s.plain = end, met&8 == 0
			return body, nil
		}
	}
	s.plain = false
	return s.slowChars(name, tag)
}

// closes reports whether the element's end tag stands at i, and where it ends.
func (s *scanner) closes(i int, name string) (int, bool) {
	rest := s.text[i:]
	switch { // nearly all of them
	case len(name) == len("string") && strings.HasPrefix(rest, "</string>") && name == "string":
		return i + len("</string>"), true
	case len(name) == len("key") && strings.HasPrefix(rest, "</key>") && name == "key":
		return i + len("</key>"), true
	}
	if len(rest) < len(name)+3 || rest[1] != '/' || rest[2:2+len(name)] != name {
		return 0, false
	}
	j := 2 + len(name)
	if rest[j] == '>' {
		return i + j + 1, true
	}
	for j < len(rest) && IsSpace(rest[j]) {
		j++
	}
	if j < len(rest) && rest[j] == '>' {
		return i + j + 1, true
	}
	return 0, false
}

func (s *scanner) badUTF8(body string) *SyntaxError {
	for i, r := range body {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(body[i:]); n == 1 {
				at := s.pos + i
				return s.fail(Span{at, at + 1}, "byte 0x%02x is not UTF-8", body[i]).WithHelp(helpUTF8)
			}
		}
	}
	return s.fail(Span{s.pos, s.pos + len(body)}, "text is not UTF-8").WithHelp(helpUTF8)
}

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
			r, n := DecodeEntity(s.text[i:])
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
				s.compatWarning(Span{i, i + n}, "remove the leading zeros", "character reference of more than eight digits; Apple's reader rejects it")
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
				s.compatWarning(Span{i, i + 1}, "remove the character", "control character 0x%02x, which XML does not allow", c)
			}
			b.WriteByte(c)
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	return "", s.fail(tag, "truncated file: missing </%s>", name).WithHelp("add </%s>, or export the profile again", name)
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
	lost     resynced = iota // nothing is known
	inText                   // further on in the text
	atSample                 // after placeholder text
	atEnd                    // where the next element begins: the end tag is missing or another
)

// resync finds where the text of an element continues: after placeholder text,
// after the "<" if the end tag is on the same line, or where the next element
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
	end, line := f.Closing("</"+name+">", i), f.Closing("\n", i)
	if end < 0 || line >= 0 && line < end {
		return 0, lost
	}
	if tag := f.Closing(">", i); tag < end && name != "key" {
		if _, ok := template.Placeholder(s.text[i : tag+1]); ok {
			return tag + 1, atSample
		}
	}
	return i + 1, inText
}

// inside reads a "<" in character data that is not the end tag, and returns
// where the text continues.
func (s *scanner) inside(i int, name string, tag Span, b *bytes.Buffer, open func() *template.Blocks) (int, *SyntaxError) {
	rest := s.text[i:]
	switch {
	case strings.HasPrefix(rest, "<![CDATA["):
		n := strings.Index(rest, "]]>")
		if n < 0 {
			return 0, s.fail(Span{i, i + 9}, "CDATA section is not closed; expected ]]>").WithHelp("add ]]> at the end of the CDATA section")
		}
		b.WriteString(lineFeeds.Replace(rest[9:n]))
		return i + n + 3, nil
	case strings.HasPrefix(rest, "<!--"):
		n := strings.Index(rest[4:], "-->")
		if n < 0 {
			return 0, s.fail(Span{i, i + 4}, "comment is not closed; expected -->").WithHelp("add --> at the end of the comment")
		}
		if name == "key" || name == "string" { // of the others it is said when they are read
			s.compatWarning(Span{i, i + 4 + n + 3}, "move the comment before the element", "comment inside <%s>; Apple's reader rejects it", name)
		}
		return i + 4 + n + 3, nil
	}
	if strings.HasPrefix(rest, "<<<<<<<") {
		return 0, s.fail(Span{i, i + 7}, "unresolved merge conflict").WithHelp(helpConflict)
	}
	if strings.HasPrefix("</"+name+">", rest) {
		return 0, s.fail(tag, "truncated file: missing </%s>", name).WithHelp("add </%s>, or export the profile again", name)
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
			return 0, s.fail(tag, "<%s> is not closed", name).WithHelp("add </%s>", name)
		}
		return 0, s.fail(tag, "<%s> is not closed before the next element", name).WithHelp("add </%s>", name)
	}
	if len(rest) > 1 && (rest[1] == '/' || rest[1] >= 'A' && rest[1] <= 'Z' || rest[1] >= 'a' && rest[1] <= 'z') && strings.IndexByte(rest[:min(len(rest), 64)], '>') > 0 {
		end := strings.IndexByte(rest, '>')
		if wrong, ok := strings.CutPrefix(rest[:end], "</"); ok && keyname.Within(wrong, name, 2) {
			return 0, s.fail(Span{i, i + end + 1}, "</%s> does not match the <%s> before it", abbreviate(wrong), name).WithHelp("use </%s>", name)
		}
		return 0, s.fail(Span{i, i + end + 1}, "element inside <%s>", name).WithHelp("replace < with &lt; if the character is meant")
	}
	err := s.fail(Span{i, i + 1}, "unescaped < in <%s>", name).WithHelp("replace < with &lt;")
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
	if n == len(text) || text[n] != '>' && text[n] != '/' && !IsSpace(text[n]) {
		return false
	}
	switch text[:n] {
	case "key", "dict", "array", "string", "integer", "real", "true", "false", "date", "data", "plist":
		return true
	}
	return false
}

// DecodeEntity decodes the entity at the start of the text; n is 0 if there is
// none.
func DecodeEntity(text string) (r rune, n int) {
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
		return s.fail(Span{i, i + end + 1}, "unknown entity; expected &amp;, &lt;, &gt;, &quot;, &apos;, or a character reference").
			WithHelp("use the character itself, or replace & with &amp;")
	}
	return s.fail(Span{i, i + 1}, "unescaped &").WithHelp("replace & with &amp;")
}
