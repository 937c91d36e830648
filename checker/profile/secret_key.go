package profile

// SecretKey reports whether values under this key are secret, misspelt names
// of Challenge and Password included.
func SecretKey(key string) bool {
	if len(key) < 6 || len(key) > maxName {
		return false
	}
	switch key { // most short keys are these
	case "PayloadType", "PayloadUUID", "Subject", "Keysize", "Key Type", "Key Usage", "Retries", "RetryDelay":
		return false
	}
	return !unlike(key) && secretKey(key)
}

// longestMisspelt is how many letters a misspelt secret key has at most.
const longestMisspelt = 11

// beginsSecret marks the letters that the words for secrets begin with, and what
// may stand between letters.
var beginsSecret = [256]bool{'p': true, 'P': true, 's': true, 'S': true, 'c': true, 'C': true, ' ': true, '_': true, '-': true}

// unlike reports that no part of a long key begins as a secret one does, which
// is true of most keys, and soon seen.
func unlike(key string) bool {
	if len(key) <= longestMisspelt {
		return false
	}
	for i := 0; i < len(key)-2; i++ {
		if !beginsSecret[key[i]] {
			continue
		}
		switch key[i] | 0x20 {
		default: // what may stand between the letters of any word
			return false
		case 'p':
			if next := key[i+1] | 0x20; next == 'a' && key[i+2]|0x20 == 's' || next == 'r' {
				return false
			}
		case 's':
			if key[i+1]|0x20 == 'e' {
				return false
			}
		case 'c':
			if key[i+1]|0x20 == 'h' {
				return false
			}
		}
	}
	return true
}

func secretKey(key string) bool {
	var buffer [maxName]byte
	k := buffer[:0]
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case c == ' ' || c == '_' || c == '-':
		case c >= 'A' && c <= 'Z':
			k = append(k, c|0x20)
		default:
			k = append(k, c)
		}
	}
	for i, c := range k {
		switch c {
		case 'p':
			if begins(k[i:], "password") || begins(k[i:], "passwd") || begins(k[i:], "passphrase") || begins(k[i:], "privatekey") {
				return true
			}
		case 's':
			if begins(k[i:], "secret") {
				return true
			}
		case 'c':
			if begins(k[i:], "challenge") {
				return true
			}
		}
	}
	// A misspelling begins as the word does, or nearly.
	if len(k) < 6 || len(k) > longestMisspelt || k[0] != 'c' && k[0] != 'p' && k[1] != 'h' && k[1] != 'a' {
		return false
	}
	return Distance(string(k), "challenge") <= 2 || Distance(string(k), "password") <= 2
}

func begins(text []byte, word string) bool {
	return len(text) >= len(word) && string(text[:len(word)]) == word
}
