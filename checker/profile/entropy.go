package profile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// minUnique is how many characters a text has at least to occur twice in a document for no other reason than that it
// was copied. Letters alone must be more.
const minUnique, minUniqueLetters = 6, 8

// highEntropy reports whether a secret is so hard to guess that the same text elsewhere in a document is a copy of it.
// What can be guessed, and what reads like a name (a word, a few words, com.apple.security.scep, PayloadContent), may
// occur anywhere by chance: there it is masked in its own element only.
func highEntropy(secret string) bool {
	secret = strings.TrimSpace(secret)
	n := utf8.RuneCountInString(secret)
	if n < minUnique || Guessable(secret) {
		return false
	}
	letters, others := false, false
	for _, r := range secret {
		letters = letters || unicode.IsLetter(r)
		others = others || !unicode.IsLetter(r)
	}
	return (n >= minUniqueLetters || letters && others) && !readsLikeName(secret)
}

// maxNameWords is how many words a text has at most that reads like a name, without dots between them.
const maxNameWords = 3

// readsLikeName reports whether a text is made of words and reads like the name of a thing: words with dots between
// them, or up to three words, written together with capitals or with other marks between them.
func readsLikeName(text string) bool {
	const maxBytes = 128
	if len(text) > maxBytes {
		return false
	}
	dots, marks, words := 0, 0, 0
	for at := 0; at < len(text); {
		switch c := text[at]; {
		case c == '.':
			dots++
			at++
			continue
		case c == '-' || c == '_' || c == ' ' || c == '/' || c == ':' || c == ',':
			marks++
			at++
			continue
		}
		end := at + 1
		for end < len(text) && text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z' && (isLower(text[end]) || !isLower(text[end-1])) {
			end++
		}
		if !isWord(text[at:end]) {
			return false
		}
		words++
		at = end
	}
	switch {
	case dots > 0:
		return true
	case marks > 0:
		return words <= maxNameWords
	}
	return words <= maxNameWords
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// isWord reports whether a text reads like a word: letters alone, nearly all neighbors among which are neighbors in
// English words, with a vowel, or a few that are an abbreviation.
func isWord(text string) bool {
	const maxLetters, abbreviation = 20, 4
	if len(text) > maxLetters {
		return false
	}
	rare, vowel := 0, false
	for i := range len(text) {
		c := text[i] | 0x20
		if c < 'a' || c > 'z' {
			return false
		}
		vowel = vowel || strings.IndexByte("aeiouy", c) >= 0
		if i > 0 && neighbors[text[i-1]|0x20-'a']>>(c-'a')&1 == 0 {
			rare++
		}
	}
	return len(text) <= abbreviation || vowel && rare*5 < len(text) || commonWords()[strings.ToLower(text)]
}

// neighbors has, for each letter, the letters that often follow it in English words and the names of Apple's keys.
var neighbors = func() (follow [26]uint32) {
	for list := range strings.FieldsSeq(`
		abcdfghiklmnprstuvy baeilorsu cacehiklorstu dadeilorsu eabcdefgiklmnoprstvwxy faefilortu gaehilnorsu haeioru iabcdefgklmnoprstvxz
		jaeou kaeios ladeilostuy mabeimopsu nacdefgiklnostuv oabcdefgiklmnoprstuvw paehiloprstu qu racdegiklmnoprstuvy sacehiklmopstuwy
		tacefhilmoprstuy uabcdefgilmnprst vaeio waeio xept yanps zaei
	`) {
		for _, c := range list[1:] {
			follow[list[0]-'a'] |= 1 << (c - 'a')
		}
	}
	return follow
}()
