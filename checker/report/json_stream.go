package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// jsonStream writes an indented JSON document value by value, so that no more
// than one value is in memory. The first error stays, and close returns it.
type jsonStream struct {
	out     *bufio.Writer
	text    bytes.Buffer
	encoder *json.Encoder
	lines   []byte // the text, indented
	open    []byte // the brackets that end the open objects and arrays
	empty   bool   // the innermost has no elements yet
	keyed   bool   // a key was written, and its value follows
	err     error
}

func newJSONStream(w io.Writer) *jsonStream {
	s := &jsonStream{out: bufio.NewWriterSize(w, 64<<10)}
	s.encoder = newEncoder(&s.text)
	return s
}

// object and array open one, and end closes the innermost.
func (s *jsonStream) object() { s.begin('{', '}') }
func (s *jsonStream) array()  { s.begin('[', ']') }

func (s *jsonStream) begin(first, last byte) {
	s.separate()
	s.out.WriteByte(first)
	s.open, s.empty = append(s.open, last), true
}

func (s *jsonStream) end() {
	last := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	if !s.empty {
		s.newLine()
	}
	s.out.WriteByte(last)
	s.empty = false
}

// key writes the key of the next value, of letters that need no escapes.
func (s *jsonStream) key(name string) {
	s.separate()
	s.out.WriteString(`"` + name + `": `)
	s.keyed = true
}

// value writes a whole value.
func (s *jsonStream) value(v any) {
	s.separate()
	s.empty = false
	s.text.Reset()
	if err := s.encoder.Encode(v); err != nil && s.err == nil {
		s.err = err
	}
	text := bytes.TrimSuffix(s.text.Bytes(), []byte("\n"))
	s.lines = appendIndented(s.lines[:0], jsonEscapes.apply(text), len(s.open))
	if _, err := s.out.Write(s.lines); err != nil && s.err == nil {
		s.err = err
	}
}

// appendIndented appends a JSON value without whitespace, on lines of its own. The encoder's own indentation takes a fifth
// of the time of a SARIF report, since it parses each byte (BenchmarkIndent).
func appendIndented(b, text []byte, depth int) []byte {
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '"':
			n := 1 + stringLength(text[i+1:])
			b = append(b, text[i:i+n]...)
			i += n
			continue
		case '{', '[':
			b = append(b, c)
			if i+1 < len(text) && text[i+1] == c+2 { // an empty one
				b = append(b, c+2)
				i++
				break
			}
			depth++
			b = append(b, newLine(depth)...)
		case '}', ']':
			depth--
			b = append(append(b, newLine(depth)...), c)
		case ',':
			b = append(append(b, ','), newLine(depth)...)
		case ':':
			b = append(b, ": "...)
		default:
			b = append(b, c)
		}
		i++
	}
	return b
}

// stringLength returns the length of the rest of a string with the quotation mark that ends it.
func stringLength(rest []byte) int {
	for i := 0; ; {
		n := bytes.IndexByte(rest[i:], '"')
		if n < 0 {
			return len(rest)
		}
		backslashes := 0
		for j := i + n - 1; j >= 0 && rest[j] == '\\'; j-- {
			backslashes++
		}
		if i += n + 1; backslashes%2 == 0 {
			return i
		}
	}
}

// separate writes what stands between the value before and the next one.
func (s *jsonStream) separate() {
	switch {
	case s.keyed:
		s.keyed = false
		return
	case len(s.open) == 0:
		return
	case !s.empty:
		s.out.WriteByte(',')
	}
	s.newLine()
	s.empty = false
}

func (s *jsonStream) newLine() {
	s.out.WriteString(newLine(len(s.open)))
}

// close ends the document.
func (s *jsonStream) close() error {
	s.out.WriteByte('\n')
	if s.err != nil {
		return s.err
	}
	return s.out.Flush()
}

// newLine is the end of a line and the indentation of the next.
func newLine(depth int) string {
	const most = "\n                                "
	if n := 1 + 2*depth; n <= len(most) {
		return most[:n]
	}
	return "\n" + strings.Repeat("  ", depth)
}
