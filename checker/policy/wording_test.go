package policy_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestPacksWording looks at the documentation of the shipped policies, and at the
// messages and the help of all findings in their test data.
func TestPacksWording(t *testing.T) {
	values := regexp.MustCompile(`"[^"]*"|\$[A-Z_]+|\d[\d:TZ-]*|(?:, )?\b[A-Z-]+\b|/\S*`)
	remedy := regexp.MustCompile(`; (write|add|remove|use|set|replace|move|put|give|keep|bundle|leave) `)
	for _, rule := range shipped(t, nil) {
		if !regexp.MustCompile(`(?s)^What it checks: .+\nWhy it matters: .+`).MatchString(rule.Doc) || utf8.RuneCountInString(rule.Title) > 60 {
			t.Errorf("%s: %q, %q", rule.ID, rule.Title, rule.Doc)
		}
		found := map[checker.Severity]bool{}
		for _, file := range checkertest.Files(t, filepath.Join(testdata, rule.ID, "bad*")) {
			for _, f := range check(t, rule.ID, []string{file})[file] {
				if f.Rule.ID != rule.ID {
					continue
				}
				found[f.Severity] = true
				if n := utf8.RuneCountInString(values.ReplaceAllString(f.Message, "")); n > 90 || remedy.MatchString(f.Message) || strings.HasSuffix(f.Message, ".") {
					t.Errorf("%s: %d characters, a remedy, or a period: %s", rule.ID, n, f.Message)
				}
				if utf8.RuneCountInString(f.Help) > 100 || strings.Contains(strings.ToLower(f.Message), strings.ToLower(f.Help)) {
					t.Errorf("%s: %q, %q", rule.ID, f.Message, f.Help)
				}
			}
		}
		for s := range found {
			if s != rule.Severity && !strings.Contains(rule.Varies, s.String()) {
				t.Errorf("%s: %s; its findings may be %s as well, which varies must say", rule.ID, rule.Severity, s)
			}
		}
	}
}
