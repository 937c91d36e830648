package template

// uuidBytes counts 1 for a hyphen, and too many for what is not a hexadecimal
// digit either.
var uuidBytes = func() (t [256]uint16) {
	for c := range t {
		t[c] = 36
	}
	for _, c := range "0123456789abcdefABCDEF" {
		t[c] = 0
	}
	t['-'] = 1
	return t
}()

// IsUUID reports whether a text is 8-4-4-4-12 hexadecimal digits, in either
// case.
func IsUUID(text string) bool {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return false
	}
	hyphens := uint16(0)
	for ; len(text) >= 4; text = text[4:] {
		hyphens += uuidBytes[text[0]] + uuidBytes[text[1]] + uuidBytes[text[2]] + uuidBytes[text[3]]
	}
	return hyphens == 4
}
