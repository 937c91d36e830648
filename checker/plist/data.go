package plist

import (
	"strings"
)

// base64Class marks what is not of the alphabet: whitespace (1), padding (2) and
// what must not be there (4).
var base64Class = func() (t [256]uint8) {
	for c := range t {
		t[c] = 4
	}
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		t[c] = 0
	}
	for _, c := range " \t\r\n" {
		t[c] = 1
	}
	t['='] = 2
	return t
}()

// IsBase64 reports whether a text is Base64 with whitespace anywhere and padding
// only at its end.
func IsBase64(text string) bool {
	digits, padding := 0, 0
	for len(text) > 0 {
		if padding == 0 {
			for len(text) >= 8 && base64Class[text[0]]|base64Class[text[1]]|base64Class[text[2]]|base64Class[text[3]]|
				base64Class[text[4]]|base64Class[text[5]]|base64Class[text[6]]|base64Class[text[7]] == 0 {
				digits += 8
				text = text[8:]
			}
			if text == "" {
				break
			}
		}
		switch base64Class[text[0]] {
		case 0:
			if padding > 0 {
				return false
			}
			digits++
		case 2:
			padding++
		case 4:
			return false
		}
		text = text[1:]
	}
	return (digits+padding)%4 == 0 && padding <= 2 && (padding == 0 || digits%4 >= 2)
}

// IsBase64Digit reports whether a byte is of the alphabet of Base64, without
// whitespace and padding.
func IsBase64Digit(c byte) bool { return base64Class[c] == 0 }

// DigestAlgorithm returns the name of the algorithm whose digest has this number
// of bytes, or "".
func DigestAlgorithm(size int) string {
	switch size {
	case 16:
		return "MD5"
	case 20:
		return "SHA-1"
	case 28:
		return "SHA-224"
	case 32:
		return "SHA-256"
	case 48:
		return "SHA-384"
	case 64:
		return "SHA-512"
	}
	return ""
}

// HexDigest decodes a digest written as hexadecimal text, with or without colons
// or spaces between the bytes; nil if the text is not a digest.
func HexDigest(text string) []byte {
	const longest = 64
	digest := make([]byte, 0, longest)
	half, odd := byte(0), false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch c {
		case ':', ' ', '-', '\n', '\r', '\t':
			continue
		}
		value := strings.IndexByte("0123456789abcdef", c|0x20)
		if c < '0' || value < 0 || len(digest) == longest {
			return nil
		}
		half, odd = half<<4|byte(value), !odd
		if !odd {
			digest = append(digest, half)
		}
	}
	if odd || DigestAlgorithm(len(digest)) == "" {
		return nil
	}
	return digest
}
