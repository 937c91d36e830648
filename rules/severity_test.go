package rules

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestSeverities holds that the description of a rule states the severities of
// its findings in the test data.
func TestSeverities(t *testing.T) {
	for _, rule := range All() {
		found := map[checker.Severity]bool{}
		for _, pattern := range []string{"bad*", "set*/*"} {
			for _, file := range checkertest.Files(t, filepath.Join(testdata, rule.ID, pattern)) {
				for _, w := range checkertest.Wants(t, file, checkertest.Read(t, file)) {
					for _, s := range []checker.Severity{checker.Error, checker.Warning, checker.Info} {
						if strings.HasPrefix(strings.TrimPrefix(w.Text.String(), "^"), s.String()+": ") {
							found[s] = true
						}
					}
				}
			}
		}
		for s := range found {
			if s != rule.Severity && !strings.Contains(rule.Varies, s.String()) {
				t.Errorf("%s: %s; its findings may be %s as well, which Varies must say", rule.ID, rule.Severity, s)
			}
		}
		for _, s := range []checker.Severity{checker.Error, checker.Warning, checker.Info} {
			if strings.Contains(rule.Varies, s.String()) && !found[s] && rule.ID != "profile-signature" { // which depends on the roots of the system
				t.Errorf("%s: no test data has a finding of severity %s", rule.ID, s)
			}
		}
	}
}
