package profile

// SecretKey reports whether values under this key are secret, misspelt names
// of Challenge and Password included.
func SecretKey(key string) bool {
	if len(key) < 6 || len(key) > maxName {
		return false
	}
	switch key { // most keys are these, and what follows takes its time
	case "PayloadType", "PayloadUUID", "PayloadVersion", "PayloadIdentifier", "PayloadContent", "PayloadDisplayName",
		"PayloadDescription", "PayloadOrganization", "PayloadCertificateUUID", "PayloadScope", "PayloadEnabled", "Subject", "CAFingerprint",
		"SubjectAltName", "Keysize", "Key Type", "Key Usage", "Retries", "RetryDelay", "KeyIsExtractable", "AllowAllAppsAccess":
		return false
	}
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
	if len(k) < 6 || len(k) > 11 || k[0] != 'c' && k[0] != 'p' && k[1] != 'h' && k[1] != 'a' {
		return false
	}
	return Distance(string(k), "challenge") <= 2 || Distance(string(k), "password") <= 2
}

func begins(text []byte, word string) bool {
	return len(text) >= len(word) && string(text[:len(word)]) == word
}
