package report

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker"
)

// fixOf is what the fix of a finding does, and the flags that apply it; "" if
// there is no fix, or it must not be printed.
func fixOf(f *checker.Finding) (does, flags string) {
	switch {
	case f.Fix == nil || f.Fix.Secret:
		return "", ""
	case f.Fix.Safe:
		return f.Fix.Message, "--fix"
	}
	return f.Fix.Message, "--fix --unsafe-fixes"
}

// helpOf is the help of a finding; "" if its message or its fix says the same.
func helpOf(f *checker.Finding) string {
	if f.Help == "" || repeats(f.Message, f.Help) {
		return ""
	}
	if does, _ := fixOf(f); does != "" {
		return ""
	}
	return f.Help
}

// repeats reports whether a message says what the help says.
func repeats(message, help string) bool {
	var in, of [256]byte
	return bytes.Contains(appendLetters(in[:0], message), appendLetters(of[:0], help))
}

// appendLetters appends the letters and digits of a text in lower case.
func appendLetters(b []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			return append(b, strings.Map(letterOf, text[i:])...)
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			b = append(b, c)
		case 'A' <= c && c <= 'Z':
			b = append(b, c|0x20)
		}
	}
	return b
}

// letterOf is a letter in lower case or a digit; -1 for what is neither.
func letterOf(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return unicode.ToLower(r)
	}
	return -1
}

// withRemedy is the message of a finding with what to do about it, or with what
// suppresses it, for formats that have one text for all.
func withRemedy(f *checker.Finding) string {
	if f.Suppression != nil {
		return f.Message + " (" + suppressed(f.Suppression) + ")"
	}
	remedy, _ := fixOf(f)
	if remedy == "" {
		remedy = helpOf(f)
	}
	if remedy == "" {
		return f.Message
	}
	return f.Message + "; " + remedy
}
