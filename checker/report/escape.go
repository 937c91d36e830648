package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/printable"
)

// Formats for programs are looked at on terminals and in logs too. What could
// change how those are shown, and is left as it is by the encoders, is written as
// an escape that readers of the format turn back into the character.
type escapes struct {
	rune           func(rune) string
	colon, bracket string // of commands, see printable.LogWriter
}

var (
	jsonEscapes = escapes{jsonEscape, jsonEscape(':'), jsonEscape('[')}
	xmlEscapes  = escapes{xmlEscape, xmlEscape(':'), xmlEscape('[')}
)

func jsonEscape(r rune) string {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

func xmlEscape(r rune) string { return fmt.Sprintf("&#x%x;", r) }

func (e escapes) write(w io.Writer, text []byte) error {
	_, err := w.Write(e.apply(text))
	return err
}

// apply returns a text with the escapes, which is the same where there are none.
func (e escapes) apply(text []byte) []byte {
	if hasUnsafe(text) {
		var b bytes.Buffer
		for _, r := range string(text) { // both encoders write valid UTF-8
			if unsafeOutput(r) {
				b.WriteString(e.rune(r))
			} else {
				b.WriteRune(r)
			}
		}
		text = b.Bytes()
	}
	return printable.EscapeCommands(text, e.colon, e.bracket)
}

func hasUnsafe(text []byte) bool {
	for i := 0; i < len(text); {
		if i += printable.PlainPrefix(text[i:]); i == len(text) {
			break
		}
		r, size := utf8.DecodeRune(text[i:])
		if unsafeOutput(r) {
			return true
		}
		i += size
	}
	return false
}

func unsafeOutput(r rune) bool { return r != '\n' && printable.IsEscaped(r) }

// Escaped is a writer of JSON, each time of a whole document, that its encoder
// leaves such characters in.
type Escaped struct{ To io.Writer }

func (e Escaped) Write(text []byte) (int, error) {
	if err := jsonEscapes.write(e.To, text); err != nil {
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
	return jsonEscapes.write(w, b.Bytes())
}

// jsonLines writes values as lines of JSON.
type jsonLines struct {
	to      io.Writer
	text    bytes.Buffer
	encoder *json.Encoder
}

func newJSONLines(w io.Writer) *jsonLines {
	x := &jsonLines{to: w}
	x.encoder = newEncoder(&x.text)
	return x
}

func (x *jsonLines) write(v any) error {
	x.text.Reset()
	if err := x.encoder.Encode(v); err != nil {
		return err
	}
	return jsonEscapes.write(x.to, x.text.Bytes())
}

// xmlElements writes elements inside the root of an XML document, each on lines of
// its own. What XML has no characters for becomes U+FFFD.
type xmlElements struct {
	to      io.Writer
	text    bytes.Buffer
	encoder *xml.Encoder
}

func newXMLElements(w io.Writer) *xmlElements {
	x := &xmlElements{to: w}
	x.text.WriteByte('\n') // as the encoder does before all but the first
	x.encoder = xml.NewEncoder(&x.text)
	x.encoder.Indent("  ", "  ")
	return x
}

func (x *xmlElements) write(v any) error {
	defer x.text.Reset()
	if err := x.encoder.Encode(v); err != nil {
		return err
	}
	return xmlEscapes.write(x.to, x.text.Bytes())
}
