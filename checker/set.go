package checker

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/profile"
)

// note is what a rule noted of a profile: a digest, keyed anew for every run,
// so that the run keeps no secret and little memory.
type note uint64

// set is what is noted across the profiles of a run.
type set struct {
	seed     maphash.Seed
	packed   pile[packed]     // all notes, profile by profile
	counts   pile[counted]    // how many of them each profile has
	shared   map[note]*shared // those that stand in more than one
	sharing  []bool           // by the number of a profile, whether it has one of these
	noted    pile[noted]
	offered  offered
	wanted   []note
	profiles int32
	done     bool // all profiles are read, so that Others knows
}

// noted is an input of which something was noted, as far as it is needed to read
// it again.
type noted struct {
	from  Source
	first int32 // the number of its first profile
	count int32 // how many profiles it has
	await bool  // it is looked at again, whatever the others have
}

// kept is a Source of an input.
type kept struct {
	name, device string
	read         func() ([]byte, error)
	part         *profile.Part
	inside       bool
}

// Input gives it.
func (k *kept) Input() Input {
	return Input{Name: k.name, Device: k.device, Read: k.read, Part: k.part, Inside: k.inside}
}

func source(in *Input) Source {
	if in.From != nil {
		return in.From
	}
	return &kept{in.Name, in.Device, in.Read, in.Part, in.Inside}
}

func newSet() *set {
	return &set{seed: maphash.MakeSeed(), shared: map[note]*shared{}}
}

func (s *set) digest(kind, value string) note {
	return note(maphash.Comparable(s.seed, [2]string{kind, value}))
}

func (s *set) companion(with string) uint32 { return uint32(maphash.String(s.seed, with)) }

// name is that of the file with a profile of which something was noted or
// offered.
func (s *set) name(number int32) string {
	x := s.noted.last(func(n *noted) bool { return n.first <= number })
	if x != nil && number < x.first+x.count {
		return x.from.Input().Name
	}
	if o := s.offered.names.last(func(o *offering) bool { return o.first <= number }); o != nil {
		return o.name
	}
	return ""
}

// take adds what was noted of the profiles of one input. Inputs come in order.
func (s *set) take(input Input, list []*gathered) {
	n := noted{first: s.profiles, count: int32(len(list))}
	some := false
	for i, g := range list {
		if g == nil {
			continue
		}
		for _, h := range g.notes {
			s.packed.add(packed{uint32(h.note >> 32), uint32(h.note), h.with})
		}
		if len(g.notes) > 0 {
			s.counts.add(counted{n.first + int32(i), int32(len(g.notes))})
		}
		s.offered.take(n.first+int32(i), g.offers)
		s.wanted = append(s.wanted, g.wants...)
		n.await = n.await || len(g.wants) > 0
		some = some || len(g.notes) > 0
	}
	if n.await || some {
		n.from = source(&input)
		s.noted.add(n)
	} else if slices.ContainsFunc(list, func(g *gathered) bool { return g != nil && len(g.offers) > 0 }) {
		s.offered.names.add(offering{n.first, strings.Clone(input.Name)})
	}
	s.profiles += n.count
	for _, g := range list {
		if g != nil {
			g.release()
		}
	}
}

// gathered is what rules noted of one profile, and want to know of others.
type gathered struct {
	notes  []held // their numbers are not known yet
	offers []note
	wants  []note
}

// gathers are those that the set has taken, to be used again.
var gathers = sync.Pool{New: func() any { return new(gathered) }}

func (g *gathered) release() {
	g.notes, g.offers, g.wants = g.notes[:0], g.offers[:0], g.wants[:0]
	gathers.Put(g)
}

// close ends the gathering: from now on Others knows.
func (s *set) close() {
	s.done = true
	s.sharing = make([]bool, s.profiles)
	wanted := map[note]bool{}
	for _, n := range s.wanted {
		wanted[n] = true
	}
	for bucket := range s.buckets() {
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
	}
	s.packed, s.counts = pile[packed]{}, pile[counted]{}
	s.answer()
}

// again yields the inputs that share something noted with another profile, or
// are to be looked at in any case.
func (s *set) again() iter.Seq[noted] {
	return func(yield func(noted) bool) {
		for n := range s.noted.all() {
			if (n.await || slices.Contains(s.sharing[n.first:n.first+n.count], true)) && !yield(*n) {
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
		for n := range s.noted.all() {
			if slices.Contains(named[n.first:n.first+n.count], true) && !yield(*n) {
				return
			}
		}
	}
}

// placed is where a note stands.
type placed struct {
	note  note
	place RelatedLocation
}

// place keeps where shared notes stand in the first of their profiles.
func (s *set) place(list []placed) {
	for _, x := range list {
		shared := s.shared[x.note]
		if shared == nil || !slices.Contains(shared.first, x.place.profile) ||
			slices.ContainsFunc(shared.related, func(r RelatedLocation) bool { return r.profile == x.place.profile }) {
			continue // the first place in a profile is enough
		}
		shared.related = append(shared.related, x.place)
	}
}

// located is where the notes of an input stand.
func (c *Checker) located(n noted) (list []placed) {
	c.reread(n, func(pass *Pass, _ []byte) {
		pass.placing = true
		c.gather(pass)
		list = append(list, pass.placed...)
	})
	return list
}

// gather asks the rules anew what they note of a profile.
func (c *Checker) gather(pass *Pass) {
	for _, r := range pass.plan.active {
		if r.CollectFacts != nil && pass.Profile.Root != nil && r.looksAt(pass.Profile) {
			pass.Rule = r
			_ = guard(pass, r.CollectFacts) // it did not fail before
		}
	}
}

// again reads an input once more and runs what looks at the whole set.
func (c *Checker) again(n noted) *Result {
	input := n.from.Input()
	result := &Result{File: input.Name, Part: input.Part != nil, IsFileSet: true}
	result.Err = c.reread(n, func(pass *Pass, text []byte) {
		c.gather(pass)
		c.checkSet(result, pass)
		if c.Earlier != nil {
			c.suppressUnchangedSet(result, input, pass, text)
		}
	})
	return result
}

// reread reads an input once more and does something with each of its profiles.
func (c *Checker) reread(n noted, do func(pass *Pass, text []byte)) error {
	input := n.from.Input()
	if input.Done != nil {
		defer input.Done()
	}
	text, err := input.Read()
	if err != nil {
		return err
	}
	profiles, err := input.parse(text)
	defer release(profiles)
	if err != nil || len(profiles) != int(n.count) {
		return nil // it was changed meanwhile, and what was noted no longer holds
	}
	for i, p := range profiles {
		pass := c.Pass(p)
		pass.number = n.first + int32(i)
		do(pass, text)
	}
	return nil
}

func (c *Checker) checkSet(result *Result, pass *Pass) {
	for _, r := range pass.plan.active {
		if r.CheckFileSet == nil || pass.Profile.Root == nil || !r.looksAt(pass.Profile) {
			continue
		}
		pass.Rule, pass.asked = r, nil
		before := len(pass.found)
		if err := guard(pass, r.CheckFileSet); err != nil {
			result.fail(err)
		}
		for _, f := range pass.found[before:] {
			f.unsure = c.Earlier != nil && len(f.Related) == 0 && c.past.noted(c, pass.asked)
		}
	}
	suppress(pass.Profile, pass.ignores(), pass.found)
	pass.settle()
	result.PolicyOutput = append(result.PolicyOutput, pass.prints...)
	if len(pass.found) > 0 {
		found, held := c.resolve(pass.Profile, pass.found)
		result.Findings = append(result.Findings, found...)
		result.Suppressed = append(result.Suppressed, held...)
	}
}
