package profile

import (
	"math/bits"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FoldName removes from the name of a key what people get wrong first, or cannot see: case, whitespace, "_" and "-",
// accents, and characters that are invisible. Characters that look like a Latin letter become that letter.
func FoldName(name string) string {
	var buffer [64]byte
	return string(foldName(buffer[:0], name))
}

// foldName appends the folded name to a buffer.
func foldName(b []byte, name string) []byte {
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
		if similar, ok := confusables[r]; ok {
			r = similar
		}
		r = unicode.ToLower(r)
		if similar, ok := confusables[r]; ok {
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
var confusables = func() map[rune]rune {
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
}()

// keyAliases are wrong names of SCEP keys that are not close to the right one, folded, as they are seen in profiles and
// on the forms of servers.
var keyAliases = map[string]string{
	"fingerprint":            "CAFingerprint",
	"thumbprint":             "CAFingerprint",
	"cathumbprint":           "CAFingerprint",
	"cacertfingerprint":      "CAFingerprint",
	"subjectalternativename": "SubjectAltName",
	"subjectalternatename":   "SubjectAltName",
	"san":                    "SubjectAltName",
	"subjectname":            "Subject",
	"serverurl":              "URL",
	"iskeyextractable":       "KeyIsExtractable",
	"keyisexportable":        "KeyIsExtractable",
	"allappsaccess":          "AllowAllAppsAccess",
	"allowallapps":           "AllowAllAppsAccess",
	"challengepassword":      "Challenge",
	"keylength":              "Keysize",
	"retrycount":             "Retries",
	"maxretries":             "Retries",
	"retryinterval":          "RetryDelay",
}

// MisspelledSCEPKey returns the SCEP key that a name was meant to be, or "" if it is one, or resembles none. SecretKey
// asks it too, so that whatever is reported as a misspelling of Challenge is masked.
func MisspelledSCEPKey(name string) string {
	const maxBytes = 400 // no misspelled key comes near, and keys may be of any length
	if len(name) > maxBytes || HasVariable(name) {
		return ""
	}
	for _, k := range SCEPKeys {
		if k.Name == name {
			return ""
		}
	}
	var buffer [64]byte
	return meantSCEPKey(foldName(buffer[:0], name))
}

// meantSCEPKey returns the SCEP key that a folded name is an alias of, or closest to.
func meantSCEPKey(folded []byte) string {
	if right := keyAliases[string(folded)]; right != "" {
		return right
	}
	best, far := "", 3
	has := letterSet(string(folded))
	for i := range foldedKeys {
		k := &foldedKeys[i]
		if d, ok := k.distance(folded, has); ok && d < far {
			best, far = k.name, d
		}
	}
	return best
}

// foldedKey is a name as misspellings of it are compared with it.
type foldedKey struct {
	name, folded string
	letters      uint64
}

func newFoldedKey(name string) foldedKey {
	folded := FoldName(name)
	return foldedKey{name, folded, letterSet(folded)}
}

var foldedKeys = func() (keys []foldedKey) {
	for _, k := range SCEPKeys {
		keys = append(keys, newFoldedKey(k.Name))
	}
	return keys
}()

// distance counts the edits from a folded name with certain letters to the key, if they are few enough for a
// misspelling: two, or one for a short key.
func (k *foldedKey) distance(folded []byte, letters uint64) (int, bool) {
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
