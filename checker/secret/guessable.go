package secret

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/template"
)

// minChallengeLength is how many characters a challenge must have not to be tried
// out, and longestGuess how many bytes a text of common words may have.
const minChallengeLength, maxGuessLength = 6, 64

// IsWeakChallenge reports whether a literal challenge is one that is tried
// first: up to four common words and runs such as 123456 and qwerty, in any case
// and spelled like p@ssw0rd, with marks between them and up to six digits after
// them; one to three characters, repeated; fewer than six characters. A UUID, a
// one-time password in hexadecimal digits, and a random token are not weak.
func IsWeakChallenge(challenge string) bool {
	text := strings.ToLower(strings.TrimSpace(challenge))
	switch {
	case utf8.RuneCountInString(text) < minChallengeLength:
		return true
	case template.IsUUID(text):
		return false
	case isRepetition(text):
		return true
	}
	return len(text) <= maxGuessLength && isDictionaryBased(text)
}

// isRepetition reports whether a text is one to three characters, repeated.
func isRepetition(text string) bool {
	size := 0
	for range 3 {
		_, n := utf8.DecodeRuneInString(text[size:])
		if size += n; n == 0 || text[size:] == text[:len(text)-size] {
			return true
		}
	}
	return false
}

// maxPieces is how many words and runs a guessable text is made of.
const maxPieces = 4

// isDictionaryBased reports whether a text consists of common words and runs.
func isDictionaryBased(text string) bool {
	words := commonWords()
	spelt := [...]string{ones.Replace(text), letters.Replace(text)}
	// pieces[i] is the least number of pieces that the first i bytes are made of.
	var pieces [maxGuessLength + 1]int
	for i := range pieces {
		pieces[i] = maxPieces + 1
	}
	pieces[0] = 0
	for i := 0; i < len(text); i++ {
		if pieces[i] > maxPieces {
			continue
		}
		if pieces[i] > 0 && ending(text[i:]) {
			return true
		}
		reach := func(end, count int) { pieces[end] = min(pieces[end], count) }
		if mark(text[i]) {
			reach(i+1, pieces[i])
		}
		if pieces[i] == maxPieces {
			continue
		}
		if year(text[i:]) {
			reach(i+4, pieces[i]+1)
		}
		for n := runLength(text[i:]); n >= leastRun(text[i:]); n-- {
			reach(i+n, pieces[i]+1)
		}
		for _, s := range spelt {
			for n := 2; n <= longestWord && i+n <= len(s); n++ {
				if words[s[i:i+n]] {
					reach(i+n, pieces[i]+1)
				}
			}
		}
	}
	return pieces[len(text)] <= maxPieces
}

// The letters that digits and marks are put for. The digit one is two of them.
var (
	ones    = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")
	letters = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "l")
)

// ending accepts what is often added after a word to satisfy a password rule: a
// year or other digits, and marks.
func ending(text string) bool {
	digits := 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] >= '0' && text[i] <= '9':
			digits++
		case !mark(text[i]):
			return false
		}
	}
	return digits <= 6
}

// year reports whether a text begins with a year of our time.
func year(text string) bool {
	return len(text) >= 4 && (text[:2] == "19" || text[:2] == "20") && strings.Trim(text[2:4], "0123456789") == ""
}

// mark accepts ASCII punctuation and the space.
func mark(c byte) bool {
	return c >= ' ' && c < utf8.RuneSelf && (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != 0x7f
}

// rows are what fingers run along.
var rows = [...]string{
	"12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "yxcvbnm",
	"1qaz2wsx3edc4rfv5tgb6yhn", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgb", "112233445566778899", "aabbccddeeff", "147258369", "!@#$%^&*()",
}

// runLength returns the length of the longest run that a text begins with: a
// part of a row, forwards or backwards, or one repeated character.
func runLength(text string) int {
	longest := 1
	for longest < len(text) && text[longest] == text[0] {
		longest++
	}
	for _, row := range rows {
		for at := range len(row) {
			if row[at] != text[0] {
				continue
			}
			n := 1
			for n < len(text) && at+n < len(row) && row[at+n] == text[n] {
				n++
			}
			longest = max(longest, n)
			for n = 1; n < len(text) && at-n >= 0 && row[at-n] == text[n]; n++ {
			}
			longest = max(longest, n)
		}
	}
	return longest
}

// longestWord is the length of the longest of the common words, in bytes.
const longestWord = 14

// leastRun is how many characters of a row make a run: of letters four, for
// words hold three, unless it is the row's beginning or one letter.
func leastRun(text string) int {
	if len(text) < 3 {
		return 3
	}
	head := text[:3]
	if strings.Trim(head, "0123456789") == "" || strings.Trim(head, head[:1]) == "" {
		return 3
	}
	for _, row := range rows {
		if strings.HasPrefix(row, head) {
			return 3
		}
	}
	return 4
}

// commonWords are the words that challenges are made of: those of lists of
// leaked passwords, those of examples, and those that an administrator of a SCEP
// server has in mind.
var commonWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(`
		password passwort passwd passcode passphrase passme pass pwd pw motdepasse contrasena senha wachtwoord losenord adgangskode
		secret secrets geheim hemlig shared static default initial temporary temp tmp test tests testing tester demo sample example dummy
		challenge challange response token key keys code pin phrase word value string text data
		changeme changeit change replace replaceme fixme todo none null empty blank unknown nothing
		admin administrator admins root toor user username guest login logon master super superuser manager owner operator support service
		letmein welcome hello world qwerty qwertz azerty iloveyou love monkey dragon football baseball basketball soccer hockey
		sunshine princess shadow superman batman trustno michael jordan charlie freedom whatever starwars flower cheese computer internet
		summer winter spring autumn fall sommer monday tuesday wednesday thursday friday saturday sunday
		january february march april may june july august september october november december
		abc xyz foo bar baz foobar qux lorem ipsum deadbeef cafebabe
		scep ndes mscep mdm micromdm nanomdm fleet jamf intune mosyle kandji iru simplemdm addigy airwatch workspaceone ivanti okta smallstep
		stepca ejbca scepman scepserver pki ca cert certs certificate certificates certificat enroll enrol enrolling enrollment enrolment
		register registration identity profile profiles config configuration device devices client clients server servers radius eap
		apple iphone ipad ipados ios mac macs macos macbook imac watch vision tvos mobile mobiles phone phones tablet laptop desktop
		microsoft windows google android cisco network networks wifi wireless wlan vpn lan internal external private public secure security
		access authentication authorization company corp corporate corporation enterprise business organization organisation org office school schools student students
		teacher staff employee team group global local domain acme contoso fabrikam initech it inc ltd
		http https www com net org url
		my our your the this is no not top very new old one for and to in of on
		prod production dev develop development stage staging lab
	`) {
		words[word] = true
	}
	return words
})

// minUnique is how many characters a text must occur at least two times in a document for no other reason than that it
// was copied. Letters alone must be more.
const minUnique, minUniqueLetters = 6, 8

// highEntropy reports whether a secret is so hard to guess that the same text
// elsewhere in a document is a copy of it. What can be guessed, and what reads
// like a name (a word, a few words, com.apple.security.scep, PayloadContent),
// may occur anywhere by chance: it is masked only in its own element.
func highEntropy(secret string) bool {
	secret = strings.TrimSpace(secret)
	n := utf8.RuneCountInString(secret)
	if n < minUnique || IsWeakChallenge(secret) {
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

// readsLikeName reports whether a text consists of words and reads like a name:
// words with dots between them, or up to three words, joined with capitals or
// with other marks between them.
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

// isWord reports whether a text reads like a word: only letters, nearly all
// adjacent ones of which are adjacent in English words, with a vowel, or a few
// that are an abbreviation.
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
