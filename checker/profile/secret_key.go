package profile

import "bytes"

// SecretKey reports whether values under this key are secret. It is the one decision about that: the masking of every
// output asks it, in documents that parse as in others, and MisspelledSCEPKey maps no name to Challenge that is not
// secret here.
func SecretKey(key string) bool {
	switch key { // most keys are one of these
	case "PayloadType", "PayloadUUID", "PayloadContent", "PayloadVersion", "PayloadIdentifier", "PayloadDisplayName", "Subject", "URL", "Name",
		"PayloadDescription", "PayloadOrganization", "PayloadScope", "PayloadRemovalDisallowed", "PayloadCertificateUUID",
		"Keysize", "Key Type", "Key Usage", "Retries", "RetryDelay", "CAFingerprint", "SubjectAltName", "KeyIsExtractable", "AllowAllAppsAccess":
		return false
	}
	var buffer [64]byte
	name := foldName(buffer[:0], key)
	if len(name) < 3 {
		return false
	}
	return holdsSecretWord(name) || endsSecretly(name) || resemblesSecret(name)
}

// holdsSecretWord reports whether a word for a secret occurs anywhere in a folded name.
func holdsSecretWord(name []byte) bool {
	for i := 0; i+6 <= len(name); i++ {
		rest := name[i:]
		switch rest[0] {
		case 'p':
			if begins(rest, "password") || begins(rest, "passwd") || begins(rest, "passphrase") || begins(rest, "privatekey") || begins(rest, "presharedkey") {
				return true
			}
		case 's':
			if begins(rest, "secret") {
				return true
			}
		case 'c':
			if begins(rest, "challenge") {
				return true
			}
		}
	}
	return false
}

// secretEndings are words that name a secret at the end of a name: "TokenLifetime" is none.
var secretEndings = []string{"token", "apikey", "accesskey", "sharedkey", "pwd", "psk", "wepkey"}

func endsSecretly(name []byte) bool {
	switch name[len(name)-1] {
	case 'n', 'y', 'd', 'k':
		for _, ending := range secretEndings {
			if bytes.HasSuffix(name, []byte(ending)) {
				return true
			}
		}
	}
	return false
}

// secretNames are the names of secrets whose misspellings are secret too.
var secretNames = [...]foldedKey{newFoldedKey("Challenge"), newFoldedKey("Password")}

// secretAliases are the names in keyAliases that mean Challenge.
var secretAliases = func() (list []string) {
	for alias, key := range keyAliases {
		if key == "Challenge" {
			list = append(list, alias)
		}
	}
	return list
}()

// resemblesSecret reports whether a folded name is an alias or a misspelling of the name of a secret.
func resemblesSecret(name []byte) bool {
	for _, alias := range secretAliases {
		if string(name) == alias {
			return true
		}
	}
	if len(name) < 6 || len(name) > 4*11 {
		return false
	}
	letters := letterSet(string(name))
	for i := range secretNames {
		if _, ok := secretNames[i].distance(name, letters); ok {
			return true
		}
	}
	return false
}

func begins(text []byte, word string) bool {
	return len(text) >= len(word) && string(text[:len(word)]) == word
}
