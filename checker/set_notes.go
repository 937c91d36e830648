package checker

import (
	"cmp"
	"iter"
	"slices"
)

// held is a note of a profile.
type held struct {
	note   note
	number int32  // of the profile
	with   uint32 // a digest of what the value was noted with
}

// packed is a note in halves, and what it was noted with. There may be a million
// of them, hence neither pointers nor room to spare.
type packed [3]uint32

// counted is how many notes a profile has.
type counted struct{ number, count int32 }

// shared is a note of several profiles.
type shared struct {
	count   int
	first   []int32 // profiles, so many that some others can be named to each
	related []RelatedLocation

	companions []companion // what it was noted with, in order
}

// companion is what a value was noted with, and by how many profiles.
type companion struct {
	with  uint32
	count int32
}

// among counts the profiles that have a note with the same companion.
func (x *shared) among(with uint32) int {
	i, ok := slices.BinarySearchFunc(x.companions, with, func(c companion, with uint32) int { return cmp.Compare(c.with, with) })
	if !ok {
		return 0
	}
	return int(x.companions[i].count)
}

// named is how many of the other profiles are named.
const named = 5

// sieve lets all notes through that come more than once, and few others.
type sieve struct {
	once, again []uint64 // bits
	mask        uint32
}

// mostSieved is how many notes a sieve is made for.
const mostSieved = 1 << 17

// newSieve makes one for so many notes, with four bits each.
func newSieve(count int) *sieve {
	size := 64
	for size < 4*count {
		size *= 2
	}
	return &sieve{make([]uint64, size/64), make([]uint64, size/64), uint32(size - 1)}
}

func (s *sieve) add(low uint32) {
	i, bit := low&s.mask/64, uint64(1)<<(low%64)
	s.again[i] |= s.once[i] & bit
	s.once[i] |= bit
}

func (s *sieve) lets(low uint32) bool { return s == nil || s.again[low&s.mask/64]&(1<<(low%64)) != 0 }

// sieve is one for the notes of the set: it lets those through that several
// profiles may have, and those that are wanted. Of very many it lets all, for it
// would take as much memory as it saves.
func (s *set) sieve() *sieve {
	if s.packed.size > mostSieved {
		return nil
	}
	sieve := newSieve(s.packed.size)
	for _, block := range s.packed.blocks {
		for i := range block {
			sieve.add(block[i][1])
		}
	}
	for _, n := range s.wanted {
		sieve.add(uint32(n))
		sieve.add(uint32(n))
	}
	return sieve
}

// buckets yields the notes that several profiles may have, or one wants, in
// several lists: those that are equal are in the same one. A list is good until
// the next one comes.
func (s *set) buckets() iter.Seq[[]held] {
	sieve := s.sieve()
	const few = 1 << 15 // notes of a list
	shift := 32
	for n := s.packed.size; n > few && shift > 24; n /= 2 {
		shift--
	}
	return func(yield func([]held) bool) {
		var list []held
		for i := range uint32(1) << (32 - shift) {
			list = list[:0]
			var rest []packed
			blocks := s.packed.blocks
			for c := range s.counts.all() {
				for range c.count {
					if len(rest) == 0 {
						rest, blocks = blocks[0], blocks[1:]
					}
					if x := rest[0]; uint64(x[1])>>shift == uint64(i) && sieve.lets(x[1]) {
						list = append(list, held{note(x[0])<<32 | note(x[1]), c.number, x[2]})
					}
					rest = rest[1:]
				}
			}
			if !yield(list) {
				return
			}
		}
	}
}

// share keeps a note that several profiles have, or one wants to know of.
func (s *set) share(list []held, several bool) {
	list = slices.CompactFunc(list, func(a, b held) bool { return a.number == b.number }) // a profile may have it twice
	x := &shared{count: len(list)}
	odd := slices.IndexFunc(list, func(h held) bool { return h.with != list[0].with })
	for i, h := range list {
		s.sharing[h.number] = s.sharing[h.number] || several
		if i <= named || i == odd { // the first with another companion is named as well
			x.first = append(x.first, h.number)
		}
	}
	slices.SortFunc(list, func(a, b held) int { return cmp.Compare(a.with, b.with) })
	for _, h := range list {
		if last := len(x.companions) - 1; last >= 0 && x.companions[last].with == h.with {
			x.companions[last].count++
		} else {
			x.companions = append(x.companions, companion{h.with, 1})
		}
	}
	s.shared[list[0].note] = x
}
