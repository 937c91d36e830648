package template

import (
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// TestBlocks compares the search for template blocks with a plain form of it.
func TestBlocks(t *testing.T) {
	for seed := range uint64(40_000) {
		text := profiletest.Jumble(seed, "{{", "}}", "{%", "%}", "{#", "#}", "$(", ")", "${", "}", "{", "&", "&", "\n", "</string>", "a")
		b := NewBlocks(text, 0)
		for i := range len(text) {
			if got, want := b.Around(i), plainAround(text, i); got != want {
				t.Fatalf("blocks of %q at %d: %d, want %d", text, i, got, want)
			}
		}
	}
}

// plainAround is what blocks.around finds.
func plainAround(text string, i int) int {
	before := text[:i]
	for _, marks := range blockMarks {
		open := strings.LastIndex(before, marks[0])
		if open < 0 || strings.Contains(before[open:], marks[1]) {
			continue
		}
		n := strings.Index(text[i:], marks[1])
		if n >= 0 && !strings.Contains(text[i:i+n], "\n") && !strings.Contains(text[i:i+n], "</string>") {
			return i + n + len(marks[1])
		}
	}
	return 0
}
