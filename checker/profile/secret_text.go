package profile

import (
	"iter"
	"strings"
)

// search notes the secrets of a document that is no property list, or that has
// comments, which may hold some. Comments are searched by themselves as well:
// one may hold what was replaced.
func (s *Secrets) search(text string) {
	s.searchFrom(text, 0)
	s.searchURLs(text, 0)
	for at := 0; ; {
		open := strings.Index(text[at:], "<!--")
		if open < 0 {
			return
		}
		at += open + len("<!--")
		end, after := len(text), len(text)
		if n := strings.Index(text[at:], "-->"); n >= 0 {
			end, after = at+n, at+n+len("-->")
		}
		s.searchFrom(text[at:end], at)
		at = after
	}
}

// searchURLs notes the places of passwords and the like inside of URLs, for a
// line may be cut where the rest of the URL no longer tells. Their texts are
// found in messages by the URL around them.
func (s *Secrets) searchURLs(text string, offset int) {
	for found := range urlSecrets(text) {
		s.spans = append(s.spans, Span{offset + found.Start, offset + found.End})
	}
}

func (s *Secrets) searchFrom(text string, offset int) {
	for key, at := range keyedValues(text) {
		if value := text[at.Start:at.End]; value != "" && SecretKey(key) && !harmless(value) {
			s.add(value, Span{offset + at.Start, offset + at.End})
		}
	}
}

// keyedValues finds keys, and the places of the texts behind them, in whatever
// element they stand, if in any: what is searched may be no property list, or a
// comment. Of any text it looks at each byte a few times at most.
func keyedValues(text string) iter.Seq2[string, Span] {
	return func(yield func(string, Span) bool) {
		f := finder{text: text}
		for at := 0; ; {
			n := strings.IndexByte(text[at:], '<')
			if n < 0 {
				return
			}
			if at += n; !hasFold(text[at:], "<key>") {
				at++
				continue
			}
			start := at + len("<key>")
			end := strings.IndexByte(text[start:], '<')
			if end < 0 {
				return
			}
			end += start
			value := f.behindKey(end)
			value.End = valueEnd(text, value.Start)
			if !yield(text[start:end], value) {
				return
			}
			at = value.End // what ends a value may begin the next key
		}
	}
}

// behindKey gives the place at which the value of a key starts whose text ends
// at an offset: behind its end tag, white space, comments, and a start tag.
func (f *finder) behindKey(at int) Span {
	text := f.text
	if hasFold(text[at:], "</key>") {
		at += len("</key>")
	} else {
		at++
	}
	for at < len(text) {
		if isSpace(text[at]) || text[at] == '\f' {
			at++
		} else if hasFold(text[at:], "key>") {
			at += len("key>")
		} else if hasFold(text[at:], "/key>") {
			at += len("/key>")
		} else if end := -1; strings.HasPrefix(text[at:], "<!--") {
			if end = f.index("-->", at+len("<!--")); end < 0 {
				break
			}
			at = end + len("-->")
		} else {
			break
		}
	}
	if at+1 < len(text) && text[at] == '<' && text[at+1]|0x20 >= 'a' && text[at+1]|0x20 <= 'z' {
		if end := f.index(">", at+2); end >= 0 {
			at = end + 1
		}
	}
	return Span{at, at}
}

// valueEnd is where a value that starts at an offset ends: before an end tag, or
// the tag of what comes next.
func valueEnd(text string, at int) int {
	for {
		n := strings.IndexByte(text[at:], '<')
		if n < 0 {
			return len(text)
		}
		at += n
		if rest := text[at+1:]; strings.HasPrefix(rest, "/") || hasFold(rest, "key") || hasFold(rest, "dict") || hasFold(rest, "array") {
			return at
		}
		at++
	}
}

// hasFold is strings.HasPrefix for ASCII in either case.
func hasFold(text, prefix string) bool {
	if len(text) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// urlWords are the names of parameters of URLs that hold secrets.
var urlWords = [...]string{"challenge=", "challengepassword=", "password=", "passwd=", "pwd=", "secret=", "token="}

// urlStops are the bytes that end a user or a password in a URL, valueStops those
// that end the value of a parameter, and urlMarks those that either may begin with.
var urlStops, valueStops, urlMarks = marks("/@ \t\n\f\r\"<"), marks("& \t\n\f\r\"<"), marks(":?&;")

func marks(text string) (t [256]bool) {
	for _, c := range []byte(text) {
		t[c] = true
	}
	return t
}

// urlSecrets finds passwords and the like inside of URLs: behind "://user:", up
// to "@", and behind "?token=" and its like.
func urlSecrets(text string) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for i := 0; i < len(text); i++ {
			if !urlMarks[text[i]] {
				continue
			}
			found := Span{}
			after := 0
			if text[i] == ':' {
				found, after = userSecret(text, i)
			} else {
				found = parameterSecret(text, i)
				after = found.End
			}
			if found.End <= found.Start {
				continue
			}
			if !yield(found) {
				return
			}
			i = after - 1
		}
	}
}

// userSecret is the password in ://user:password@ at an offset, and where the
// search goes on; nothing if there is none.
func userSecret(text string, at int) (secret Span, after int) {
	if !strings.HasPrefix(text[at:], "://") {
		return Span{}, 0
	}
	for at += len("://"); at < len(text) && text[at] != ':' && !urlStops[text[at]]; at++ {
	}
	if at == len(text) || text[at] != ':' {
		return Span{}, 0
	}
	start := at + 1
	for at = start; at < len(text) && !urlStops[text[at]]; at++ {
	}
	if at == len(text) || text[at] != '@' {
		return Span{}, 0
	}
	return Span{start, at}, at + 1
}

// parameterSecret is the value in ?token=value at an offset; nothing if there is
// none.
func parameterSecret(text string, at int) Span {
	for _, word := range urlWords {
		if !hasFold(text[at+1:], word) {
			continue
		}
		start := at + 1 + len(word)
		end := start
		for end < len(text) && !valueStops[text[end]] {
			end++
		}
		return Span{start, end}
	}
	return Span{}
}
