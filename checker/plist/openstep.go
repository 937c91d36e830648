package plist

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What an OpenStep property list may cost. macOS writes one for each payload.
const (
	maxOpenStepSize  = 16 << 20
	maxOpenStepDepth = 128
)

var (
	errOpenStepCut   = errors.New("OpenStep property list is truncated")
	errOpenStepSize  = errors.New("OpenStep property list is too large")
	errOpenStepDepth = errors.New("OpenStep property list is nested too deep")
	errOpenStep      = errors.New("not an OpenStep property list")
)

// ParseOpenStep parses an OpenStep property list, the braces around which may be
// missing, as system_profiler writes it: dictionaries { key = value; }, arrays (
// value, value ), data < hexadecimal digits >, and strings, which stand for
// numbers and booleans as well. Its grammar is that of CFOldStylePList.c in
// Apple's CoreFoundation. Its errors quote nothing, since the text may contain
// secrets.
func ParseOpenStep(text string) (*Node, error) {
	if len(text) > maxOpenStepSize {
		return nil, errOpenStepSize
	}
	r := &openStepReader{text: text}
	r.space()
	if r.peek() == '{' || r.peek() == '(' {
		n, err := r.value(0)
		if err != nil {
			return nil, err
		}
		if r.space(); r.pos < len(text) {
			return nil, errOpenStep
		}
		return n, r.err
	}
	n := NewNode(Dict, "", "")
	if err := r.readDict(n, 0, true); err != nil {
		return nil, err
	}
	return n, r.err
}

type openStepReader struct {
	text  string
	pos   int
	count int
	err   error // of a comment that does not end
}

// peek returns the next byte, 0 at the end.
func (r *openStepReader) peek() byte {
	if r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

// space skips whitespace and comments.
func (r *openStepReader) space() {
	for r.pos < len(r.text) {
		rest := r.text[r.pos:]
		switch {
		case IsSpace(rest[0]), rest[0] == '\v', rest[0] == '\f':
			r.pos++
		case strings.HasPrefix(rest, "//"):
			n := strings.IndexAny(rest, "\r\n")
			if n < 0 {
				n = len(rest)
			}
			r.pos += n
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				r.pos, r.err = len(r.text), errOpenStepCut
				return
			}
			r.pos += n + 4
		default:
			return
		}
	}
}

func (r *openStepReader) value(depth int) (*Node, error) {
	if depth > maxOpenStepDepth {
		return nil, errOpenStepDepth
	}
	if r.count++; r.count > maxNodes {
		return nil, errOpenStepSize
	}
	r.space()
	switch {
	case r.pos >= len(r.text):
		return nil, errOpenStepCut
	case r.peek() == '{':
		r.pos++
		if n, ok := r.abridged(); ok {
			return n, nil
		}
		n := NewNode(Dict, "", "")
		return n, r.readDict(n, depth, false)
	case r.peek() == '(':
		r.pos++
		n := NewNode(Array, "", "")
		return n, r.array(n, depth)
	case r.peek() == '<':
		return r.data()
	}
	text, err := r.word()
	return NewNode(String, "", text), err
}

// readDict reads what is between braces, or the whole text if there are none.
func (r *openStepReader) readDict(n *Node, depth int, bare bool) error {
	var values []*Node
	for {
		r.space()
		switch {
		case r.pos >= len(r.text) && bare:
			n.SetChildren(values...)
			return nil
		case r.pos >= len(r.text):
			return errOpenStepCut
		case r.peek() == '}' && !bare:
			r.pos++
			n.SetChildren(values...)
			return nil
		}
		key, err := r.word()
		if err != nil {
			return err
		}
		r.space()
		v := NewNode(String, "", key) // "key;" is short for "key = key;"
		if r.peek() == '=' {
			r.pos++
			if v, err = r.value(depth + 1); err != nil {
				return err
			}
			r.space()
		}
		v.Key = key
		values = append(values, v)
		switch {
		case r.peek() == ';':
			r.pos++
		case r.pos >= len(r.text):
			return errOpenStepCut
		default:
			return errOpenStep
		}
	}
}

func (r *openStepReader) array(n *Node, depth int) error {
	var values []*Node
	for {
		r.space()
		switch {
		case r.pos >= len(r.text):
			return errOpenStepCut
		case r.peek() == ')':
			r.pos++
			n.SetChildren(values...)
			return nil
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		values = append(values, v)
		r.space()
		switch {
		case r.peek() == ',':
			r.pos++
		case r.pos >= len(r.text):
			return errOpenStepCut
		case r.peek() != ')':
			return errOpenStep
		}
	}
}

// data reads bytes in hexadecimal digits.
func (r *openStepReader) data() (*Node, error) {
	n := strings.IndexByte(r.text[r.pos:], '>')
	if n < 0 {
		return nil, errOpenStepCut
	}
	bytes, err := hex.DecodeString(strings.Join(strings.Fields(r.text[r.pos+1:r.pos+n]), ""))
	if err != nil {
		return nil, errOpenStep
	}
	r.pos += n + 1
	return NewNode(Data, "", base64.StdEncoding.EncodeToString(bytes)), nil
}

// abridged reads data of which macOS shows only the ends, as in {length = 32,
// bytes = 0x01020304 05060708 … 1d1e1f20}: its value is not known.
func (r *openStepReader) abridged() (*Node, bool) {
	rest := r.text[r.pos:min(r.pos+200, len(r.text))]
	end := strings.IndexByte(rest, '}')
	if end < 0 || !strings.HasPrefix(strings.TrimLeft(rest, " "), "length = ") || !strings.Contains(rest[:end], ", bytes = 0x") {
		return nil, false
	}
	r.pos += end + 1
	return NewUnknown(""), true
}

// word reads a string with or without quotation marks.
func (r *openStepReader) word() (string, error) {
	if quote := r.peek(); quote == '"' || quote == '\'' {
		r.pos++
		return r.quoted(quote)
	}
	start := r.pos
	for r.pos < len(r.text) && bareByte(r.text[r.pos]) {
		r.pos++
	}
	if r.pos == start {
		return "", errOpenStep
	}
	return r.text[start:r.pos], nil
}

func bareByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_$/:.-+@%*&?!#~^|", c) >= 0 || c >= utf8.RuneSelf
}

// quoted reads up to and including the closing quotation mark.
func (r *openStepReader) quoted(quote byte) (string, error) {
	var b strings.Builder
	for {
		n := strings.IndexAny(r.text[r.pos:], string(rune(quote))+`\`)
		if n < 0 {
			return "", errOpenStepCut
		}
		piece, mark := r.text[r.pos:r.pos+n], r.text[r.pos+n]
		r.pos += n + 1
		if mark == quote && b.Len() == 0 {
			return piece, nil
		}
		b.WriteString(piece)
		if mark == quote {
			return b.String(), nil
		}
		r.escape(&b)
	}
}

// escape decodes what follows a backslash.
func (r *openStepReader) escape(b *strings.Builder) {
	c := r.peek()
	digits := func(most, base int) rune {
		end := r.pos
		for end < len(r.text) && end < r.pos+most && isDigit(r.text[end], base) {
			end++
		}
		v, _ := strconv.ParseUint(r.text[r.pos:end], base, 32)
		r.pos = end
		return rune(v)
	}
	switch {
	case r.pos >= len(r.text):
	case c >= '0' && c <= '7':
		b.WriteRune(digits(3, 8)) // NeXTSTEP's own encoding has it; the ASCII part is the same
	case c == 'U' || c == 'u':
		r.pos++
		v := digits(4, 16)
		if utf16.IsSurrogate(v) && strings.HasPrefix(r.text[r.pos:], `\U`) {
			r.pos += 2
			v = utf16.DecodeRune(v, digits(4, 16))
		}
		b.WriteRune(v)
	default:
		r.pos++
		if i := strings.IndexByte("abfnrtv", c); i >= 0 {
			c = "\a\b\f\n\r\t\v"[i]
		}
		b.WriteByte(c)
	}
}

// isDigit reports whether a byte is a digit of base 8 or 16.
func isDigit(c byte, base int) bool {
	return c >= '0' && strings.IndexByte("0123456789abcdef"[:base], c|0x20) >= 0
}
