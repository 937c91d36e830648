package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"

	"github.com/sceplint/sceplint/checker"
)

// Formats for programs are looked at on terminals too. What could upset one,
// and is left as it is by the encoders, is written as an escape that readers of
// the format turn back into the character.
const (
	jsonEscape = `\u%04x`
	xmlEscape  = `&#x%x;`
)

func escaped(w io.Writer, text []byte, format string) error {
	if bytes.IndexFunc(text, unsafeOutput) < 0 {
		_, err := w.Write(text)
		return err
	}
	var b bytes.Buffer
	for _, r := range string(text) { // both encoders write valid UTF-8
		if unsafeOutput(r) {
			fmt.Fprintf(&b, format, r)
		} else {
			b.WriteRune(r)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func unsafeOutput(r rune) bool { return r != '\n' && checker.Unprintable(r) }

// Escaped is a writer of JSON, each time of a whole document, that its encoder
// leaves such characters in.
type Escaped struct{ To io.Writer }

func (e Escaped) Write(text []byte) (int, error) {
	if err := escaped(e.To, text, jsonEscape); err != nil {
		return 0, err
	}
	return len(text), nil
}

// writeJSON writes a document, or with indent "" a line.
func writeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	out := newEncoder(&b)
	out.SetIndent("", indent)
	if err := out.Encode(v); err != nil {
		return err
	}
	return escaped(w, b.Bytes(), jsonEscape)
}

// writeXML writes a document. What XML has no characters for becomes U+FFFD.
func writeXML(w io.Writer, v any) error {
	b := bytes.NewBufferString(xml.Header)
	out := xml.NewEncoder(b)
	out.Indent("", "  ")
	if err := out.Encode(v); err != nil {
		return err
	}
	b.WriteByte('\n')
	return escaped(w, b.Bytes(), xmlEscape)
}
