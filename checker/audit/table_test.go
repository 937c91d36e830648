package audit

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestTable holds that a table fits its width, and loses nothing.
func TestTable(t *testing.T) {
	head := []string{"id", "profiles", "devices", "url", "keysize", "errors", "warnings", "infos", "worst rule", "subject"}
	rows := [][]string{
		{"b8e7125bf0af", "22", "7", "https://ca.corp.example/certsrv/mscep/mscep.dll", "3072", "110", "22", "0", "scep-subject-attribute", "E, O, CN"},
		{"d1c29f5e5659", "2", "0", "", "variable", "0", "0", "0", "", strings.Repeat("CN, ", 40) + "é"},
	}
	for _, width := range []int{40, 80, 120, 400} {
		var b strings.Builder
		if _, err := writeTable(&b, head, slices.Values(rows), width); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%d columns, not %d: %s", n, width, line)
			}
		}
		for _, row := range rows {
			for _, cell := range row {
				if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), strings.Join(strings.Fields(cell), " ")) {
					t.Errorf("width %d: %q is lost", width, cell)
				}
			}
		}
		if !strings.Contains(strings.ToLower(b.String()), "worst rule") {
			t.Errorf("width %d: the worst rule is lost", width)
		}
	}
}
