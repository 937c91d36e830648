package profile

import (
	"strconv"
	"strings"
)

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
