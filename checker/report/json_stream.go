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
	if err := jsonEscapes.write(jsonIndenter{s.out, len(s.open)}, text); err != nil && s.err == nil {
		s.err = err
	}
}

// jsonIndenter writes JSON without whitespace, a whole value each time, on lines of its own. The encoder's own indentation
// takes a fifth of the time of a SARIF report, since it parses each byte (BenchmarkIndent).
type jsonIndenter struct {
	out   *bufio.Writer
	depth int // of the value
}

// Write returns the error of the writer.
func (x jsonIndenter) Write(text []byte) (int, error) {
	newLine := func() {
		x.out.WriteByte('\n')
		x.out.WriteString(indentation(x.depth))
	}
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '"':
			n := 1 + stringLength(text[i+1:])
			x.out.Write(text[i : i+n])
			i += n
			continue
		case '{', '[':
			x.out.WriteByte(c)
			if i+1 < len(text) && text[i+1] == c+2 { // an empty one
				x.out.WriteByte(c + 2)
				i++
				break
			}
			x.depth++
			newLine()
		case '}', ']':
			x.depth--
			newLine()
			x.out.WriteByte(c)
		case ',':
			x.out.WriteByte(c)
			newLine()
		case ':':
			x.out.WriteString(": ")
		default:
			x.out.WriteByte(c)
		}
		i++
	}
	_, err := x.out.Write(nil) // the first error of the writer
	return len(text), err
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
	s.out.WriteByte('\n')
	s.out.WriteString(indentation(len(s.open)))
}

// close ends the document.
func (s *jsonStream) close() error {
	s.out.WriteByte('\n')
	if s.err != nil {
		return s.err
	}
	return s.out.Flush()
}

func indentation(depth int) string {
	const spaces = "                "
	if n := 2 * depth; n <= len(spaces) {
		return spaces[:n]
	}
	return strings.Repeat("  ", depth)
}
