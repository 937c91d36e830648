package checker

import (
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
)

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
