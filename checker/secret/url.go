package secret

import (
	"iter"
	"regexp"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// urlSecrets finds what is secret inside URLs: user info, up to the last "@"
// that may end it, and the values of parameters of the query and the fragment
// with secret names. The whole text may be one URL.
func urlSecrets(text string, whole bool) iter.Seq[plist.Span] {
	return func(yield func(plist.Span) bool) {
		for at := 0; at < len(text); {
			end, marked := len(text), whole
			if !whole {
				for end = at; end < len(text) && !urlEnds[text[end]]; end++ {
					marked = marked || urlMarks[text[end]]
				}
			}
			if marked && !urlToken(text[at:end], at, whole, yield) {
				return
			}
			at = end + 1
		}
	}
}

// urlEnds are the bytes that end a URL in a text, and urlMarks those one of which occurs in all that urlSecrets finds.
var urlEnds, urlMarks = marks(" \t\n\f\r\"<>`"), marks(parameterMarks + "@")

// parameterMarks come before the parameters of a URL.
const parameterMarks = "?&;#"

// mayHaveURLSecret reports whether a text may hold something that urlSecrets finds: user info, or a parameter with a value.
func mayHaveURLSecret(text string) bool {
	return strings.IndexByte(text, '@') >= 0 || strings.IndexByte(text, '=') >= 0 && strings.ContainsAny(text, parameterMarks)
}

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
	userInfo := func(start int) bool { return found(start, userInfoEnd(text, start, lastAt)) }
	next := strings.Index(text, "//")
	if whole && (next < 0 || next > 0 && text[next-1] != ':') && lastAt > 0 {
		if !userInfo(0) { // a URL without scheme
			return false
		}
	}
	for next >= 0 && lastAt > next {
		start := next + 2
		for start < len(text) && (text[start] == '/' || text[start] == '\\') {
			start++
		}
		if start >= done && (next == 0 || strings.IndexByte(":='(,[{|;", text[next-1]) >= 0) && !userInfo(start) {
			return false
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
		if equals == len(text) || text[equals] != '=' || !keyname.IsSecretParameter(text[i+1:equals]) {
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

// namesURL reports whether a key is that of a URL, or of a host, for which people write one.
func namesURL(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "url") || strings.HasSuffix(key, "uri") || strings.HasSuffix(key, "hostname") || key == "host" || key == "remoteaddress"
}

// urlStart matches the start of a URL, with a scheme or without.
var urlStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//`) })
