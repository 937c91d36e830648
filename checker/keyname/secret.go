package keyname

import (
	"bytes"
	"hash/maphash"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// IsSecret reports whether values under this key are secret. It is the one decision about that: the masking of every
// output asks it, in documents that parse as in others.
func IsSecret(key string) bool {
	if len(key) < 3 {
		return false
	}
	digest := maphash.String(publicSeed, key)
	slot := &public[digest%uint64(len(public))]
	if digest != 0 && slot.Load() == digest {
		return false
	}
	if isSecret(key) {
		return true
	}
	slot.Store(digest)
	return false
}

// public are digests, with a seed of the process, of keys that name no secret. A fleet has few keys, again and again:
// with these, BenchmarkIsSecret takes a tenth of the time.
var public [2048]atomic.Uint64

var publicSeed = maphash.MakeSeed()

func isSecret(key string) bool {
	var buffer [64]byte
	name := AppendFold(buffer[:0], key)
	if len(name) < 3 {
		return false
	}
	return containsSecretWord(name) || hasSecretEnding(name) || resemblesSecret(name)
}

// containsSecretWord reports whether a word for a secret occurs anywhere in a folded name.
func containsSecretWord(name []byte) bool {
	for i := 0; i+6 <= len(name); i++ {
		rest := name[i:]
		switch rest[0] {
		case 'p':
			if hasPrefix(rest, "password") || hasPrefix(rest, "passwd") || hasPrefix(rest, "passphrase") || hasPrefix(rest, "privatekey") || hasPrefix(rest, "presharedkey") {
				return true
			}
		case 's':
			if hasPrefix(rest, "secret") {
				return true
			}
		case 'c':
			if hasPrefix(rest, "challenge") {
				return true
			}
		}
	}
	return false
}

// secretEndings are words that name a secret at the end of a name: "TokenLifetime" does not.
var secretEndings = []string{"token", "apikey", "accesskey", "sharedkey", "pwd", "psk", "wepkey"}

func hasSecretEnding(name []byte) bool {
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
var secretNames = []Name{New("Challenge"), New("Password")}

// resemblesSecret reports whether a folded name is a misspelling of the name of a secret.
func resemblesSecret(name []byte) bool {
	return len(name) >= 6 && len(name) <= 4*11 && utf8.RuneCount(name) <= 11 && Closest(name, secretNames) != ""
}

func hasPrefix(text []byte, word string) bool {
	return len(text) >= len(word) && string(text[:len(word)]) == word
}

// The words of the names of parameters that are secret: anywhere in the name, as a word of it, as its last word, or as
// all of it.
var (
	secretInName = []string{"secret", "password", "passwd", "passphrase", "passcode", "challenge", "token", "apikey", "privatekey", "accesskey",
		"sharedkey", "credential", "signature", "authorization"}
	secretWords = map[string]bool{"pwd": true, "pass": true, "pw": true, "psk": true, "pin": true, "otp": true, "totp": true, "auth": true, "cred": true, "creds": true,
		"sig": true, "hmac": true, "jwt": true, "bearer": true, "sas": true, "session": true, "sessionid": true, "sid": true, "ticket": true, "assertion": true, "passkey": true}
	secretLast = map[string]bool{"key": true, "keys": true}
	secretName = map[string]bool{"code": true, "authcode": true, "devicecode": true, "usercode": true}
)

// IsSecretParameter reports whether the value of a parameter with this name, in the query or the fragment of a URL, is secret.
func IsSecretParameter(name string) bool {
	if decoded, err := url.QueryUnescape(name); err == nil {
		name = decoded
	}
	if IsSecret(name) {
		return true
	}
	folded := Fold(name)
	for _, word := range secretInName {
		if strings.Contains(folded, word) {
			return true
		}
	}
	if secretName[folded] || secretWords[folded] || secretLast[folded] {
		return true
	}
	words := wordsOf(name)
	for i, word := range words {
		if secretWords[word] || i == len(words)-1 && secretLast[word] || word == "code" && i > 0 && words[i-1] != "country" && words[i-1] != "status" && words[i-1] != "error" {
			return true
		}
	}
	return false
}

// wordsOf splits a name at capitals and at characters other than letters, and lowers its case.
func wordsOf(name string) (words []string) {
	var word strings.Builder
	cut := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	small := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r):
			cut()
			small = false
			continue
		case unicode.IsUpper(r) && small:
			cut()
		}
		small = !unicode.IsUpper(r)
		word.WriteRune(unicode.ToLower(r))
	}
	cut()
	return words
}
