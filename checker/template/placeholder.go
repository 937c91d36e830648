package template

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// The words that documentation leaves for people to replace.
const (
	nouns = `(?:domain|company|corp(?:oration)?|business|organi[sz]ation|org|tenant|team|site|school|instance|account|subdomain|` +
		`server|host|fqdn|ca|mdm|scep|ndes|idp|url|uri|address|challenge|secret|passw(?:or)?d|passphrase|pass|token|key|` +
		`uuid|guid|id|identifier|fingerprint|hash|digest|data|value|text|string|name|username|user|email|` +
		`country|state|city|locality|department|unit|ou|cn|subject|certificate|cert|thumbprint)`
	article = `(?:(?:your|the|an?|my|scep|ndes|ca|mdm|static|dynamic|real|actual|own|new|here)[-_ ]+)*`
)

// placeholders matches the texts that documentation and wizards write instead of a
// real value. A text that merely mentions such a word is not a placeholder, which is the reason for the
// word boundaries, and the nouns wherever people write plain words between spaces.
var placeholders = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(strings.Join([]string{
		// YOUR-DOMAIN, your_challenge, your-company.com, YOURDOMAIN.COM, Your Organization Name
		`(?:^|[^A-Za-z])YOUR[-_]+[A-Z]`,
		`(?i:(?:^|[^a-z])your_+[a-z])`,
		`(?i:(?:^|[^a-z])your-?(?:(?:scep|ndes|ca|mdm|fleet|idp)[-_]?)?` + nouns + `[-_]?(?:name|here)?(?:$|[^a-z]))`,
		`(?i:^your (?:(?:scep|ndes|ca|mdm) )?(?:domain|company|organi[sz]ation|server|host|challenge|secret|password|ca|mdm|scep|url|name|uuid)(?: name| here)?(?:$|[^a-z]))`,
		// CHANGEME, change-me, replace this, REPLACE_WITH_YOUR_TOPIC
		`(?i:(?:^|[^a-z])(?:change|replace)[-_ ]?(?:me|this)(?:$|[^a-z]))`,
		`(?i:(?:^|[^a-z])change[-_]?it(?:$|[^a-z]))`,
		`(?i:(?:^|[^a-z])replace[-_ ]?with[-_ ]?(?:your|the|actual|own|real)[-_ ]?[a-z0-9]*(?:$|[^a-z]))`,
		`(?i:(?:^|[^a-z])replace[-_ ]?with(?:$|[^a-z]))`,
		`(?i:(?:^|[^a-z])replace[-_ ]+` + article + nouns + `(?:$|[^a-z]))`,
		`(?:^|[^A-Za-z])REPLACE[-_][A-Z]`,
		// SCEP-CHALLENGE-HERE, my_uuid_here, Base64EncodedDataHere, password goes here
		`[A-Za-z0-9][-_]+HERE(?:$|[^A-Za-z])`,
		`(?i:[a-z0-9]_+here(?:$|[^a-z]))`,
		`(?i:(?:^|[^a-z])(?:` + nouns + `|goes|insert|put|enter|paste)[- ]here(?:$|[^a-z]))`,
		`(?i:` + nouns + `|[Gg]oes|[Ii]nsert|[Pp]ut|[Ee]nter|[Pp]aste)Here(?:$|[^A-Za-z])`,
		// INSERT CHALLENGE, ENTER_URL, fill in your domain
		`(?:^|[^A-Za-z])(?:INSERT|ENTER|FILL[-_]?IN|PASTE|PUT)[-_]+[A-Z]`,
		`(?i:(?:^|[^a-z])(?:insert|enter|fill[- ]in|paste|put)[- ]+` + article + nouns + `(?:$|[^a-z]))`,
		// GENERATE-UUID-1, generate a new UUID
		`(?i:(?:^|[^a-z])generate[-_ ]+(?:a[-_ ]+)?(?:new[-_ ]+)?[ug]uid(?:$|[^a-z]))`,
		// the notes that programmers leave, but not the Spanish word "all" of a name in capitals
		`(?:^|[^A-Za-z ])T(?:ODO|BD)(?:$|[^A-Za-z ])`,
		`(?:^|[^A-Za-z])FIX(?:ME)(?:$|[^A-Za-z])`,
		`(?i:(?:^|[^a-z])place[-_]?holder(?:$|[^a-z]))`,
		// xxxx, <your challenge>, but no mail address or random password with angle brackets
		`(?i:(?:^|[^a-z])x{4,}(?:$|[^a-z]))`,
		`<[A-Za-z][A-Za-z0-9 _./:-]{2,}>`,
		`<(?i:id|cn|ou|dc|sn|ip|ca)>`, // other short names may be those of elements
		// [CHALLENGE], and a value that an export has blotted out
		`^\[[A-Za-z][^\[\]]*\]$`,
		`^\*{3,}$`,
	}, "|"))
})

// wholePlaceholders are placeholders only if they are the whole text.
var wholePlaceholders = map[string]bool{
	"secret": true, "password": true, "challenge": true, "string": true, "todo": true, "tbd": true,
	"redacted": true, "ignored": true, "xxx": true, "uuid": true, "guid": true, "...": true, "…": true,
}

// isSampleWord reports whether a text is one of these, in any case.
func isSampleWord(text string) bool {
	var lower [9]byte // as long as "challenge"
	if len(text) > len(lower) {
		return false
	}
	for i := range len(text) {
		lower[i] = text[i]
		if c := text[i]; c >= 'A' && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	return wholePlaceholders[string(lower[:len(text)])]
}

// hints are what the words begin with that every placeholder has one of at the start
// of a word, "here" and marks apart. Most texts have none, and comparing them with the
// placeholders would cost more than all other checks of a profile.
var hints = [...]string{"your", "chang", "repla", "inse", "ente", "fill", "past", "put", "plac", "todo", "tbd", "fixm", "xxx", "generat"}

// hereHint is the hint that may end a word, too.
const hereHint = "here"

// hintSearch searches a text for all hints at once, in one step a byte that is the same
// for all bytes (Baeza-Yates and Gonnet, A New Approach to Text Searching, 1992). Each bit
// stands for a letter of a hint, and is set where the text has the hint up to this letter.
type hintSearch struct {
	bytes       [256]struct{ fits, next uint64 } // the letters that a byte fits, and those a hint may begin with after it
	first, last uint64                           // the letters that hints begin and end with
}

// Two bits are left for bytes that are hints of their own.
const (
	angleBit    = 1 << 63 // <
	variableBit = 1 << 62 // what a variable may begin with
)

var searched = func() *hintSearch {
	s := &hintSearch{first: angleBit | variableBit}
	bit, inWord := uint64(1), s.first
	for _, hint := range append(hints[:], hereHint) {
		s.first |= bit
		if hint == hereHint {
			inWord |= bit
		}
		for _, c := range []byte(hint) {
			if bit == variableBit {
				panic("hints have more than 62 letters")
			}
			s.bytes[c].fits |= bit
			s.bytes[c-'a'+'A'].fits |= bit
			bit <<= 1
		}
		s.last |= bit >> 1
	}
	for c := range s.bytes {
		if s.bytes[c].next = s.first; byte(c)|0x20 >= 'a' && byte(c)|0x20 <= 'z' {
			s.bytes[c].next = inWord
		}
		if canStart[c] {
			s.bytes[c].fits |= variableBit
		}
	}
	s.bytes['<'].fits |= angleBit
	return s
}()

// findHint reports whether a text may have a placeholder, and whether it may have a variable.
func findHint(text string) (placeholder, variable bool) {
	s := searched
	state, met, next := uint64(0), uint64(0), s.first
	for i := range len(text) {
		b := &s.bytes[text[i]]
		state = (state<<1 | next) & b.fits
		met, next = met|state, b.next
	}
	marked := text != "" && (text[0] == '[' || text[0] == '*')
	return marked || met&(s.last|angleBit) != 0, met&variableBit != 0
}

// maxSample limits what is searched, and maxQuote what is returned.
const maxSample, maxQuote = 1024, 64

// Placeholder reports whether a text is, or contains, a placeholder that was not
// replaced, and returns it. Template variables are not placeholders.
func Placeholder(text string) (string, bool) {
	if len(text) > maxSample || IsUUID(text) {
		return "", false
	}
	trimmed := strings.TrimSpace(text)
	hint, variable := findHint(trimmed)
	if variable {
		trimmed = strings.TrimSpace(Literal(text, "."))
		hint, _ = findHint(trimmed)
	}
	text = trimmed
	if isSampleWord(text) {
		return text, true
	}
	if !hint {
		return "", false
	}
	at := placeholders().FindStringIndex(text)
	if at == nil || isOwnDevice(text[at[0]:]) {
		return "", false
	}
	sample := expandToWords(text, at[0], at[1])
	if len(sample) > maxQuote {
		sample = strings.ToValidUTF8(sample[:maxQuote], "") + "…"
	}
	return sample, true
}

// isOwnDevice reports whether a text that "your" was found in goes on as "bring
// your own device" does.
func isOwnDevice(text string) bool {
	text = strings.ToLower(strings.TrimLeft(text, "-_ /."))
	for _, mark := range []string{"-", "_"} {
		if strings.HasPrefix(text, "your"+mark+"own") {
			return true
		}
	}
	return false
}

// expandToWords drops the marks that bound a match and takes in the rest of the
// words it begins and ends in, with the hyphens and underscores between them.
func expandToWords(text string, start, end int) string {
	word := func(c byte) bool {
		return c == '-' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
	}
	if first, n := utf8.DecodeRuneInString(text[start:end]); first >= utf8.RuneSelf || !word(byte(first)) && !strings.ContainsRune("<[*", first) {
		start += n
	}
	if last, n := utf8.DecodeLastRuneInString(text[start:end]); last >= utf8.RuneSelf || !word(byte(last)) && !strings.ContainsRune(">]*", last) {
		end -= n
	}
	for start > 0 && word(text[start]) && word(text[start-1]) {
		start--
	}
	for end < len(text) && end > start && word(text[end-1]) && word(text[end]) {
		end++
	}
	if end < len(text) && end > start && (text[start] == '[' && text[end] == ']' || text[start] == '<' && text[end] == '>') {
		end++
	}
	return text[start:end]
}
