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

// TestMutations breaks a clean profile in one way at a time, as the table of
// testdata/mutations has it: what is then found is what the table says, at the
// place it says, and nothing else.
func TestMutations(t *testing.T) {
	dir := filepath.Join(testdata, "mutations")
	clean := string(checkertest.Read(t, dir+"/clean.mobileconfig"))
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
	table := string(checkertest.Read(t, dir+"/table.txt"))
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
	if seen < 80 {
		t.Errorf("the table has only %d mutations", seen)
	}
}
