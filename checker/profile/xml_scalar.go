package profile

import (
	"regexp"
	"strings"
	"unicode/utf8"

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
	n.plain = true
	if !empty {
		if n.text, err = s.chars(name, tag); err != nil {
			return err
		}
		n.plain = s.plain
	}
	n.end = int32(s.pos)
	if s.sampled {
		s.sampled = false
		s.sample(n)
		n.unrendered = kind != String
	}
	if kind != String {
		if err := s.check(n, name, empty); err != nil {
			if err = s.resume(err); err != nil {
				return err
			}
			n.unrendered, n.broken = true, true
		}
	}
	return s.place(n)
}

// plainData reads data that is nothing but base64 up to its end tag, which is
// most of the bytes of many profiles. Anything else is left to be read, and
// judged, like other text.
func (s *scanner) plainData(n *Node) bool {
	length := strings.IndexByte(s.text[s.pos:], '<')
	if length < 0 {
		return false
	}
	end, ok := s.closes(s.pos+length, "data")
	if text := s.text[s.pos : s.pos+length]; !ok || !IsBase64(text) {
		return false
	}
	n.text, n.plain = s.text[s.pos:s.pos+length], true
	s.pos = end
	n.end = int32(end)
	return true
}

// check judges the text of a scalar that is no string.
func (s *scanner) check(n *Node, name string, empty bool) *SyntaxError {
	if n.Kind == Integer && fewDigits(n.text) && int(n.end-n.open) == len(n.text)+len("</integer>") {
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
			s.doubt(Span{int(n.start), int(n.end)}, "<%s> holds white space, which Apple's reader refuses; write <%s/>", name, name)
			n.text = name
			return nil
		}
		ok, want = false, "write <"+name+"/>"
	case Integer:
		text, ok = readInteger(n.text)
		if !ok {
			strict = false
			_, _, ok = parseInteger(text)
		}
		want = "write digits only, as in <integer>2048</integer>"
	case Real:
		_, ok = parseReal(text)
		strict = strings.TrimLeft(n.text, " \t\r\n") == text
		want = "write a decimal number, as in <real>0.5</real>"
	case Date:
		_, ok = parseDate(text)
		strict = n.text == text
		want = "write it as in <date>2030-01-31T00:00:00Z</date>"
		if ok && len(text) != len("2030-01-31T00:00:00Z") {
			s.doubt(Span{int(n.start), int(n.end)}, "<date> is not in UTC, or has fractions of a second, which Apple's reader refuses; %s", want)
		}
	case Data:
		if ok = IsBase64(n.text); !ok && !template.HasVariable(text) {
			ok = true
			s.looseData(n, text)
		}
		if empty {
			s.doubt(Span{int(n.start), int(n.end)}, "<data/> is refused by Apple's reader; write <data></data> for no bytes")
		}
	}
	if n.Kind != Data {
		n.text = text
	}
	switch {
	case ok && n.Kind != Real && s.markup(n):
		s.doubt(Span{int(n.start), int(n.end)}, "entity, CDATA section or comment in <%s>, which Apple's reader refuses; write the characters themselves", name)
		return nil
	case ok && !strict:
		s.doubt(Span{int(n.start), int(n.end)}, "white space in <%s>, which Apple's reader refuses; remove it", name)
		return nil
	case ok:
		return nil
	}
	if template.HasVariable(text) {
		n.unrendered, s.src.Unrendered = true, true
		return nil
	}
	if _, sample := template.Placeholder(text); sample {
		s.sample(n)
		return nil
	}
	err := s.fail(Span{int(n.start), int(n.end)}, "<%s> does not hold a valid %s; %s", name, n.Kind, want)
	switch {
	case text == "":
		err.Message = "<" + name + "> is empty; " + want
	case n.Kind == Boolean:
		err.Message = "<" + name + "> holds text; " + want
	case n.Kind == Integer && strings.Trim(text, "+-0123456789") == "" && len(text) > 19:
		err.Message = "<integer> holds a number that does not fit 64 bits; write a smaller one"
	}
	return err
}

// looseData reads data that is not base64 letter by letter: sample text, which
// says nothing of the value, or what Apple's reader decodes all the same, leaving
// out what is not of the alphabet.
func (s *scanner) looseData(n *Node, text string) {
	if _, ok := template.Placeholder(text); ok || sampleToken.MatchString(text) {
		s.sample(n)
		return
	}
	s.doubt(Span{int(n.start), int(n.end)}, "<data> does not hold base64, and what is not is ignored: %s", notBase64(text))
}

// sampleToken is a name that a program is to replace, and cannot be base64.
var sampleToken = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)

// sample marks a value whose sample text breaks the syntax.
func (s *scanner) sample(n *Node) {
	n.unrendered, n.broken = true, true
	if len(s.src.Samples) < maxDoubts {
		s.src.Samples = append(s.src.Samples, n)
	}
}

// markup reports whether the text of an element was written with entities,
// CDATA sections or comments.
func (s *scanner) markup(n *Node) bool {
	return strings.IndexByte(s.text[n.open:n.end], '&') >= 0 || strings.Count(s.text[n.open:n.end], "<") > 1
}

// notBase64 says what was written into <data> in the place of base64.
func notBase64(text string) string {
	switch {
	case strings.HasPrefix(text, "-----BEGIN"):
		return "leave out the BEGIN and END lines around it"
	case HexDigest(text) != nil:
		return "this is hexadecimal: write the bytes it stands for in base64, as xxd -r -p | base64 does"
	case strings.Trim(strings.Trim(text, "="), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ \t\r\n") == "":
		return "its length is wrong: it is cut off, or the = at its end are missing"
	}
	return "write the bytes in base64: A-Z, a-z, 0-9, + and /, with = at the end"
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

// chars reads character data up to the end tag of an element.
func (s *scanner) chars(name string, tag Span) (string, *SyntaxError) {
	if length := strings.IndexByte(s.text[s.pos:], '<'); length >= 0 {
		body := s.text[s.pos : s.pos+length]
		met, rest := uint8(0), body
		for ; len(rest) >= 8; rest = rest[8:] {
			met |= class[rest[0]] | class[rest[1]] | class[rest[2]] | class[rest[3]] |
				class[rest[4]] | class[rest[5]] | class[rest[6]] | class[rest[7]]
		}
		for i := range len(rest) {
			met |= class[rest[i]]
		}
		if met&3 == 0 {
			if end, ok := s.closes(s.pos+length, name); ok {
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
	for j < len(rest) && isSpace(rest[j]) {
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
				return s.fail(Span{at, at + 1}, "byte 0x%02x is not UTF-8; save the profile as UTF-8", body[i])
			}
		}
	}
	return s.fail(Span{s.pos, s.pos + len(body)}, "text is not UTF-8; save the profile as UTF-8")
}
