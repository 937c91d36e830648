package checker

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestCompare holds what is new of random texts: what is left when the new lines
// are taken away are lines of the text before, in order.
func TestCompare(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 3))
		lines := func(n int) (list []string) {
			for range r.IntN(n) {
				list = append(list, []string{"a", "b", "<dict>", "@@ -1,2 +3,4 @@", "++ b/x", "-- a/x", `\ No newline`, ""}[r.IntN(8)])
			}
			return list
		}
		before := lines(30)
		now := slices.Clone(before)
		for range r.IntN(4) {
			at := r.IntN(len(now) + 1)
			now = slices.Concat(now[:at], lines(4), now[min(len(now), at+r.IntN(4)):])
		}
		ends := []string{"", "\n"}
		old, text := strings.Join(before, "\n")+ends[r.IntN(2)], strings.Join(now, "\n")+ends[r.IntN(2)]
		changed := compare([]byte(old), []byte(text))
		rest, at := "", 0
		for _, x := range changed.list {
			rest += text[at:x.Start]
			at = x.End
		}
		rest += text[at:]
		oldLines := strings.SplitAfter(old, "\n")
		for _, line := range strings.SplitAfter(rest, "\n") {
			i := slices.Index(oldLines, line)
			if line == "" {
				continue
			}
			if i < 0 {
				t.Fatalf("seed %d: %q is not new in\n%q\nafter\n%q", seed, line, text, old)
			}
			oldLines = oldLines[i+1:]
		}
		if (old == text) != (len(changed.list) == 0) {
			t.Fatalf("seed %d: %v in\n%q\nafter\n%q", seed, changed.list, text, old)
		}
	}
}
