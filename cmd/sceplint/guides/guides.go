// Package guides holds the guides, and reads their table of error codes.
package guides

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
)

//go:embed faq.md
var faq string

// ErrorCode is what the guide says of error codes of Apple that mean the same.
type ErrorCode struct {
	Codes   []string
	Meaning string
	Rules   []string // that find causes
	Note    string   // on causes that no rule finds; may be empty
}

var (
	codeRow = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^\| *([0-9][0-9, ]*?) *\| *(.*?) *\| *(.*?) *\|$`)
	})
	ruleLink = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[([a-z0-9-]+)\]\([^)]*\)`) })
)

// ErrorCodes returns the rows of the tables of error codes.
func ErrorCodes() (list []ErrorCode) {
	for _, m := range codeRow().FindAllStringSubmatch(faq, -1) {
		c := ErrorCode{Codes: strings.Split(strings.ReplaceAll(m[1], " ", ""), ","), Meaning: m[2]}
		for _, link := range ruleLink().FindAllStringSubmatch(m[3], -1) {
			c.Rules = append(c.Rules, link[1])
		}
		if note := strings.NewReplacer("`", "", "**", "").Replace(ruleLink().ReplaceAllString(m[3], "$1")); strings.Trim(ruleLink().ReplaceAllString(m[3], ""), ", ") != "" {
			c.Note = note
		}
		list = append(list, c)
	}
	return list
}

// Explain writes what a code means and which rules find its causes, as text, json, or markdown.
func (c *ErrorCode) Explain(w io.Writer, code string, all []checker.Rule, format string) error {
	type cause struct {
		ID       string `json:"id"`
		Severity string `json:"severity"`
		Title    string `json:"title"`
		Pack     string `json:"pack,omitempty"`
		Help     string `json:"help"`
	}
	causes := []cause{}
	for _, id := range c.Rules {
		for i := range all {
			if r := &all[i]; r.ID == id {
				causes = append(causes, cause{r.ID, r.Severity.String(), r.Title, r.Pack, r.Help})
			}
		}
	}
	var b strings.Builder
	switch format {
	case "json":
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(struct {
			Code    string  `json:"code"`
			Meaning string  `json:"meaning"`
			Note    string  `json:"note,omitempty"`
			Rules   []cause `json:"rules"`
		}{code, c.Meaning, c.Note, causes})
	case "markdown":
		fmt.Fprintf(&b, "## %s\n\n%s\n", code, c.Meaning)
		for _, r := range causes {
			fmt.Fprintf(&b, "\n- `%s` (%s): %s; %s", r.ID, r.Severity, r.Title, r.Help)
		}
		b.WriteString("\n")
	default:
		fmt.Fprintf(&b, "%s  %s\n", code, c.Meaning)
		if c.Note != "" {
			fmt.Fprintf(&b, "\nLook at: %s\n", c.Note)
		}
		if len(causes) > 0 {
			b.WriteString("\nRules that find causes\n")
		}
		for _, r := range causes {
			fmt.Fprintf(&b, "  %s  %s\n    %s\n    %s\n", r.ID, r.Severity, r.Title, r.Help)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
