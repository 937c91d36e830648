package plist

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

const ByteOrderMark = "\ufeff"

// Encoding is how the characters of an XML document were written as bytes.
type Encoding struct {
	Name     string // of the encoding that was used to read it: "UTF-8", "UTF-16LE", "ISO-8859-1", …
	Mark     bool   // a byte order mark stands first
	Declared string // what the XML declaration names, "" if it names none
	Span     Span   // of that name
	width    int    // 0: text is the file's bytes; 1: a byte a character; 2: UTF-16
}

func (e Encoding) Decoded() bool { return e.width != 0 }

// charmaps are the single-byte encodings that a declaration may name.
var charmaps = map[string]*charmap.Charmap{
	"iso-8859-1":   charmap.ISO8859_1,
	"iso_8859-1":   charmap.ISO8859_1,
	"latin1":       charmap.ISO8859_1,
	"iso-8859-15":  charmap.ISO8859_15,
	"windows-1252": charmap.Windows1252,
	"cp1252":       charmap.Windows1252,
	"macintosh":    charmap.Macintosh,
	"macroman":     charmap.Macintosh,
	"x-mac-roman":  charmap.Macintosh,
}

// toUTF8 detects the encoding of a document and returns its text in UTF-8, which
// is the input itself if possible.
func toUTF8(text []byte) ([]byte, Encoding, error) {
	if order := utf16Order(text); order != nil {
		return fromUTF16(text, order)
	}
	e := Encoding{Name: "UTF-8", Span: NoSpan}
	e.Mark = bytes.HasPrefix(text, []byte(ByteOrderMark))
	e.Declared, e.Span = declaredEncoding(text)
	if strings.EqualFold(e.Declared, "UTF-8") {
		return text, e, nil
	}
	name := strings.ToLower(e.Declared)
	if name == "" || name == "utf8" || e.Mark {
		return text, e, nil
	}
	if c, ok := charmaps[name]; ok {
		if ascii(text) {
			return text, e, nil
		}
		decoded, err := decodeWith(c.NewDecoder(), text)
		e.Name, e.width = c.String(), 1
		return decoded, e, err
	}
	if utf8.Valid(text) {
		return text, e, nil
	}
	return nil, e, fmt.Errorf("unsupported encoding %q; expected UTF-8", e.Declared)
}

func decodeWith(d *encoding.Decoder, text []byte) ([]byte, error) {
	decoded, err := d.Bytes(text)
	if err != nil {
		return nil, fmt.Errorf("text does not match the encoding in the XML declaration")
	}
	return decoded, nil
}

// utf16Order detects the byte order of UTF-16 text by its byte order mark or,
// without one, by its first "<"; nil for anything else.
func utf16Order(text []byte) binary.ByteOrder {
	if len(text) < 4 {
		return nil
	}
	switch {
	case text[0] == 0xff && text[1] == 0xfe, text[0] == '<' && text[1] == 0 && text[3] == 0:
		return binary.LittleEndian
	case text[0] == 0xfe && text[1] == 0xff, text[0] == 0 && text[1] == '<' && text[2] == 0:
		return binary.BigEndian
	}
	return nil
}

func fromUTF16(text []byte, order binary.ByteOrder) ([]byte, Encoding, error) {
	e := Encoding{Name: "UTF-16LE", Span: NoSpan, width: 2}
	if order == binary.BigEndian {
		e.Name = "UTF-16BE"
	}
	if len(text)%2 != 0 {
		return nil, e, fmt.Errorf("corrupt UTF-16: the text ends in the middle of a character")
	}
	if order.Uint16(text) == 0xfeff {
		e.Mark, text = true, text[2:]
	}
	size := 0
	for i := 0; i < len(text); i += 2 {
		switch unit := order.Uint16(text[i:]); {
		case unit < 0x80:
			size++
		case unit < 0x800 || utf16.IsSurrogate(rune(unit)): // a pair takes four
			size += 2
		default:
			size += 3
		}
	}
	decoded := make([]byte, 0, size)
	for ; len(text) > 0; text = text[2:] {
		r := rune(order.Uint16(text))
		if utf16.IsSurrogate(r) {
			if len(text) < 4 || utf16.DecodeRune(r, rune(order.Uint16(text[2:]))) == utf8.RuneError {
				return nil, e, fmt.Errorf("corrupt UTF-16: half of a surrogate pair")
			}
			r = utf16.DecodeRune(r, rune(order.Uint16(text[2:])))
			text = text[2:]
		}
		decoded = utf8.AppendRune(decoded, r)
	}
	e.Declared, e.Span = declaredEncoding(decoded)
	return decoded, e, nil
}

// declaredEncoding reads the encoding name of an XML declaration near the
// start of the text.
func declaredEncoding(text []byte) (string, Span) {
	head := text[:min(len(text), 1024)]
	at := bytes.Index(head, []byte("<?xml"))
	if at < 0 {
		return "", NoSpan
	}
	end := bytes.Index(head[at:], []byte("?>"))
	if end < 0 {
		return "", NoSpan
	}
	decl := unsafeString(head[at : at+end])
	i := strings.Index(decl, "encoding")
	if i < 0 {
		return "", NoSpan
	}
	rest := strings.TrimLeft(decl[i+len("encoding"):], " \t\r\n=")
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return "", NoSpan
	}
	n := strings.IndexByte(rest[1:], rest[0])
	if n < 0 {
		return "", NoSpan
	}
	start := at + len(decl) - len(rest) + 1
	return rest[1 : 1+n], Span{start, start + n}
}

func ascii(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
