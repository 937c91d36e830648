package checker

import (
	"hash/maphash"
	"iter"
	"slices"

	"github.com/sceplint/sceplint/checker/profile"
)

// note is what a rule noted of a profile: a digest, keyed anew for every run,
// so that the run keeps no secret and little memory.
type note uint64

// set is what is noted across the profiles of a run.
type set struct {
	seed     maphash.Seed
	first    map[note]int32   // the number of the first profile with a note
	shared   map[note]*shared // those that stand in more than one
	noted    []noted
	offered  offered
	wanted   []note
	profiles int32
	done     bool // all profiles are read, so that Others knows
}

// shared is a note of several profiles.
type shared struct {
	count   int
	first   []int32 // profiles, so many that some others can be named to each
	related []Related
}

// named is how many of the other profiles are named.
const named = 5

// noted is an input of which something was noted.
type noted struct {
	input Input
	notes [][]note // by profile
	first int32    // the number of its first profile
	await bool     // it is looked at again, whatever the others have
}

func newSet() *set {
	return &set{seed: maphash.MakeSeed(), first: map[note]int32{}, shared: map[note]*shared{}}
}

func (s *set) digest(kind, value string) note {
	return note(maphash.Comparable(s.seed, [2]string{kind, value}))
}

// Note notes a value of some kind of the profile, for CheckSet to ask which
// other profiles have the same, and where.
func (p *Pass) Note(kind, value string, at *profile.Node) {
	s := p.checker.set
	switch {
	case s == nil:
	case !s.done:
		p.notes = append(p.notes, s.digest(kind, value))
	case p.placing:
		r := Related{File: p.Profile.Source.Name, profile: p.number}
		if span := at.Span(); span.Valid() && p.Profile.Source.Textual() {
			r.Start, r.Placed = p.Profile.Source.Position(span.Start), true
		}
		p.placed = append(p.placed, placed{s.digest(kind, value), r})
	}
}

// Offer notes a value that another profile may want, and nothing more: that
// several profiles have it is no reason to look at them again, as with Note, and
// those that want it are told of the file alone.
func (p *Pass) Offer(kind, value string) {
	if s := p.checker.set; s != nil && !s.done {
		p.offers = append(p.offers, s.digest(kind, value))
	}
}

// Want asks for CheckSet to look at the profile in any case, and for it to be
// told where others have noted or offered the value.
func (p *Pass) Want(kind, value string) {
	if s := p.checker.set; s != nil && !s.done {
		p.wants = append(p.wants, s.digest(kind, value))
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

// Others tells of how many other profiles of the run the same was noted, and
// where the first of them are. It knows nothing before CheckSet.
func (p *Pass) Others(kind, value string) (count int, places []Related) {
	s := p.checker.set
	if s == nil || !s.done {
		return 0, nil
	}
	n := s.digest(kind, value)
	x := s.shared[n]
	if x == nil {
		return 0, nil
	}
	count = x.count
	if slices.Contains(p.notes, n) {
		count--
	}
	for _, r := range x.related {
		if r.profile != p.number && len(places) < named {
			r.Message = "the same " + kind
			places = append(places, r)
		}
	}
	return count, places
}

// take adds what was noted of the profiles of one input. Inputs come in order.
func (s *set) take(input Input, list []gathered) {
	n := noted{input: input, first: s.profiles}
	for i, g := range list {
		number := s.profiles + int32(i)
		slices.Sort(g.notes)
		g.notes = slices.Compact(g.notes)
		for _, note := range g.notes {
			s.hold(note, number)
		}
		s.wanted = append(s.wanted, g.wants...)
		n.notes = append(n.notes, g.notes)
		n.await = n.await || len(g.wants) > 0
		slices.Sort(g.offers)
		for _, note := range slices.Compact(g.offers) {
			s.offered.notes, s.offered.numbers = append(s.offered.notes, note), append(s.offered.numbers, number)
		}
	}
	if slices.ContainsFunc(list, func(g gathered) bool { return len(g.offers) > 0 }) {
		s.offered.names = append(s.offered.names, input.Name...)
		s.offered.files = append(s.offered.files, offering{s.profiles, len(s.offered.names)})
	}
	if n.await || slices.ContainsFunc(n.notes, func(list []note) bool { return len(list) > 0 }) {
		s.noted = append(s.noted, n)
	}
	s.profiles += int32(len(list))
}

// gathered is what rules noted of one profile, and want to know of others.
type gathered struct{ notes, offers, wants []note }

func (s *set) hold(n note, number int32) {
	first, ok := s.first[n]
	if !ok {
		s.first[n] = number
		return
	}
	x := s.shared[n]
	if x == nil {
		x = &shared{count: 1, first: []int32{first}}
		s.shared[n] = x
	}
	x.count++
	if len(x.first) <= named {
		x.first = append(x.first, number)
	}
}

// close ends the gathering: from now on Others knows.
func (s *set) close() {
	s.done = true
	for _, n := range s.wanted {
		if first, ok := s.first[n]; ok && s.shared[n] == nil {
			s.shared[n] = &shared{count: 1, first: []int32{first}}
		}
	}
	s.answer()
}

// again yields the inputs that share something noted with another profile, or
// are to be looked at in any case.
func (s *set) again() iter.Seq[noted] {
	return func(yield func(noted) bool) {
		for _, n := range s.noted {
			if (n.await || s.shares(n)) && !yield(n) {
				return
			}
		}
	}
}

func (s *set) shares(n noted) bool {
	for _, list := range n.notes {
		for _, x := range list {
			if s.shared[x] != nil {
				return true
			}
		}
	}
	return false
}

// places yields the inputs that hold a place which others are told of.
func (s *set) places() iter.Seq[noted] {
	named := map[int32]bool{}
	for _, x := range s.shared {
		for _, number := range x.first {
			named[number] = true
		}
	}
	return func(yield func(noted) bool) {
		for _, n := range s.noted {
			for i := range n.notes {
				if named[n.first+int32(i)] {
					if !yield(n) {
						return
					}
					break
				}
			}
		}
	}
}

// located is where the notes of an input stand.
func (c *Checker) located(n noted) (list []placed) {
	c.reread(n, func(pass *Pass) {
		pass.placing = true
		for _, r := range c.active {
			if r.Gather != nil && pass.Profile.Root != nil && r.looksAt(pass.Profile) {
				pass.Rule = r
				_ = guard(pass, r.Gather) // it did not fail before
			}
		}
		list = append(list, pass.placed...)
	})
	return list
}

// again reads an input once more and runs what looks at the whole set.
func (c *Checker) again(n noted) *Result {
	result := &Result{File: n.input.Name, Again: true}
	result.Err = c.reread(n, func(pass *Pass) { c.checkSet(result, pass) })
	return result
}

// reread reads an input once more and does something with each of its profiles.
func (c *Checker) reread(n noted, do func(*Pass)) error {
	text, err := n.input.Read()
	if err != nil {
		return err
	}
	profiles, err := profile.Parse(n.input.Name, text)
	defer release(profiles)
	if err != nil || len(profiles) != len(n.notes) {
		return nil // it was changed meanwhile, and what was noted no longer holds
	}
	for i, p := range profiles {
		pass := c.Pass(p)
		pass.number, pass.notes = n.first+int32(i), n.notes[i]
		do(pass)
	}
	return nil
}

func (c *Checker) checkSet(result *Result, pass *Pass) {
	for _, r := range c.active {
		if r.CheckSet == nil || pass.Profile.Root == nil || !r.looksAt(pass.Profile) {
			continue
		}
		pass.Rule = r
		if err := guard(pass, r.CheckSet); err != nil {
			result.fail(err)
		}
	}
	var suppressed int
	pass.found, suppressed = suppress(pass.Profile.Source, c.ignores(pass.Profile.Source), pass.found)
	c.settle(pass)
	result.Suppressed += suppressed
	result.Prints = append(result.Prints, pass.prints...)
	if len(pass.found) > 0 {
		result.Findings = append(result.Findings, c.resolve(pass.Profile, pass.found)...)
	}
}
