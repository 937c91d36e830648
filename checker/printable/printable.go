// Package printable writes texts so that terminals, logs, and spreadsheets show them
// and do nothing else.
package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns a text that is safe to show: control characters, including
// line endings, and characters that are invisible, look like a space, or change
// the direction of text are written as \u{…}. What is not UTF-8 becomes U+FFFD.
func Text(s string) string {
	n := PlainPrefix(s)
	if n == len(s) {
		return s // as nearly all texts
	}
	if strings.IndexFunc(s[n:], IsEscaped) < 0 {
		if utf8.ValidString(s) {
			return s
		}
		return strings.ToValidUTF8(s, "\ufffd")
	}
	var b strings.Builder
	for _, r := range s {
		if IsEscaped(r) {
			writeEscape(&b, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// PlainPrefix returns the number of bytes before the first one that is not a printable ASCII
// character.
func PlainPrefix[T string | []byte](s T) (n int) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; len(s)-n >= 8; n += 8 {
		eight := uint64(s[n]) | uint64(s[n+1])<<8 | uint64(s[n+2])<<16 | uint64(s[n+3])<<24 | uint64(s[n+4])<<32 | uint64(s[n+5])<<40 | uint64(s[n+6])<<48 | uint64(s[n+7])<<56
		if (eight|(eight+ones)|((eight-ones*' ')&^eight))&high != 0 {
			break // a byte is not from 0x20 to 0x7e, or the sums carried
		}
	}
	for n < len(s) && s[n] >= ' ' && s[n] < 0x7f {
		n++
	}
	return n
}

// Lines is Text for text of several lines, each of which ends in
// a line feed or is the last.
func Lines(s string) string {
	if strings.IndexByte(s, '\n') < 0 {
		return Text(s)
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Text(line)
	}
	return strings.Join(lines, "\n")
}

func writeEscape(b *strings.Builder, r rune) {
	const digits = "0123456789abcdef"
	b.WriteString(`\u{`)
	for shift := 20; shift >= 0; shift -= 4 {
		if r>>shift != 0 || shift == 0 {
			b.WriteByte(digits[r>>shift&15])
		}
	}
	b.WriteByte('}')
}

// IsEscaped reports whether a character is shown as an escape.
func IsEscaped(r rune) bool {
	if r < 0x80 {
		return (r < ' ' || r == 0x7f) && r != '\t'
	}
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, blank)
}

// blank are characters that no property tells apart from visible letters and
// symbols, though their glyphs are empty.
var blank = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille pattern blank
		{Lo: 0xfffc, Hi: 0xfffc, Stride: 1}, // object replacement character
	},
	R32: []unicode.Range32{
		{Lo: 0x13441, Hi: 0x13442, Stride: 1}, // Egyptian hieroglyph blanks
		{Lo: 0x16fe4, Hi: 0x16fe4, Stride: 1}, // Khitan small script filler
		{Lo: 0x1d159, Hi: 0x1d159, Stride: 1}, // musical symbol null notehead
	},
}
