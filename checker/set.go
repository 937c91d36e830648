package checker

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
)

// note is what a rule noted of a profile: a digest, keyed anew for every run,
// so that the run keeps no secret and little memory.
type note uint64

// set is what is noted across the profiles of a run.
type set struct {
	seed     maphash.Seed
	held     [256][]held      // all notes, by the first byte of their digest
	shared   map[note]*shared // those that stand in more than one
	sharing  []bool           // by the number of a profile, whether it has one of these
	noted    []noted
	offered  offered
	wanted   []note
	profiles int32
	done     bool // all profiles are read, so that Others knows
}

// held is a note of a profile. There may be a million of them, hence neither
// pointers nor maps.
type held struct {
	note   note
	number int32  // of the profile
	with   uint32 // a digest of what the value was noted with
}

// shared is a note of several profiles.
type shared struct {
	count   int
	first   []int32 // profiles, so many that some others can be named to each
	related []Related

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

// noted is an input of which something was noted.
type noted struct {
	input Input
	first int32 // the number of its first profile
	count int32 // how many profiles it has
	await bool  // it is looked at again, whatever the others have
}

func newSet() *set {
	return &set{seed: maphash.MakeSeed(), shared: map[note]*shared{}}
}

func (s *set) digest(kind, value string) note {
	return note(maphash.Comparable(s.seed, [2]string{kind, value}))
}

func (s *set) companion(with string) uint32 { return uint32(maphash.String(s.seed, with)) }

// take adds what was noted of the profiles of one input. Inputs come in order.
func (s *set) take(input Input, list []gathered) {
	n := noted{input: input, first: s.profiles, count: int32(len(list))}
	some := false
	for i, g := range list {
		for _, h := range g.notes {
			h.number = n.first + int32(i)
			bucket := &s.held[byte(h.note)]
			*bucket = append(*bucket, h)
		}
		s.offered.take(n.first+int32(i), g.offers)
		s.wanted = append(s.wanted, g.wants...)
		n.await = n.await || len(g.wants) > 0
		some = some || len(g.notes) > 0
	}
	if slices.ContainsFunc(list, func(g gathered) bool { return len(g.offers) > 0 }) {
		s.offered.file(n.first, input.Name)
	}
	if n.await || some {
		s.noted = append(s.noted, n)
	}
	s.profiles += n.count
}

// gathered is what rules noted of one profile, and want to know of others.
type gathered struct {
	notes  []held // their numbers are not known yet
	offers []note
	wants  []note
}

// close ends the gathering: from now on Others knows.
func (s *set) close() {
	s.done = true
	s.sharing = make([]bool, s.profiles)
	wanted := map[note]bool{}
	for _, n := range s.wanted {
		wanted[n] = true
	}
	for i, bucket := range s.held {
		slices.SortFunc(bucket, func(a, b held) int {
			return cmp.Or(cmp.Compare(a.note, b.note), cmp.Compare(a.number, b.number), cmp.Compare(a.with, b.with))
		})
		for len(bucket) > 0 {
			n := 1
			for n < len(bucket) && bucket[n].note == bucket[0].note {
				n++
			}
			if several := bucket[n-1].number != bucket[0].number; several || wanted[bucket[0].note] {
				s.share(bucket[:n], several)
			}
			bucket = bucket[n:]
		}
		s.held[i] = nil
	}
	s.answer()
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

// again yields the inputs that share something noted with another profile, or
// are to be looked at in any case.
func (s *set) again() iter.Seq[noted] {
	return func(yield func(noted) bool) {
		for _, n := range s.noted {
			if (n.await || slices.Contains(s.sharing[n.first:n.first+n.count], true)) && !yield(n) {
				return
			}
		}
	}
}

// places yields the inputs that hold a place which others are told of.
func (s *set) places() iter.Seq[noted] {
	named := make([]bool, s.profiles)
	for _, x := range s.shared {
		for _, number := range x.first {
			named[number] = true
		}
	}
	return func(yield func(noted) bool) {
		for _, n := range s.noted {
			if slices.Contains(named[n.first:n.first+n.count], true) && !yield(n) {
				return
			}
		}
	}
}

// placed is where a note stands.
type placed struct {
	note  note
	place Related
}

// place keeps where shared notes stand in the first of their profiles.
func (s *set) place(list []placed) {
	for _, x := range list {
		shared := s.shared[x.note]
		if shared == nil || !slices.Contains(shared.first, x.place.profile) ||
			slices.ContainsFunc(shared.related, func(r Related) bool { return r.profile == x.place.profile }) {
			continue // the first place in a profile is enough
		}
		shared.related = append(shared.related, x.place)
	}
}

// located is where the notes of an input stand.
func (c *Checker) located(n noted) (list []placed) {
	c.reread(n, func(pass *Pass) {
		pass.placing = true
		c.gather(pass)
		list = append(list, pass.placed...)
	})
	return list
}

// gather asks the rules anew what they note of a profile.
func (c *Checker) gather(pass *Pass) {
	for _, r := range pass.plan.active {
		if r.Gather != nil && pass.Profile.Root != nil && r.looksAt(pass.Profile) {
			pass.Rule = r
			_ = guard(pass, r.Gather) // it did not fail before
		}
	}
}

// again reads an input once more and runs what looks at the whole set.
func (c *Checker) again(n noted) *Result {
	result := &Result{File: n.input.Name, Again: true}
	result.Err = c.reread(n, func(pass *Pass) {
		c.gather(pass)
		c.checkSet(result, pass)
	})
	return result
}

// reread reads an input once more and does something with each of its profiles.
func (c *Checker) reread(n noted, do func(*Pass)) error {
	if n.input.Done != nil {
		defer n.input.Done()
	}
	text, err := n.input.Read()
	if err != nil {
		return err
	}
	profiles, err := n.input.parse(text)
	defer func() {
		release(profiles)
		if n.input.Free != nil && c.forgetful {
			n.input.Free(text)
		}
	}()
	if err != nil || len(profiles) != int(n.count) {
		return nil // it was changed meanwhile, and what was noted no longer holds
	}
	for i, p := range profiles {
		pass := c.Pass(p)
		pass.number = n.first + int32(i)
		do(pass)
	}
	return nil
}

func (c *Checker) checkSet(result *Result, pass *Pass) {
	for _, r := range pass.plan.active {
		if r.CheckSet == nil || pass.Profile.Root == nil || !r.looksAt(pass.Profile) {
			continue
		}
		pass.Rule = r
		if err := guard(pass, r.CheckSet); err != nil {
			result.fail(err)
		}
	}
	suppress(pass.Profile.Source, pass.ignores(), pass.found)
	pass.settle()
	result.Prints = append(result.Prints, pass.prints...)
	if len(pass.found) > 0 {
		found, held := c.resolve(pass.Profile, pass.found)
		result.Findings = append(result.Findings, found...)
		result.Held = append(result.Held, held...)
	}
}
