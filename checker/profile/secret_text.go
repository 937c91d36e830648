package profile

import "regexp"

// keyed finds keys with the text behind them, in whatever element it stands, if
// in any: what is searched may be no property list, or a comment.
var keyed = regexp.MustCompile(`(?is)<key>([^<]*)(?:</key>|<)(?:\s|<!--.*?-->|/?key>)*(?:<[a-z][^>]*>)?(.*?)(?:</|<key|<dict|<array|\z)`)

// comments are searched by themselves as well: one may hold what was replaced.
var comments = regexp.MustCompile(`(?s)<!--.*?(?:-->|\z)`)

func (s *Secrets) search(text []byte) {
	s.searchFrom(text, 0)
	s.searchURLs(text, 0)
	for _, m := range comments.FindAllIndex(text, -1) {
		s.searchFrom(text[m[0]+len("<!--"):m[1]], m[0]+len("<!--"))
	}
}

// searchURLs notes the places of passwords and the like inside of URLs, for a
// line may be cut where the rest of the URL no longer tells. Their texts are
// found in messages by the URL around them.
func (s *Secrets) searchURLs(text []byte, offset int) {
	for _, m := range inURL.FindAllSubmatchIndex(text, -1) {
		start, end := m[3], m[4] // between "://user:" and "@"
		if start < 0 {
			start, end = m[7], m[1] // behind "?token="
		}
		s.spans = append(s.spans, Span{offset + start, offset + end})
	}
}

func (s *Secrets) searchFrom(text []byte, offset int) {
	for at := 0; ; {
		m := keyed.FindSubmatchIndex(text[at:])
		if m == nil {
			return
		}
		key, value := text[at+m[2]:at+m[3]], string(text[at+m[4]:at+m[5]])
		if SecretKey(string(key)) && value != "" && !harmless(value) {
			s.add(value, Span{offset + at + m[4], offset + at + m[5]})
		}
		at += m[5] // what ends a value may begin the next key
	}
}
