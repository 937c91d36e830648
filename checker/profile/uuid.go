package profile

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
	return eightHex(eight(text)) && eightHex(eight(text[9:])&^(0xff<<32)|'0'<<32) && // up to the second hyphen, and over the third
		eightHex(eight(text[15:])&^(0xff<<24)|'0'<<24) && eightHex(eight(text[20:])&^(0xff<<24)|'0'<<24) && eightHex(eight(text[28:]))
}

// eightHex reports whether eight bytes are hexadecimal digits in either case,
// all at once: a byte plus 0x80-c has its top bit set if it is at least c.
func eightHex(w uint64) bool {
	const each = 0x0101010101010101
	digit := (w + each*(0x80-'0')) &^ (w + each*(0x80-'9'-1))
	lower := w | each*0x20
	letter := (lower + each*(0x80-'a')) &^ (lower + each*(0x80-'f'-1))
	return (digit|letter)&^w&(each*0x80) == each*0x80 // no byte of w may have its own
}
