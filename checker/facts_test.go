package checker

import (
	"math/rand/v2"
	"runtime"
	"testing"
)

// TestBuckets holds that of many facts each comes out, and all of one key in one list.
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

			want[n]++
			s.packed.add(packed{uint32(n >> 32), uint32(n), uint32(i)})
			s.counts.add(counted{int32(i), 1})
		}
		got := map[note]int{}
		for bucket := range s.buckets() {
			here := map[note]int{}
			for _, h := range bucket {
				here[h.note]++
			}
			for n, times := range here {
				if got[n] > 0 {
					t.Fatalf("%d notes: %x is in two lists", count, n)
				}
				got[n] = times
			}
		}
		for n, times := range want {
			if got[n] != times {
				t.Fatalf("%d notes: %x comes %d times of %d", count, n, got[n], times)
			}
		}
	}
}

// BenchmarkFactStore keeps what rules export of 100,000 profiles, and says how much memory it takes. The
// packed list takes 12 bytes for a fact, where one with the profile in each takes 16, and a slice that grows twice that.
func BenchmarkFactStore(b *testing.B) {
	const profiles, facts = 100_000, 8
	random := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := newSet()
		for i := range profiles {
			for range facts {
				s.packed.add(packed{random.Uint32(), random.Uint32(), 1})
			}
			s.counts.add(counted{int32(i), facts})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		for range s.buckets() {
		}
	}
}
