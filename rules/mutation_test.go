package rules

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestMutations breaks a clean profile in one way at a time, as the tables of
// testdata/mutations have it: what is then found is what the table says, at the
// place it says, and nothing else.
func TestMutations(t *testing.T) {
	for _, c := range []struct {
		profile, table string
		rows           int // at least
	}{
		{"clean.mobileconfig", "table.txt", 80},
		{"identity.mobileconfig", "identity.txt", 70},
	} {
		t.Run(c.table, func(t *testing.T) {
			dir := filepath.Join(testdata, "mutations")
			mutations(t, string(checkertest.Read(t, filepath.Join(dir, c.profile))), string(checkertest.Read(t, filepath.Join(dir, c.table))), c.rows)
		})
	}
}

// mutations holds one table.
func mutations(t *testing.T, clean, table string, least int) {
	t.Helper()
	find := func(text string) string {
		var found []string
		for _, f := range run(t, "mutated.mobileconfig", []byte(text), nil, All()...).Findings {
			found = append(found, fmt.Sprintf("%d:%s:%s", f.Start.Line, f.Severity, f.Rule.ID))
		}
		return strings.Join(found, " ")
	}
	if found := find(clean); found != "" {
		t.Fatalf("the clean profile has findings: %s", found)
	}
	seen := 0
	for i, entry := range strings.Split(table, "\n\n") {
		lines := slices.DeleteFunc(strings.Split(entry, "\n"), func(line string) bool { return line == "" || line[0] == '#' })
		if len(lines) == 0 {
			continue
		}
		if len(lines) != 3 {
			t.Fatalf("entry %d has %d lines, not 3:\n%s", i, len(lines), entry)
		}
		old, err := strconv.Unquote(lines[0])
		if err != nil {
			t.Fatalf("%s: %v", lines[0], err)
		}
		with, err := strconv.Unquote(strings.TrimSpace(lines[1]))
		if err != nil {
			t.Fatalf("%s: %v", lines[1], err)
		}
		if !strings.Contains(clean, old) {
			t.Fatalf("the clean profile does not hold %s", lines[0])
		}
		seen++
		want := strings.TrimSpace(lines[2])
		if got := find(strings.Replace(clean, old, with, 1)); got != want || want == "" {
			t.Errorf("%s\n%s\nfinds %s\nand not %s", lines[0], lines[1], got, want)
		}
	}
	if seen < least {
		t.Errorf("the table has only %d mutations", seen)
	}
}
