package config

import (
	"os"
	"strings"
	"testing"
)

// TestDocs holds that the configurations people copy are right.
func TestDocs(t *testing.T) {
	guide, err := os.ReadFile("../../cmd/sceplint/guides/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	starter, err := os.ReadFile("../../cmd/sceplint/starter.sceplint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(guide), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	if !found {
		t.Fatal("the guide shows no configuration")
	}
	// The starter with all that it has to offer.
	var all strings.Builder
	for line := range strings.Lines(string(starter)) {
		rest, comment := strings.CutPrefix(line, "# ")
		if comment && (strings.HasPrefix(rest, " ") || strings.Contains(rest, ": ") && rest[0] >= 'a' && rest[0] <= 'z' && !strings.Contains(rest, "schema=") || strings.HasSuffix(rest, ":\n")) {
			line = rest
		}
		all.WriteString(line)
	}
	for name, text := range map[string]string{"configuration.md": example, "starter": string(starter), "starter in full": all.String()} {
		c, err := Parse(name, []byte(text), true)
		if err != nil {
			t.Error(err)
		} else if name != "starter" && (len(c.Ignore) != 1 || len(c.Overrides) != 1 || len(c.Targets) != 2 || len(c.Rules) != 2 || len(c.Policies) != 1) {
			t.Errorf("%s: something is lost: %+v", name, c)
		}
	}
}
