package checker

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBuckets holds that of many notes those of several profiles come out, and
// those that one wants, each whole and in one list.
func TestBuckets(t *testing.T) {
	for _, count := range []int{0, 1, 5, 1000, 200_000} {
		random := rand.New(rand.NewPCG(uint64(count), 1))
		s := newSet()
		want := map[note]int{}
		for i := range count {
			n := note(random.Uint64())
			if i%7 == 0 {
				n = note(random.Uint64() % 1000 * 0x9e3779b97f4a7c15) // may come again
			}
			if i%1000 == 3 {
				s.wanted = append(s.wanted, n)
			}
			want[n]++
			s.packed.add(packed{uint32(n >> 32), uint32(n), uint32(i)})
			s.counts.add(counted{int32(i), 1})
		}
		got, all := map[note]int{}, 0
		for bucket := range s.buckets() {
			here := map[note]int{}
			for _, h := range bucket {
				here[h.note]++
				all++
			}
			for n, times := range here {
				if got[n] > 0 {
					t.Fatalf("%d notes: %x is in two lists", count, n)
				}
				got[n] = times
			}
		}
		for n, times := range want {
			if missed := got[n] != times; missed && (times > 1 || slices.Contains(s.wanted, n)) || got[n] > times {
				t.Fatalf("%d notes: %x comes %d times of %d", count, n, got[n], times)
			}
		}
		if count == 1000 && all > count/2 {
			t.Errorf("%d of %d notes come through", all, count)
		}
	}
}
