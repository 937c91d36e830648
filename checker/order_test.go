package checker

import (
	"fmt"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
)

// TestInFileOrder holds that findings about several profiles come with the others of their
// file, and that results with more findings than people read come at once.
func TestInFileOrder(t *testing.T) {
	for _, x := range []struct {
		findings int // of the first file
		first    int // results taken from the run when the first one comes
		want     string
	}{
		{2, 3, "a 3, b 0, "},
		{maxOrderedFindings - 1, 3, fmt.Sprintf("a %d, b 0, ", maxOrderedFindings)},
		{maxOrderedFindings + 1, 1, fmt.Sprintf("a %d, b 0, a 1, ", maxOrderedFindings+1)},
	} {
		taken := 0
		results := func(yield func(*Result) bool) {
			for _, r := range []*Result{
				{File: "a", Profiles: 1, Findings: make([]Finding, x.findings)},
				{File: "b", Profiles: 1, firstProfile: 1},
				{File: "a", IsFileSet: true, Findings: make([]Finding, 1)},
			} {
				for i := range r.Findings {
					r.Findings[i].Rule = &Meta{}
				}
				if taken++; !yield(r) {
					return
				}
			}
		}
		got, first := "", 0
		for r := range InFileOrder(results) {
			if first == 0 {
				first = taken
			}
			got += fmt.Sprintf("%s %d, ", r.File, len(r.Findings))
		}
		if got != x.want || first != x.first {
			t.Errorf("%d findings: %safter %d results; want %safter %d", x.findings, got, first, x.want, x.first)
		}
	}
}

// TestInFileOrderReleases holds that no result is kept when there are too many to
// order them.
func TestInFileOrderReleases(t *testing.T) {
	const results = 3 * maxOrdered
	var released atomic.Int32
	source := func(yield func(*Result) bool) {
		for i := range results {
			r := &Result{File: strconv.Itoa(i), Profiles: 1}
			runtime.AddCleanup(r, func(int) { released.Add(1) }, 0)
			if !yield(r) {
				return
			}
		}
	}
	seen := 0
	for range InFileOrder(source) {
		if seen++; seen < results {
			continue
		}
		for range 50 {
			runtime.GC()
			if released.Load() > results-100 {
				return
			}
			runtime.Gosched()
		}
		t.Errorf("%d of %d results are released", released.Load(), results)
	}
}
