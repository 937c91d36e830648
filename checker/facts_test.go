package checker

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// TestBuckets holds that of many facts each comes out, and all of one key in one list.
func TestBuckets(t *testing.T) {
	for _, count := range []int{0, 1, 5, 1000, 200_000} {
		random := rand.New(rand.NewPCG(uint64(count), 1))
		s := newFactStore()
		want := map[factKey]int{}
		for i := range count {
			n := factKey(random.Uint64())
			if i%7 == 0 {
				n = factKey(random.Uint64() % 1000 * 0x9e3779b97f4a7c15) // may come again
			}

			want[n]++
			s.facts.add(packedFact{uint32(n >> 32), uint32(n), uint32(i)})
			s.counts.add(profileFactCount{int32(i), 1})
		}
		got := map[factKey]int{}
		for bucket := range s.buckets() {
			here := map[factKey]int{}
			for _, h := range bucket {
				here[h.key]++
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
		s := newFactStore()
		for i := range profiles {
			for range facts {
				s.facts.add(packedFact{random.Uint32(), random.Uint32(), 1})
			}
			s.counts.add(profileFactCount{int32(i), facts})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		for range s.buckets() {
		}
	}
}

// BenchmarkSeal finds what 1,000 profiles share, where nearly nothing is.
func BenchmarkSeal(b *testing.B) {
	const profiles, facts = 1000, 11
	for b.Loop() {
		b.StopTimer()
		random := rand.New(rand.NewPCG(1, 2))
		s := newFactStore()
		for i := range profiles {
			for range facts {
				s.facts.add(packedFact{random.Uint32(), random.Uint32(), unqualified})
			}
			s.counts.add(profileFactCount{int32(i), facts})
			s.profiles++
		}
		b.StartTimer()
		s.seal()
	}
}

// TestDropUnique holds that facts of several profiles, and those that are wanted, stay.
func TestDropUnique(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, count := range []int{0, 1, 2, 100, 5000} {
		var list []factRecord
		times, wanted := map[factKey]int{}, map[factKey]bool{}
		for i := range count {
			key := factKey(random.Uint64())
			if n := random.IntN(4); n == 0 && len(list) > 0 {
				key = list[random.IntN(len(list))].key
			} else if n == 1 {
				wanted[key] = true
			}
			list = append(list, factRecord{key: key, profile: int32(i)})
			times[key]++
		}
		kept := map[factKey]int{}
		for _, x := range dropUnique(slices.Clone(list), wanted) {
			kept[x.key]++
		}
		for key, n := range times {
			if (n > 1 || wanted[key]) && kept[key] != n {
				t.Fatalf("%d of %d facts of a key are kept, of %d in all", kept[key], n, count)
			}
		}
		if len(kept) > 0 && len(kept) == len(times) && count > 100 {
			t.Errorf("nothing is dropped of %d", count)
		}
	}
}
