package plist

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/template"
)

// ParseJSON parses a JSON document. With an error it returns what was read
// before it.
func ParseJSON(s *Source) (*Node, *SyntaxError) {
	r := newJSONReader(s)
	err := r.read()
	s.chunks = append(s.chunks, r.chunk)
	s.Form, s.Encoding.Mark = FormJSON, r.base > 0
	return r.root, err
}

// jsonReader makes nodes of the tokens that encoding/json finds. It counts the
// nodes and adds them to the tree as the scanner of XML does.
type jsonReader struct {
	scanner
	base    int // offset of the JSON in the text
	decoder *json.Decoder
}

func newJSONReader(s *Source) *jsonReader {
	r := &jsonReader{scanner: scanner{src: s, text: unsafeString(s.Text)}}
	if strings.HasPrefix(r.text, ByteOrderMark) {
		r.base = len(ByteOrderMark)
	}
	r.pos = r.base
	r.chunk = newChunk(min(max(len(s.Text)/32, 32), 4096))
	return r
}

func (r *jsonReader) read() *SyntaxError {
	if i := invalidUTF8(r.text); i >= 0 {
		return r.fail(Span{i, i + 1}, "invalid UTF-8; save the file as UTF-8")
	}
	r.decoder = json.NewDecoder(strings.NewReader(r.text[r.base:]))
	r.decoder.UseNumber()
	for {
		token, err := r.decoder.Token()
		if err == io.EOF && r.root != nil && r.cur == nil {
			return nil
		}
		if err != nil {
			return r.malformed()
		}
		start := r.pos
		for start < len(r.text) && strings.IndexByte(" \t\r\n:,", r.text[start]) >= 0 {
			start++
		}
		r.pos = r.base + int(r.decoder.InputOffset())
		if err := r.take(token, Span{start, r.pos}); err != nil {
			return err
		}
	}
}

// take returns the value that a token stands for.
func (r *jsonReader) take(token json.Token, at Span) *SyntaxError {
	if delimiter, ok := token.(json.Delim); ok && (delimiter == '}' || delimiter == ']') {
		r.cur.end = int32(at.End)
		r.cur = r.cur.parent
		r.depth--
		return nil
	}
	text, isText := token.(string)
	if isText {
		if raw := r.text[at.Start+1 : at.End-1]; strings.IndexByte(raw, '\\') < 0 {
			text = raw // no copy of it is kept
		}
	}
	if isText && r.cur.Is(Dict) && !r.hasKey {
		r.hasKey, r.key, r.keyAt = true, text, at
		return nil
	}
	if r.cur == nil && r.root != nil {
		return r.fail(at, "a second value behind the first; a JSON document holds one")
	}
	n, err := r.node(String, at.Start)
	if err != nil {
		return err
	}
	n.open, n.end, n.text = int32(at.Start), int32(at.End), r.text[at.Start:at.End]
	switch token := token.(type) {
	case json.Delim:
		n.Kind, n.text, n.open = Array, "", int32(at.Start+1)
		if token == '{' {
			n.Kind = Dict
		}
	case string:
		n.text, n.open = text, int32(at.Start+1)
		if r.hasKey && r.key == "CAFingerprint" && isBase64(text) {
			n.Kind = Data // JSON has no type for it
		}
	case json.Number:
		n.Kind = Real
		if _, _, ok := parseInteger(n.text); ok {
			n.Kind = Integer
		}
	case bool:
		n.Kind = Boolean
	case nil:
		n.Kind, n.text = Null, ""
	}
	if err := r.place(n); err != nil {
		return err
	}
	if n.Is(Dict, Array) {
		if r.depth++; r.depth > MaxDepth {
			return r.fail(at, "more than %d objects and arrays inside one another; no device reads such a document", MaxDepth)
		}
		r.cur = n
	}
	return nil
}

func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return err == nil
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

// malformed says why the text is not JSON. It quotes only single marks, since
// the text may be part of a secret.
func (r *jsonReader) malformed() *SyntaxError {
	var whole json.RawMessage
	var fault *json.SyntaxError
	at, said := len(strings.TrimRight(r.text, " \t\r\n")), ""
	if err := json.Unmarshal(r.src.Text[r.base:], &whole); errors.As(err, &fault) {
		if said = fault.Error(); !strings.HasPrefix(said, "unexpected end") {
			at = r.base + int(fault.Offset) - 1
		}
	}
	if err := r.unrenderedJSON(at); err != nil {
		return err
	}
	end := at
	if at < len(r.text) {
		_, size := utf8.DecodeRuneInString(r.text[at:])
		end += size
	}
	err := r.fail(Span{at, end}, "%s", r.fault(at, said))
	err.Hint = JSONHint
	return err
}

const JSONHint = "fix the JSON; python3 -m json.tool FILE checks it, too"

// UnclosedJSON returns the message for a document that ends in an object or
// array.
func UnclosedJSON(mark byte, line int) string {
	what, closing := "object", "}"
	if mark == '[' {
		what, closing = "array", "]"
	}
	return "the JSON ends inside the " + what + " opened on line " + strconv.Itoa(line) + "; it is truncated, or " + closing + " is missing"
}

// fault words what encoding/json said of an offset.
func (r *jsonReader) fault(at int, said string) string {
	var mark byte // no letter or digit
	if at < len(r.text) {
		mark = r.text[at]
	}
	before := strings.TrimRight(r.text[r.base:at], " \t\r\n")
	is := func(what string) bool { return strings.Contains(said, what) }
	switch {
	case at >= len(r.text) || strings.HasPrefix(said, "unexpected end"):
		if r.cur == nil {
			return "the JSON ends before its value does; it is truncated"
		}
		opening := byte('{')
		if r.cur.Kind == Array {
			opening = '['
		}
		return UnclosedJSON(opening, r.src.Position(int(r.cur.start)).Line)
	case is("in string literal"):
		return "a line break or another control character in a string, or a quotation mark is missing before it; write the character as \\n or the like"
	case is("escape"):
		return "an escape that JSON does not have; write \\\\ for a backslash"
	case (mark == '}' || mark == ']') && strings.HasSuffix(before, ","):
		return "a comma stands before " + string(mark) + "; remove it"
	case mark == '\'':
		return "single quotation marks are none of JSON; write \""
	case mark == '/' || mark == '#':
		return "JSON has no comments; remove it"
	case is("after top-level value"):
		return "text behind the value; a JSON document holds one value"
	case is("beginning of object key"):
		return "a key is expected here, in double quotation marks"
	case is("after object key:value pair"), is("after array element"):
		return "a comma is missing, or a closing bracket"
	case is("after object key"):
		return "the key has no value; write a colon and a value behind it"
	}
	return "invalid JSON value; strings need double quotation marks"
}

// unrenderedJSON is the error for template text outside strings, if that is at
// an offset.
func (r *jsonReader) unrenderedJSON(at int) *SyntaxError {
	for _, start := range []int{at - 1, at} {
		if start < r.base || start >= len(r.text) {
			continue
		}
		v, ok := template.At(r.text, start)
		if !ok {
			continue
		}
		r.src.Templates = append(r.src.Templates, Span{start, v.End})
		err := r.fail(Span{start, v.End}, "template text stands where JSON has a value or a key; put it inside quotation marks if a string is meant")
		err.Template = true
		return err
	}
	return nil
}
