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
	s.encoder.SetIndent(indentation(len(s.open)), "  ")
	if err := s.encoder.Encode(v); err != nil && s.err == nil {
		s.err = err
	}
	if err := jsonEscapes.write(s.out, bytes.TrimSuffix(s.text.Bytes(), []byte("\n"))); err != nil && s.err == nil {
		s.err = err
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
