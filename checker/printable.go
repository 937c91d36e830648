package checker

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable makes a text safe for a terminal: control characters, line endings
// among them, and those that turn the direction of writing could hide what is
// there; they are written as \u{…}. What is not UTF-8 becomes U+FFFD.
func Printable(s string) string {
	if strings.IndexFunc(s, Unprintable) < 0 {
		if utf8.ValidString(s) {
			return s
		}
		return strings.ToValidUTF8(s, "\ufffd")
	}
	var b strings.Builder
	for _, r := range s {
		if Unprintable(r) {
			const digits = "0123456789abcdef"
			b.WriteString(`\u{`)
			for shift := 20; shift >= 0; shift -= 4 {
				if r>>shift != 0 || shift == 0 {
					b.WriteByte(digits[r>>shift&15])
				}
			}
			b.WriteByte('}')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Unprintable reports whether a character must not reach a terminal.
func Unprintable(r rune) bool {
	if r < 0x80 {
		return (r < ' ' || r == 0x7f) && r != '\t'
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
