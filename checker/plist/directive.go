package plist

import (
	"strings"

	"github.com/sceplint/sceplint/checker/keyname"
)

// isDirective reports whether the text of a comment is a directive of this tool,
// or looks like one: its name, or a misspelled name, before a colon or a verb of
// suppression, or such a verb of other linters before its name.
func isDirective(comment string) bool {
	comment = strings.TrimLeft(comment[:min(len(comment), 256)], " \t\r\n#/@*")
	const tool = "sceplint"
	if strings.HasPrefix(comment, tool+":") {
		return true
	}
	end := strings.IndexFunc(comment, func(c rune) bool { return !('a' <= c|0x20 && c|0x20 <= 'z') && c != '-' && c != '_' })
	if end < 0 {
		end = len(comment)
	}
	word, rest := strings.ToLower(comment[:end]), strings.TrimLeft(comment[end:], " \t\r\n")
	separated := strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "：")
	rest = strings.ToLower(strings.TrimLeft(rest, ":=： \t\r\n"))
	for _, verb := range suppressionVerbs {
		if separated && word == verb && strings.HasPrefix(rest, tool) {
			return true
		}
	}
	if word == "" || word[0] != tool[0] {
		return false
	}
	// The verb may be part of the word, as in sceplint-disable.
	name := directiveWord.Replace(word)
	for _, verb := range suppressionVerbs {
		if head, _, ok := strings.Cut(name, verb); ok && nearly(head, tool) {
			return true
		}
		if after, ok := strings.CutPrefix(rest, verb); ok && nearly(name, tool) && (separated || after == "" || !('a' <= after[0] && after[0] <= 'z')) {
			return true
		}
	}
	return separated && nearly(name, tool)
}

var directiveWord = strings.NewReplacer("-", "", "_", "")

// suppressionVerbs are words that linters use in comments that suppress.
var suppressionVerbs = []string{"ignore", "disable", "suppress", "nolint", "noqa", "skip", "allow", "lint", "off", "ingore", "ignroe"}

func nearly(word, name string) bool {
	return word == name || len(word) >= len(name)-1 && len(word) <= len(name)+1 && word[0] == name[0] && keyname.Distance(word, name) <= 2
}
