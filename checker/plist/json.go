package plist

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
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
		return r.fail(Span{i, i + 1}, "byte 0x%02x is not UTF-8", r.text[i]).WithHelp(helpUTF8)
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
		return r.fail(at, "second JSON value after the first; expected one").WithHelp("remove the second value")
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
			return r.fail(at, "%s", JSONDepth.Message).WithHelp("%s", JSONDepth.Help)
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
	problem := r.fault(at, said)
	return r.fail(Span{at, end}, "%s", problem.Message).WithHelp("%s", problem.Help)
}

// JSONFault is a problem of malformed JSON, and what to do.
type JSONFault struct{ Message, Help string }

// The problems of malformed JSON that have no location in their text.
var (
	JSONControl      = JSONFault{"control character in a string, or a missing quotation mark before it", "add the quotation mark, or use an escape such as \\n"}
	JSONEscape       = JSONFault{"invalid escape in a string", "use \\\\ for a backslash"}
	JSONExtraText    = JSONFault{"unexpected text after the JSON value; expected one value", "remove the text"}
	JSONMissingKey   = JSONFault{"missing key; expected a string in double quotation marks", "add the key, or remove the comma before it"}
	JSONMissingComma = JSONFault{"missing comma or closing bracket", "add a comma between the values, or the closing bracket"}
	JSONMissingColon = JSONFault{"key has no value; expected a colon", "add a colon and a value after the key"}
	JSONInvalidValue = JSONFault{"invalid JSON value", "fix the value; strings need double quotation marks"}
	JSONTruncated    = JSONFault{"truncated JSON: ends before its value", helpExport}
	JSONDepth        = JSONFault{fmt.Sprintf("objects and arrays are nested more than %d deep; no device reads such a document", MaxDepth), "flatten the structure"}
)

// UnclosedJSON returns the problem of a document that ends in an object or array.
func UnclosedJSON(mark byte, line int) JSONFault {
	what, closing := "object", "}"
	if mark == '[' {
		what, closing = "array", "]"
	}
	return JSONFault{"truncated JSON: missing " + closing + "; the " + what + " was opened on line " + strconv.Itoa(line), "add " + closing + ", or export the document again"}
}

// fault returns the problem that encoding/json reports at an offset.
func (r *jsonReader) fault(at int, said string) JSONFault {
	var mark byte // no letter or digit
	if at < len(r.text) {
		mark = r.text[at]
	}
	before := strings.TrimRight(r.text[r.base:at], " \t\r\n")
	is := func(what string) bool { return strings.Contains(said, what) }
	switch {
	case at >= len(r.text) || strings.HasPrefix(said, "unexpected end"):
		if r.cur == nil {
			return JSONTruncated
		}
		opening := byte('{')
		if r.cur.Kind == Array {
			opening = '['
		}
		return UnclosedJSON(opening, r.src.Position(int(r.cur.start)).Line)
	case is("in string literal"):
		return JSONControl
	case is("escape"):
		return JSONEscape
	case (mark == '}' || mark == ']') && strings.HasSuffix(before, ","):
		return JSONFault{"trailing comma before " + string(mark), "remove the comma"}
	case mark == '\'':
		return JSONFault{"single quotation mark; expected a double one", "use double quotation marks"}
	case mark == '/' || mark == '#':
		return JSONFault{"comment, which JSON does not allow", "remove the comment"}
	case is("after top-level value"):
		return JSONExtraText
	case is("beginning of object key"):
		return JSONMissingKey
	case is("after object key:value pair"), is("after array element"):
		return JSONMissingComma
	case is("after object key"):
		return JSONMissingColon
	}
	return JSONInvalidValue
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
		err := r.fail(Span{start, v.End}, "template text in place of a JSON value or key").WithHelp("put the template text in quotation marks if a string is meant")
		err.Template = true
		return err
	}
	return nil
}
