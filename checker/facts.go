package checker

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/sceplint/sceplint/checker/profile"
)

// Facts let a rule compare a profile with all others of a run, none of which is in memory any more. A run makes two
// passes:
//
//  1. While a profile is checked for the first time, Rule.Gather exports facts about it: Pass.Note and Pass.NoteWith
//     those that several profiles may share, Pass.Offer those that only matter to a profile that requests them with
//     Pass.Want. The set keeps a digest of each fact, with a key of the run, so that it holds no secret, and
//     the Source that each profile with facts can be read from again.
//  2. When all profiles are read, close finds the facts that several profiles have. The profiles with these, and those
//     with requests, are read again: first those that others are told of, for where their facts are (places), then
//     all of them, for Rule.CheckSet (again), which imports with Pass.Others and Pass.Differing what there is to
//     know of the other profiles.

// What rules call.

// gathered is where the notes of the profile go when it is read for the first time.
func (p *Pass) gathered() *gathered {
	if p.first == nil {
		p.first = new(gathered)
	}
	return p.first
}

// Note notes a value of some kind of the profile, for CheckSet to ask which
// other profiles have the same, and where.
func (p *Pass) Note(kind, value string, at *profile.Node) { p.NoteWith(kind, value, "", at) }

// NoteWith notes a value together with another one, so that Differing can tell
// those who noted it with something else.
func (p *Pass) NoteWith(kind, value, with string, at *profile.Node) {
	s := p.checker.set
	if s == nil {
		return
	}
	n := s.digest(kind, value)
	if p.recording {
		p.recorded = append(p.recorded, n)
		return
	}
	if !s.done {
		first := p.gathered()
		first.notes = append(first.notes, held{note: n, with: s.companion(with)})
		return
	}
	p.notes = append(p.notes, n)
	if p.placing {
		r := Related{File: p.Profile.Source.Name, Signed: p.Profile.Source.Signatures > 0, profile: p.number, with: s.companion(with)}
		if span := at.Span(); span.Valid() && p.Profile.Source.Textual() {
			r.Start, r.Placed = p.Profile.Source.Position(span.Start), true
		}
		p.placed = append(p.placed, placed{n, r})
	}
}

// Offer notes a value that another profile may want, and nothing more: that
// several profiles have it is no reason to look at them again, as with Note, and
// those that want it are told of the file alone.
func (p *Pass) Offer(kind, value string) {
	if s := p.checker.set; s != nil && p.recording {
		p.recorded = append(p.recorded, s.digest(kind, value))
	} else if s != nil && !s.done {
		first := p.gathered()
		first.offers = append(first.offers, s.digest(kind, value))
	}
}

// Want asks for CheckSet to look at the profile in any case, and for it to be
// told where others have noted or offered the value.
func (p *Pass) Want(kind, value string) {
	if s := p.checker.set; s != nil && !s.done {
		first := p.gathered()
		first.wants = append(first.wants, s.digest(kind, value))
	}
}

// Others tells of how many other profiles of the run the same was noted, and
// where the first of them are. It knows nothing before CheckSet.
func (p *Pass) Others(kind, value string) (count int, places []Related) {
	n, x := p.sharedNote(kind, value)
	if x == nil {
		return 0, nil
	}
	count = x.count
	if slices.Contains(p.notes, n) {
		count--
	}
	return count, p.places(kind, x, func(Related) bool { return true })
}

// Differing tells of those of the others that noted the value with something
// else than this. The place of one of them is known, unless it cannot be read
// any more.
func (p *Pass) Differing(kind, value, with string) (count int, places []Related) {
	_, x := p.sharedNote(kind, value)
	if x == nil {
		return 0, nil
	}
	own := p.checker.set.companion(with)
	return x.count - x.among(own), p.places(kind, x, func(r Related) bool { return r.with != own })
}

// sharedNote is what the set knows of a value; nil before CheckSet, and if no
// other profile can have noted it.
func (p *Pass) sharedNote(kind, value string) (note, *shared) {
	s := p.checker.set
	if s == nil || !s.done {
		return 0, nil
	}
	n := s.digest(kind, value)
	p.asked = append(p.asked, n)
	return n, s.shared[n]
}

// places gives the first of the places in other profiles that are meant.
func (p *Pass) places(kind string, x *shared, meant func(Related) bool) (places []Related) {
	for _, r := range x.related {
		if r.profile != p.number && len(places) < named && meant(r) {
			r.Message = "the same " + kind
			places = append(places, r)
		}
	}
	return places
}

// What a run keeps of facts.

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
		if r.Gather != nil && pass.Profile.Root != nil && r.looksAt(pass.Profile) {
			pass.Rule = r
			_ = guard(pass, r.Gather) // it did not fail before
		}
	}
}

// again reads an input once more and runs what looks at the whole set.
func (c *Checker) again(n noted) *Result {
	input := n.from.Input()
	result := &Result{File: input.Name, Part: input.Part != nil, Again: true}
	result.Err = c.reread(n, func(pass *Pass, text []byte) {
		c.gather(pass)
		c.checkSet(result, pass)
		if c.Since != nil {
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
		if r.CheckSet == nil || pass.Profile.Root == nil || !r.looksAt(pass.Profile) {
			continue
		}
		pass.Rule, pass.asked = r, nil
		before := len(pass.found)
		if err := guard(pass, r.CheckSet); err != nil {
			result.fail(err)
		}
		for _, f := range pass.found[before:] {
			f.unsure = c.Since != nil && len(f.Related) == 0 && c.past.noted(c, pass.asked)
		}
	}
	suppress(pass.Profile, pass.ignores(), pass.found)
	pass.settle()
	result.Prints = append(result.Prints, pass.prints...)
	if len(pass.found) > 0 {
		found, held := c.resolve(pass.Profile, pass.found)
		result.Findings = append(result.Findings, found...)
		result.Held = append(result.Held, held...)
	}
}

// packed is a note in halves, and a digest of what it was noted with. There may be a million of them: with the number
// of the profile in each, a run over 100,000 profiles takes 6 MiB more, which is above its limit.
type packed [3]uint32

// counted is how many notes a profile has.
type counted struct{ number, count int32 }

// held is a note of a profile.
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

// buckets yields the notes in several lists: those that are equal are in the same one. A list is good until the next
// one comes. With one list of all, a run over 100,000 profiles takes 38 MiB more.
func (s *set) buckets() iter.Seq[[]held] {
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
					if x := rest[0]; x[1]>>shift == i {
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

// offered is what profiles offer to those that want it. Most of it nobody will,
// so that it is packed: a run over very many profiles keeps all of it.
type offered struct {
	notes pile[offer]
	names pile[offering] // where nothing was noted as well
}

// offer is what a profile offers. The note is in two halves, which take less
// room.
type offer struct {
	note   [2]uint32
	number int32 // of the profile
}

// offering is a file with offers.
type offering struct {
	first int32 // the number of its first profile
	name  string
}

// take adds what the profile with a number offers.
func (o *offered) take(number int32, list []note) {
	slices.Sort(list)
	for _, n := range slices.Compact(list) {
		o.notes.add(offer{[2]uint32{uint32(n >> 32), uint32(n)}, number})
	}
}

// answer adds what is offered to those that want it.
func (s *set) answer() {
	wanted := make(map[note]bool, len(s.wanted))
	for _, n := range s.wanted {
		wanted[n] = true
	}
	for o := range s.offered.notes.all() {
		n := note(o.note[0])<<32 | note(o.note[1])
		if !wanted[n] {
			continue
		}
		x := s.shared[n]
		if x == nil {
			x = &shared{}
			s.shared[n] = x
		}
		x.count++
		if len(x.related) <= named {
			x.related = append(x.related, Related{File: s.name(o.number), profile: o.number})
		}
	}
	s.offered = offered{}
}

// pile is an append-only list stored in blocks of fixed size, so that it grows without being copied. With slices, a run
// over 100,000 profiles takes 37 MiB more.
type pile[T any] struct {
	blocks [][]T
	size   int
}

// largestBlock is how many elements of a pile lie side by side.
const largestBlock = 256

func (p *pile[T]) add(x T) {
	last := len(p.blocks) - 1
	if last < 0 || len(p.blocks[last]) == cap(p.blocks[last]) {
		p.blocks = append(p.blocks, make([]T, 0, min(max(p.size, 4), largestBlock)))
		last++
	}
	p.blocks[last] = append(p.blocks[last], x)
	p.size++
}

// all yields the elements in order.
func (p *pile[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, block := range p.blocks {
			for i := range block {
				if !yield(&block[i]) {
					return
				}
			}
		}
	}
}

// last gives the last element of which something holds, as it does of all before
// it; nil if it holds of none.
func (p *pile[T]) last(holds func(*T) bool) *T {
	i := sort.Search(len(p.blocks), func(i int) bool { return !holds(&p.blocks[i][0]) }) - 1
	if i < 0 {
		return nil
	}
	block := p.blocks[i]
	return &block[sort.Search(len(block), func(j int) bool { return !holds(&block[j]) })-1]
}
