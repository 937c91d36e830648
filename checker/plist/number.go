package plist

import (
	"strconv"
	"strings"
	"time"
)

// readInteger returns the sign and digits of an <integer>. Devices skip
// whitespace before the sign and before the digits, but not after them.
func readInteger(text string) (digits string, ok bool) {
	text = strings.TrimLeftFunc(text, isNumberSpace)
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[:1] + strings.TrimLeftFunc(text[1:], isNumberSpace)
	}
	_, _, ok = parseInteger(text)
	if !ok {
		text = strings.TrimRight(text, " \t\r\n")
	}
	return text, ok
}

// isShortNumber reports whether a text is decimal digits, so few that they fit.
func isShortNumber(text string) bool {
	if len(text) == 0 || len(text) > 18 {
		return false
	}
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// isNumberSpace reports whether devices accept a character as whitespace before
// digits.
func isNumberSpace(r rune) bool {
	return r <= ' ' || r == 0x7f || r >= 0x2000 && r <= 0x200b || r == 0x202f || r == 0x205f || r == 0x3000
}

// parseDate reads a <date>.
func parseDate(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t, err == nil
}

// parseInteger reads what devices read in <integer>: decimal or 0x
// hexadecimal digits with an optional sign.
func parseInteger(text string) (magnitude uint64, negative, ok bool) {
	if text == "" {
		return 0, false, false
	}
	if text[0] == '-' || text[0] == '+' {
		negative = text[0] == '-'
		text = text[1:]
	}
	base := 10
	if len(text) > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') {
		base, text = 16, text[2:]
	}
	if text == "" || text[0] == '+' || text[0] == '-' || strings.IndexByte(text, '_') >= 0 {
		return 0, false, false
	}
	v, err := strconv.ParseUint(text, base, 64)
	if err != nil || negative && v > 1<<63 {
		return 0, false, false
	}
	return v, negative && v != 0, true
}

// parseReal reads what devices read in <real>: a decimal number, or the words
// for infinity and not-a-number.
func parseReal(text string) (float64, bool) {
	if strings.ContainsAny(text, "xX_pP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}
