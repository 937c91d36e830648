package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CSVCell returns a text that is safe as a cell of a table: printable, and with
// an apostrophe before what a spreadsheet would run as a formula. A formula may
// be at the start, or after a semicolon or tab, which separate cells where a
// comma is the decimal separator; whitespace before it does not matter.
func CSVCell(text string) string {
	shown := Text(text)
	if strings.IndexByte(shown, ';') < 0 && strings.IndexByte(shown, '\t') < 0 && !isFormula(text) {
		return shown
	}
	var b strings.Builder
	if isFormula(text) { // with line endings before it, too, which are not shown as such
		b.WriteByte('\'')
	}
	for i, cell := range strings.SplitAfter(shown, ";") {
		for j, cell := range strings.SplitAfter(cell, "\t") {
			if i+j > 0 && isFormula(cell) {
				b.WriteByte('\'')
			}
			b.WriteString(cell)
		}
	}
	return b.String()
}

func isFormula(cell string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(cell, unicode.IsSpace))
	return startsFormula(r)
}

// startsFormula reports whether a character is a sign that formulas start with,
// in whatever width.
func startsFormula(r rune) bool {
	if r < 0x80 {
		return r == '=' || r == '+' || r == '-' || r == '@'
	}
	switch norm.NFKC.String(string(r)) {
	case "=", "+", "-", "@", "\u2212": // the last is the minus sign
		return true
	}
	return false
}
