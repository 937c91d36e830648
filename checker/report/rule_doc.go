package report

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// docLabels start the parts of a rule's documentation, each on a new line.
var docLabels = []string{"What it checks", "Why it matters", "Exceptions"}

// docPart is a part of a rule's documentation.
type docPart struct {
	label string // "" if the documentation has no parts
	text  string
}

// partsOf splits the documentation of a rule. In a part with a label, line breaks
// are spaces; a text without labels is one part as it is.
func partsOf(doc string) (parts []docPart) {
	for line := range strings.Lines(doc) {
		label, text := labelOf(line)
		switch last := len(parts) - 1; {
		case label != "":
			parts = append(parts, docPart{label, strings.TrimSpace(text)})
		case last < 0:
			parts = append(parts, docPart{"", line})
		case parts[last].label == "":
			parts[last].text += line
		default:
			parts[last].text = strings.TrimSpace(parts[last].text + " " + strings.TrimSpace(line))
		}
	}
	return parts
}

// unwrapped is the documentation of a rule with each part on one line.
func unwrapped(doc string) string {
	var lines []string
	for _, part := range partsOf(doc) {
		if part.label != "" {
			part.text = part.label + ": " + part.text
		}
		lines = append(lines, strings.TrimSuffix(part.text, "\n"))
	}
	return strings.Join(lines, "\n")
}

func labelOf(line string) (label, text string) {
	for _, label := range docLabels {
		if text, ok := strings.CutPrefix(line, label+": "); ok {
			return label, text
		}
	}
	return "", ""
}

// capitalized makes the first letter of a text upper case, unless its first word
// is a name such as macOS or uuidgen that has more to it than lower-case letters.
func capitalized(text string) string {
	word, _, _ := strings.Cut(text, " ")
	if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLower(r) && r != ',' && r != '-' }) {
		return text
	}
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}

var tags = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<[a-z/?!][^<>\s]*>(?:[^<>\s]*<[a-z/][^<>\s]*>)*`) })

// withCode is a text for Markdown, in which tags would be markup.
func withCode(text string) string {
	if strings.Contains(text, "`") {
		return text
	}
	return tags().ReplaceAllString(text, "`$0`")
}
