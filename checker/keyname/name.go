// Package keyname compares the names of keys: how far apart they are, what they
// are misspellings of, and which ones name a secret.
package keyname

import (
	"math/bits"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Distance counts the edits that turn one name into the other: a character
// added, dropped, or changed, or two neighbors swapped. Names are short; beyond
// 64 bytes they count as far apart.
func Distance(a, b string) int {
	const maxLength = 64
	if len(a) > maxLength || len(b) > maxLength {
		return maxLength
	}
	a, b = oneByteEach(a), oneByteEach(b)
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	var rows [3][maxLength + 1]int
	older, old, row := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := old[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, old[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}

// Within reports whether Distance is at most a limit. It counts letters first, which is enough for most names.
func Within(a, b string, limit int) bool {
	var letters [utf8.RuneSelf]int
	for i := range len(a) {
		if a[i] >= utf8.RuneSelf {
			return Distance(a, b) <= limit
		}
		letters[a[i]]++
	}
	apart := len(a)
	for i := range len(b) {
		if b[i] >= utf8.RuneSelf {
			return Distance(a, b) <= limit
		}
		if letters[b[i]]--; letters[b[i]] >= 0 {
			apart--
		} else {
			apart++
		}
	}
	return apart <= 2*limit && Distance(a, b) <= limit // an edit brings one letter at most, and takes one
}

// Nearest returns the name that another one is most likely a misspelling of, or "": one edit is
// plausible up to 5 characters, two up to 8, and three beyond.
func Nearest(name string, names []string) string {
	best, far := "", 4
	for _, n := range names {
		allowed := 3
		switch length := min(utf8.RuneCountInString(name), utf8.RuneCountInString(n)); {
		case length <= 5:
			allowed = 1
		case length <= 8:
			allowed = 2
		}
		if d := Distance(name, n); d <= allowed && d < far {
			best, far = n, d
		}
	}
	return best
}

// oneByteEach writes a name with one byte for each character. Those that are not ASCII may share a byte.
func oneByteEach(name string) string {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			b := make([]byte, 0, len(name))
			for _, r := range name {
				if r >= utf8.RuneSelf {
					r = utf8.RuneSelf | r&0x7f
				}
				b = append(b, byte(r))
			}
			return string(b)
		}
	}
	return name
}

// Fold removes from the name of a key what people get wrong first, or cannot see: case, whitespace, "_" and "-",
// accents, and characters that are invisible. Characters that look like a Latin letter become that letter.
func Fold(name string) string {
	var buffer [64]byte
	return string(AppendFold(buffer[:0], name))
}

// AppendFold appends the folded name to a buffer.
func AppendFold(b []byte, name string) []byte {
	ascii := true
	for i := 0; i < len(name) && ascii; i++ {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			ascii = false
		case c <= ' ' || c == '_' || c == '-' || c == 0x7f:
		case c >= 'A' && c <= 'Z':
			b = append(b, c|0x20)
		default:
			b = append(b, c)
		}
	}
	if ascii {
		return b
	}
	b = b[:0]
	for _, r := range norm.NFKD.String(name) {
		if similar, ok := confusables()[r]; ok {
			r = similar
		}
		r = unicode.ToLower(r)
		if similar, ok := confusables()[r]; ok {
			r = similar
		}
		if r <= ' ' || r == '_' || r == '-' || r == 0x7f || r >= utf8.RuneSelf && isIgnorable(r) {
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}

// isIgnorable reports whether a character counts for nothing in a name: whitespace, controls, dashes, marks that combine
// with the letter before them, and the fillers that fonts leave empty.
func isIgnorable(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn, unicode.Me, unicode.Variation_Selector, unicode.Dash)
}

// confusables are letters of other alphabets that look like a Latin one and do not decompose to it.
var confusables = sync.OnceValue(func() map[rune]rune {
	m := map[rune]rune{}
	for latin, others := range map[rune]string{
		'a': "аαɑ", 'b': "ƅьʙɓ", 'c': "сϲᴄⅽ", 'd': "ԁɗ", 'e': "еєεҽ", 'f': "ẝϝ", 'g': "ɡցǥɢ", 'h': "һհнħ", 'i': "іıɩιӏ", 'j': "јϳ",
		'k': "кκᴋ", 'l': "ⅼןʟł", 'm': "мⅿᴍ", 'n': "ողηпɴ", 'o': "оοσօѳøᴏ", 'p': "рρþ", 'q': "ԛգ", 'r': "гᴦʀ", 's': "ѕꜱ", 't': "тτᴛŧ",
		'u': "υսᴜ", 'v': "ѵνᴠ", 'w': "ԝѡωᴡ", 'x': "хχ", 'y': "уүγ", 'z': "ᴢƶ",
		'A': "АΑ", 'B': "ВΒ", 'C': "СϹ", 'E': "ЕΕ", 'H': "НΗ", 'I': "ІΙӀ", 'K': "КΚ", 'M': "МΜ", 'N': "Ν", 'O': "ОΟ", 'P': "РΡ",
		'S': "Ѕ", 'T': "ТΤ", 'X': "ХΧ", 'Y': "УΥ", 'Z': "Ζ",
	} {
		for _, r := range others {
			m[r] = latin
		}
	}
	return m
})

// Name is a name prepared for comparison with misspellings of it.
type Name struct {
	text, folded string
	letters      uint64
}

// New prepares a name.
func New(name string) Name {
	folded := Fold(name)
	return Name{name, folded, letterSet(folded)}
}

// Closest returns the name that a folded one is a misspelling of, by the fewest edits, or "".
func Closest(folded []byte, names []Name) string {
	best, far := "", 3
	letters := letterSet(string(folded))
	for i := range names {
		if d, ok := names[i].distance(folded, letters); ok && d < far {
			best, far = names[i].text, d
		}
	}
	return best
}

// distance counts the edits from a folded name with certain letters to the key, if they are few enough for a
// misspelling: two, or one for a short key.
func (k *Name) distance(folded []byte, letters uint64) (int, bool) {
	allowed := 2
	if len(k.folded) <= 4 {
		allowed = 1
	}
	n := len(folded)
	if n > 64 {
		return 0, false
	}
	if letters>>63 != 0 { // some are not ASCII and take several bytes
		n = utf8.RuneCount(folded)
	}
	if max(n-len(k.folded), len(k.folded)-n) > allowed || bits.OnesCount64(letters&^k.letters) > allowed || bits.OnesCount64(k.letters&^letters) > allowed {
		return 0, false // each edit brings one letter at most, and takes one
	}
	d := Distance(string(folded), k.folded)
	return d, d <= allowed
}

// letterSet tells which characters occur in a folded name, several of them as one. The last bit stands for all that are
// not ASCII.
func letterSet(folded string) (set uint64) {
	for i := range len(folded) {
		if c := folded[i]; c >= utf8.RuneSelf {
			set |= 1 << 63
		} else {
			set |= 1 << (c % 63)
		}
	}
	return set
}
