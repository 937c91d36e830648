package secret

import (
	"iter"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// inURLMarks are the characters one of which occurs in all that urlSecrets finds.
const inURLMarks = "@?&;#"

// urlSecrets finds what is secret inside URLs: user info, up to the last "@"
// that may end it, and the values of parameters of the query and the fragment
// with secret names. The whole text may be one URL.
func urlSecrets(text string, whole bool) iter.Seq[plist.Span] {
	return func(yield func(plist.Span) bool) {
		if whole {
			urlToken(text, 0, true, yield)
			return
		}
		for at := 0; at < len(text); {
			n := at
			marked := false
			for n < len(text) && !urlEnds[text[n]] {
				marked = marked || urlMarks[text[n]]
				n++
			}
			if marked && !urlToken(text[at:n], at, false, yield) {
				return
			}
			at = n + 1
		}
	}
}

// urlEnds are the bytes that end a URL in a text, and urlMarks those of inURLMarks.
var urlEnds, urlMarks = marks(" \t\n\f\r\"<>`"), marks(inURLMarks)

func marks(text string) (t [256]bool) {
	for _, c := range []byte(text) {
		t[c] = true
	}
	return t
}

// urlToken finds the secrets of a text without spaces.
func urlToken(text string, offset int, whole bool, yield func(plist.Span) bool) bool {
	lastAt, done := strings.LastIndexByte(text, '@'), 0
	found := func(start, end int) bool {
		if end <= start || template.IsCertain(text[start:end]) || text[start:end] == "…" || text[start:end] == plist.Mask {
			return true
		}
		done = end
		return yield(plist.Span{Start: offset + start, End: offset + end})
	}
	next := strings.Index(text, "//")
	if whole && (next < 0 || next > 0 && text[next-1] != ':') && lastAt > 0 {
		if !found(0, userInfoEnd(text, 0, lastAt)) { // a URL without scheme
			return false
		}
	}
	for next >= 0 && lastAt > next {
		start := next + 2
		for start < len(text) && (text[start] == '/' || text[start] == '\\') {
			start++
		}
		if next == 0 || strings.IndexByte(":='(,[{|;", text[next-1]) >= 0 {
			if end := userInfoEnd(text, start, lastAt); start >= done && !found(start, end) {
				return false
			}
		}
		from := max(start, done)
		n := strings.Index(text[min(from, len(text)):], "//")
		if n < 0 {
			break
		}
		next = from + n
	}
	for i := done; i < len(text); i++ {
		if !urlMarks[text[i]] || text[i] == '@' {
			continue
		}
		const maxName = 128
		equals := i + 1
		for equals < len(text) && equals-i <= maxName && text[equals] != '=' && text[equals] != '/' && !urlMarks[text[equals]] {
			equals++
		}
		if equals == len(text) || text[equals] != '=' || !secretParameter(text[i+1:equals]) {
			continue
		}
		end := equals + 1
		for end < len(text) && text[end] != '&' {
			end++
		}
		if !found(equals+1, end) {
			return false
		}
		i = end - 1
	}
	return true
}

// userInfoEnd returns the end of the user info of a URL whose authority starts
// at an offset; at most that offset if it has none. Passwords may contain an
// unescaped slash: if what looks like the authority cannot be one, user info
// continues to the last "@".
func userInfoEnd(text string, start, lastAt int) int {
	end := start
	for end < len(text) && strings.IndexByte("/?#\\", text[end]) < 0 {
		end++
	}
	at := start - 1
	if n := strings.LastIndexByte(text[start:end], '@'); n >= 0 {
		at = start + n
	}
	host := text[at+1 : end]
	if lastAt <= end || plausibleHost(host) || at < start && !strings.Contains(host, ":") && strings.ContainsAny(text[end:lastAt], "?#") {
		return at // the "@" is of the path or the query
	}
	return lastAt
}

// plausibleHost reports whether a text may be the host and port of a URL with "@" in its path.
func plausibleHost(text string) bool {
	if template.HasVariable(text) || strings.HasPrefix(text, "[") {
		return true
	}
	host, port, _ := strings.Cut(text, ":")
	if strings.Trim(port, "0123456789") != "" {
		return false
	}
	return strings.Contains(host, ".") || strings.EqualFold(host, "localhost")
}

// namesURL reports whether a key is that of a URL.
func namesURL(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "url") || strings.HasSuffix(key, "uri")
}

// urlStart matches the start of a URL, with a scheme or without.
var urlStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//`) })

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

// secretParameter reports whether the value of a query parameter is secret.
func secretParameter(name string) bool {
	if decoded, err := url.QueryUnescape(name); err == nil {
		name = decoded
	}
	if keyname.IsSecret(name) {
		return true
	}
	folded := keyname.Fold(name)
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
