package profile

// uuidShape has the places of hyphens in a UUID set.
const uuidShape = 1<<8 | 1<<13 | 1<<18 | 1<<23

// hexDigit marks the hexadecimal digits of either case.
var hexDigit = func() (t [256]bool) {
	for _, c := range "0123456789abcdefABCDEF" {
		t[c] = true
	}
	return t
}()

// IsUUID reports whether a text is 8-4-4-4-12 hexadecimal digits, in either
// case.
func IsUUID(text string) bool {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return false
	}
	for i := 0; i < len(text); i++ {
		if !hexDigit[text[i]] && uuidShape>>i&1 == 0 {
			return false
		}
	}
	return true
}
