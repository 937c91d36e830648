package report

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/sceplint/sceplint/checker"
)

// sarifRules are the rules of a log, and where each is in their list.
type sarifRules struct {
	report *Report
	list   []sarifRule
	at     map[string]int
}

func newSARIFRules(r *Report) *sarifRules {
	x := &sarifRules{report: r, list: []sarifRule{}, at: map[string]int{}}
	for i := range r.Rules {
		x.index(&r.Rules[i])
	}
	return x
}

// index gives the place of a rule in the list, and adds it if it is not there.
func (x *sarifRules) index(m *checker.Meta) int {
	i, ok := x.at[m.ID]
	if !ok {
		i = len(x.list)
		x.at[m.ID] = i
		x.list = append(x.list, x.report.newSARIFRule(printableMeta(m)))
	}
	return i
}

func (r *Report) newSARIFRule(m *checker.Meta) sarifRule {
	var markdown strings.Builder
	ruleBody(&markdown, m)
	title := cmp.Or(m.Title, m.ID)
	rule := sarifRule{
		ID: m.ID, Name: sarifName(m),
		ShortDescription: sarifMessage{Text: sentence(title)},
		FullDescription:  sarifMessage{Text: sentence(cmp.Or(m.Doc, title))},
		Help:             sarifMessage{Text: helpText(m), Markdown: cmp.Or(strings.TrimSpace(markdown.String()), sentence(title))},
		HelpURI:          r.page(m),
		Default:          sarifDefault{Level: sarifLevels[m.Severity]},
		Properties:       sarifTags{[]string{"configuration-profile", pack(m)}},
	}
	if m.DisabledByDefault {
		rule.Default.Enabled = new(bool)
	}
	return rule
}

// helpText is the documentation of a rule for those who show no Markdown.
func helpText(m *checker.Meta) string {
	parts := []string{sentence(cmp.Or(m.Doc, m.Title, m.ID))}
	if m.Help != "" {
		parts = append(parts, "How to fix: "+sentence(m.Help))
	}
	for _, ref := range m.Refs {
		parts = append(parts, ref.Title+": "+ref.URL)
	}
	return strings.Join(parts, "\n\n")
}

// sentence ends a text with a full stop, as readers of SARIF expect.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// sarifName turns some-rule into SomeRule. It must not be the ID in another case.
func sarifName(m *checker.Meta) string {
	switch name := inPascalCase(m.ID); {
	case !strings.EqualFold(name, m.ID):
		return name
	case m.Pack != "":
		return name + "Policy"
	default:
		return name + "Rule"
	}
}

// sarifVersion starts with a number, as readers of SARIF want it.
func sarifVersion(version string) string {
	version = strings.TrimPrefix(version, "v")
	if version == "" || version[0] < '0' || version[0] > '9' {
		return "0.0.0-" + version
	}
	return version
}

func inPascalCase(id string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
