package checker

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/profile"
)

// Facts let a rule compare a profile with all others of a run, none of which is in memory any more. A run makes two
// passes:
//
//  1. While a profile is checked for the first time, Rule.CollectFacts exports facts about it: Pass.ExportFact,
//     ExportFactWith, and ExportContentFact those that several profiles may share, ExportPassiveFact those that only
//     matter to a profile that requests them with RequestFact. The factStore keeps a key of each fact, which is a hash with a seed of the run, so
//     that it holds no secret, and for each input with facts the Source that it can be read from again.
//  2. When all profiles are read, seal finds the facts that several profiles have. The inputs with these, and those
//     with requests, are read again: first those that others refer to, for the locations of their facts
//     (inputsToLocate), then the others too (inputsToRecheck), for Rule.CheckFileSet, which imports with ImportFact and
//     ImportConflicts what there is to know of the other profiles.

// profileFacts collects the facts of the profile in the first pass.
func (p *Pass) profileFacts() *profileFacts {
	if p.facts == nil {
		p.facts = &profileFacts{facts: make([]factRecord, 0, len(p.Profile.Payloads())+4)} // a UUID each, and its own
	}
	return p.facts
}

// ExportFact exports a fact about the profile: that it has a value of some kind at a node. CheckFileSet can then
// import which other profiles have the same, and where.
func (p *Pass) ExportFact(kind, value string, at *profile.Node) {
	p.exportFact(kind, value, unqualified, nil, at)
}

// ExportFactWith exports a fact with a qualifier, so that ImportConflicts finds the profiles that have the same fact
// with another one. Where all of them have the same qualifier, CheckFileSet does not run on them for that reason.
func (p *Pass) ExportFactWith(kind, value, with string, at *profile.Node) {
	p.exportFact(kind, value, qualified, func() string { return with }, at)
}

// ExportContentFact exports a fact for ImportContentFact, which compares the contents of the profiles that have it. The
// content is asked for only if several profiles have the fact: for a run whose profiles share none, that saves 7 % of its
// processor time (BenchmarkRunRules in cmd/sceplint). A finding about it may be one of a group (Pass.OncePerRun, with the
// same kind and value): when that is reported, CheckFileSet does not run on the others.
func (p *Pass) ExportContentFact(kind, value string, content func() string, at *profile.Node) {
	p.exportFact(kind, value, ofContent, content, at)
}

// The qualifiers of facts without one, and of those whose content is not known before they are located; all others are
// greater.
const unqualified, ofContent, qualified = 0, 1, 2

// exportFact exports a fact. Unless it is unqualified, with returns what qualifies it.
func (p *Pass) exportFact(kind, value string, qualifier uint32, with func() string, at *profile.Node) {
	s := p.checker.facts
	if s == nil {
		return
	}
	n := s.keyOf(kind, value)
	if p.recording {
		p.recorded = append(p.recorded, n)
		return
	}
	if !s.sealed {
		first, x := p.profileFacts(), factRecord{key: n, qualifier: qualifier}
		if qualifier == qualified {
			x.qualifier = s.qualifierOf(with())
		}
		first.facts = append(first.facts, x)
		return
	}
	p.exported = append(p.exported, n)
	if p.locating {
		r := RelatedLocation{File: p.Profile.Source.Name, Signed: p.Profile.Source.Signatures > 0, profile: p.profileNumber}
		if with != nil {
			r.qualifier = s.qualifierOf(with())
		}
		if span := at.Span(); span.Valid() && p.Profile.Source.Textual() {
			r.Start, r.Placed = p.Profile.Source.Position(span.Start), true
		}
		p.locations = append(p.locations, factLocation{n, r})
	}
}

// ExportPassiveFact exports a fact that another profile may request. If several
// profiles have it, CheckFileSet does not run on them for that reason, and of
// its location only the file is known.
func (p *Pass) ExportPassiveFact(kind, value string) {
	if s := p.checker.facts; s != nil && p.recording {
		p.recorded = append(p.recorded, s.keyOf(kind, value))
	} else if s != nil && !s.sealed {
		first := p.profileFacts()
		first.passive = append(first.passive, s.keyOf(kind, value))
	}
}

// RequestFact causes CheckFileSet to run on the profile in any case, and makes a fact of another profile available
// to it though the profile does not have it itself.
func (p *Pass) RequestFact(kind, value string) {
	if s := p.checker.facts; s != nil && !s.sealed {
		first := p.profileFacts()
		first.requests = append(first.requests, s.keyOf(kind, value))
	}
}

// ImportFact returns the number of other profiles with a fact, and the locations
// of the first of them. It returns none before CheckFileSet.
func (p *Pass) ImportFact(kind, value string) (count int, places []RelatedLocation) {
	n, x := p.lookUpFact(kind, value)
	if x == nil {
		return 0, nil
	}
	count = x.count
	if slices.Contains(p.exported, n) {
		count--
	}
	return count, p.relatedLocations(kind, x, func(RelatedLocation) bool { return true })
}

// ImportConflicts returns the number of other profiles with the same fact and
// another qualifier. The returned locations contain at least one of them, unless
// its file cannot be read any more.
func (p *Pass) ImportConflicts(kind, value, with string) (count int, places []RelatedLocation) {
	_, x := p.lookUpFact(kind, value)
	if x == nil {
		return 0, nil
	}
	own := p.checker.facts.qualifierOf(with)
	return x.count - x.countWith(own), p.relatedLocations(kind, x, func(r RelatedLocation) bool { return r.qualifier != own })
}

// ImportContentFact returns the number of other profiles with a fact, and the first of them: those with the same content
// and those with another one. Of more than maxRelatedLocations, the content is known of these alone.
func (p *Pass) ImportContentFact(kind, value, content string) (count int, same, other []RelatedLocation) {
	count, places := p.ImportFact(kind, value)
	for _, r := range places {
		if r.qualifier == p.checker.facts.qualifierOf(content) {
			same = append(same, r)
		} else {
			other = append(other, r)
		}
	}
	return count, same, other
}

// lookUpFact returns what the store knows about a fact; nil before CheckFileSet,
// and if no other profile can have it.
func (p *Pass) lookUpFact(kind, value string) (factKey, *sharedFact) {
	s := p.checker.facts
	if s == nil || !s.sealed || p.locating { // the locations are still being collected
		return 0, nil
	}
	n := s.keyOf(kind, value)
	p.imported = append(p.imported, n)
	return n, s.shared[n]
}

// relatedLocations returns the first accepted locations in other profiles.
func (p *Pass) relatedLocations(kind string, x *sharedFact, accept func(RelatedLocation) bool) (places []RelatedLocation) {
	for _, r := range x.related {
		if r.profile != p.profileNumber && len(places) < maxRelatedLocations && accept(r) {
			r.Message = "the same " + kind
			places = append(places, r)
		}
	}
	return places
}

// factKey identifies a fact by a hash of its kind and value, with a seed of the run.
type factKey uint64

// factStore holds the facts of a run.
type factStore struct {
	seed     maphash.Seed
	facts    chunkedList[packedFact]       // of all profiles, in their order
	counts   chunkedList[profileFactCount] // how many of them each profile has
	shared   map[factKey]*sharedFact       // facts of more than one profile, and those that are requested
	sharing  []factKey                     // by the number of a profile: the fact that it shares with others, of content; several, or 0
	inputs   chunkedList[inputRecord]
	passive  passiveFactStore
	requests []factKey
	profiles int32
	sealed   bool // all profiles are read

	reported sync.Map // the groups of findings that were reported
}

// several is the key of a profile that shares several facts, or one that is not of content.
const several factKey = 1

// inputRecord is an input with facts, as far as it is needed to read it again.
type inputRecord struct {
	source       Source
	firstProfile int32 // the number of its first profile
	count        int32 // how many profiles it has
	requested    bool  // it has requests
}

// savedInput is the Source of an input that has none.
type savedInput struct {
	name, device string
	read         func() ([]byte, error)
	part         *export.Entry
	inside       bool
}

// Input returns the input.
func (k *savedInput) Input() Input {
	return Input{Name: k.name, Device: k.device, Read: k.read, Part: k.part, Inside: k.inside}
}

func sourceOf(in *Input) Source {
	if in.From != nil {
		return in.From
	}
	return &savedInput{in.Name, in.Device, in.Read, in.Part, in.Inside}
}

func newFactStore() *factStore {
	return &factStore{seed: maphash.MakeSeed(), shared: map[factKey]*sharedFact{}}
}

func (s *factStore) keyOf(kind, value string) factKey {
	return factKey(maphash.Comparable(s.seed, [2]string{kind, value}))
}

// qualifierOf returns a hash of what qualifies a fact.
func (s *factStore) qualifierOf(with string) uint32 {
	return max(qualified, uint32(maphash.String(s.seed, with)))
}

// fileOf returns the name of the file of a profile that has facts.
func (s *factStore) fileOf(number int32) string {
	x := s.inputs.searchLast(func(n *inputRecord) bool { return n.firstProfile <= number })
	if x != nil && number < x.firstProfile+x.count {
		return x.source.Input().Name
	}
	if o := s.passive.files.searchLast(func(o *passiveFactFile) bool { return o.firstProfile <= number }); o != nil {
		return o.name
	}
	return ""
}

// add adds the facts of the profiles of one input. Inputs come in order.
func (s *factStore) add(input Input, list []*profileFacts) {
	n := inputRecord{firstProfile: s.profiles, count: int32(len(list))}
	some := false
	for i, g := range list {
		if g == nil {
			continue
		}
		for _, h := range g.facts {
			s.facts.add(packedFact{uint32(h.key >> 32), uint32(h.key), h.qualifier})
		}
		if len(g.facts) > 0 {
			s.counts.add(profileFactCount{n.firstProfile + int32(i), int32(len(g.facts))})
		}
		s.passive.add(n.firstProfile+int32(i), g.passive)
		s.requests = append(s.requests, g.requests...)
		n.requested = n.requested || len(g.requests) > 0
		some = some || len(g.facts) > 0
	}
	if n.requested || some {
		n.source = sourceOf(&input)
		s.inputs.add(n)
	} else if slices.ContainsFunc(list, func(g *profileFacts) bool { return g != nil && len(g.passive) > 0 }) {
		s.passive.files.add(passiveFactFile{n.firstProfile, strings.Clone(input.Name)})
	}
	s.profiles += n.count
}

// profileFacts are the facts and requests of one profile.
type profileFacts struct {
	facts    []factRecord // without the number of the profile, which is not known yet
	passive  []factKey
	requests []factKey
}

// seal ends the first pass: from now on facts can be imported.
func (s *factStore) seal() {
	s.sealed = true
	s.sharing = make([]factKey, s.profiles)
	wanted := map[factKey]bool{}
	for _, n := range s.requests {
		wanted[n] = true
	}
	for bucket := range s.buckets() {
		bucket = dropUnique(bucket, wanted)
		slices.SortFunc(bucket, func(a, b factRecord) int {
			if a.key != b.key {
				return cmp.Compare(a.key, b.key)
			}
			return cmp.Or(cmp.Compare(a.profile, b.profile), cmp.Compare(a.qualifier, b.qualifier))
		})
		for len(bucket) > 0 {
			n := 1
			for n < len(bucket) && bucket[n].key == bucket[0].key {
				n++
			}
			if shared := isShared(bucket[:n]); shared || wanted[bucket[0].key] {
				s.addShared(bucket[:n], shared)
			}
			bucket = bucket[n:]
		}
	}
	s.facts, s.counts = chunkedList[packedFact]{}, chunkedList[profileFactCount]{}
	s.resolveRequests()
}

// dropUnique removes facts whose key no other one in the list has, and that are not wanted, before the list is sorted: nearly
// all of most runs. Keys are told apart by some of their bits, so that a few stay. Without it, BenchmarkSeal takes 5 times the
// time.
func dropUnique(list []factRecord, wanted map[factKey]bool) []factRecord {
	size := uint64(1) << bits.Len(uint(len(list))*8) // places
	once, again := make([]uint64, size/64+1), make([]uint64, size/64+1)
	place := func(x factRecord) (i uint64, bit uint64) {
		n := uint64(x.key>>32) & (size - 1) // buckets has told the other half apart
		return n / 64, 1 << (n % 64)
	}
	for _, x := range list {
		i, bit := place(x)
		again[i] |= once[i] & bit
		once[i] |= bit
	}
	kept := list[:0]
	for _, x := range list {
		if i, bit := place(x); again[i]&bit != 0 || wanted[x.key] {
			kept = append(kept, x)
		}
	}
	return kept
}

// isShared reports whether facts of one key, in the order of their profiles, matter to CheckFileSet: several profiles
// have them, and with different qualifiers if they have any.
func isShared(list []factRecord) bool {
	if list[0].qualifier < qualified {
		return list[0].profile != list[len(list)-1].profile
	}
	return slices.ContainsFunc(list, func(x factRecord) bool { return x.qualifier != list[0].qualifier })
}

// inputsToRecheck yields the inputs that CheckFileSet runs on: they share a fact whose group of findings is not reported
// yet, or have requests.
func (s *factStore) inputsToRecheck() iter.Seq[inputRecord] {
	wanted := func(key factKey) bool {
		if key <= several {
			return key == several
		}
		_, reported := s.reported.Load(key)
		return !reported
	}
	return func(yield func(inputRecord) bool) {
		for n := range s.inputs.all() {
			if (n.requested || slices.ContainsFunc(s.sharing[n.firstProfile:n.firstProfile+n.count], wanted)) && !yield(*n) {
				return
			}
		}
	}
}

// inputsToLocate yields the inputs with facts whose locations are shown for other profiles.
func (s *factStore) inputsToLocate() iter.Seq[inputRecord] {
	named := make([]bool, s.profiles)
	for _, x := range s.shared {
		for _, number := range x.first {
			named[number] = true
		}
	}
	return func(yield func(inputRecord) bool) {
		for n := range s.inputs.all() {
			if slices.Contains(named[n.firstProfile:n.firstProfile+n.count], true) && !yield(*n) {
				return
			}
		}
	}
}

// factLocation is a fact with its location.
type factLocation struct {
	key      factKey
	location RelatedLocation
}

// addLocations keeps the locations of shared facts in the first of their profiles.
func (s *factStore) addLocations(list []factLocation) {
	for _, x := range list {
		shared := s.shared[x.key]
		if shared == nil || !slices.Contains(shared.first, x.location.profile) ||
			slices.ContainsFunc(shared.related, func(r RelatedLocation) bool { return r.profile == x.location.profile }) {
			continue // the first place in a profile is enough
		}
		shared.related = append(shared.related, x.location)
	}
}

// locateFacts returns the locations of the facts of an input.
func (c *Checker) locateFacts(n inputRecord) (list []factLocation) {
	c.reread(n, func(pass *Pass, _ []byte) {
		pass.locating = true
		c.collectFacts(pass)
		list = append(list, pass.locations...)
	})
	return list
}

// collectFacts runs the first pass of the rules that compare profiles.
func (c *Checker) collectFacts(pass *Pass) {
	for _, r := range pass.plan.active {
		if r.CollectFacts != nil && pass.Profile.Root != nil && r.looksAt(pass.class) {
			run([]step{{r, r.CollectFacts}}, pass) // none failed before
		}
	}
}

// recheck reads an input again and runs the rules that compare profiles.
func (c *Checker) recheck(n inputRecord) *Result {
	input := n.source.Input()
	result := &Result{File: input.Name, Part: input.Part != nil, IsFileSet: true, firstProfile: n.firstProfile}
	result.Err = c.reread(n, func(pass *Pass, text []byte) {
		c.collectFacts(pass)
		c.runFileSetRules(result, pass)
		if c.Earlier != nil {
			c.suppressUnchangedSet(result, input, pass.profileNumber, text)
		}
	})
	return result
}

// reread reads an input again and calls a function for each of its profiles.
func (c *Checker) reread(n inputRecord, do func(pass *Pass, text []byte)) error {
	input := n.source.Input()
	if input.Lock != nil {
		defer input.Lock.Unlock()
	}
	text, err := input.Read()
	if err != nil {
		return err
	}
	profiles, err := input.parse(text)
	defer export.Release(profiles)
	if err != nil || len(profiles) != int(n.count) {
		return fmt.Errorf("%s: the file changed while it was checked, and was not compared with the others; run again", printable.Text(input.Name))
	}
	for i, p := range profiles {
		pass := c.Pass(p)
		pass.profileNumber = n.firstProfile + int32(i)
		do(pass, text)
	}
	if input.Free != nil && c.reuseBuffers {
		input.Free(text)
	}
	return nil
}

func (c *Checker) runFileSetRules(result *Result, pass *Pass) {
	for _, r := range pass.plan.active {
		if r.CheckFileSet == nil || pass.Profile.Root == nil || !r.looksAt(pass.class) {
			continue
		}
		pass.imported = nil
		before := len(pass.found)
		run([]step{{r, r.CheckFileSet}}, pass)
		if err := pass.failed.join(); err != nil {
			result.fail(err)
			pass.failed = nil
		}
		for _, f := range pass.found[before:] {
			f.unsure = c.Earlier != nil && len(f.Related) == 0 && c.earlier.contains(c, pass.imported)
		}
	}
	suppress(pass.Profile, pass.ignores(), pass.found)
	pass.applySeverities()
	result.PolicyOutput = append(result.PolicyOutput, pass.prints...)
	if len(pass.found) > 0 {
		found, suppressed := c.finalizeFindings(pass.Profile, pass.found)
		for _, list := range [][]Finding{found, suppressed} {
			for i := range list {
				list[i].Ordinal = int(pass.profileNumber - result.firstProfile)
			}
		}
		result.Findings = append(result.Findings, found...)
		result.Suppressed = append(result.Suppressed, suppressed...)
	}
}

// packedFact is the key of a fact, in halves, and its qualifier. There may be a million of them: with the number of the
// profile in each, a run over 100,000 profiles takes 6 MiB more, and exceeds its limit of 64 MiB (BenchmarkFactStore).
type packedFact [3]uint32

// profileFactCount is the number of facts of a profile.
type profileFactCount struct{ profile, count int32 }

// factRecord is a fact of a profile.
type factRecord struct {
	key       factKey
	profile   int32  // of the profile
	qualifier uint32 // a hash
}

// sharedFact is a fact of several profiles, or one that is requested.
type sharedFact struct {
	count   int
	first   []int32 // profiles, so many that some others can be named to each
	related []RelatedLocation

	qualifiers []qualifierCount // those that it has, in order
}

// qualifierCount is the number of profiles that have a fact with a qualifier.
type qualifierCount struct {
	qualifier uint32
	count     int32
}

// countWith returns the number of profiles that have the fact with a qualifier.
func (x *sharedFact) countWith(with uint32) int {
	i, ok := slices.BinarySearchFunc(x.qualifiers, with, func(c qualifierCount, with uint32) int { return cmp.Compare(c.qualifier, with) })
	if !ok {
		return 0
	}
	return int(x.qualifiers[i].count)
}

// maxRelatedLocations is how many of the other profiles are named.
const maxRelatedLocations = 5

// buckets yields the facts in several lists, all of one key in the same one. A list is valid until the next one
// comes. With one list of all, a run over 100,000 profiles takes 38 MiB more.
func (s *factStore) buckets() iter.Seq[[]factRecord] {
	const few = 1 << 15 // facts of a list
	shift := 32
	for n := s.facts.size; n > few && shift > 24; n /= 2 {
		shift--
	}
	return func(yield func([]factRecord) bool) {
		list := make([]factRecord, 0, min(s.facts.size, 2*few))
		for i := range uint32(1) << (32 - shift) {
			list = list[:0]
			var rest []packedFact
			blocks := s.facts.blocks
			for c := range s.counts.all() {
				for range c.count {
					if len(rest) == 0 {
						rest, blocks = blocks[0], blocks[1:]
					}
					if x := rest[0]; x[1]>>shift == i {
						list = append(list, factRecord{factKey(x[0])<<32 | factKey(x[1]), c.profile, x[2]})
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

// addShared keeps a fact that several profiles have, or that is requested.
func (s *factStore) addShared(list []factRecord, shared bool) {
	list = slices.CompactFunc(list, func(a, b factRecord) bool { return a.profile == b.profile }) // a profile may have duplicates of it
	x := &sharedFact{count: len(list)}
	odd := slices.IndexFunc(list, func(h factRecord) bool { return h.qualifier != list[0].qualifier })
	for i, h := range list {
		if shared && s.sharing[h.profile] == 0 && h.qualifier == ofContent {
			s.sharing[h.profile] = h.key
		} else if shared {
			s.sharing[h.profile] = several
		}
		if i <= maxRelatedLocations || i == odd { // the first with another companion is named as well
			x.first = append(x.first, h.profile)
		}
	}
	slices.SortFunc(list, func(a, b factRecord) int { return cmp.Compare(a.qualifier, b.qualifier) })
	for _, h := range list {
		if last := len(x.qualifiers) - 1; last >= 0 && x.qualifiers[last].qualifier == h.qualifier {
			x.qualifiers[last].count++
		} else {
			x.qualifiers = append(x.qualifiers, qualifierCount{h.qualifier, 1})
		}
	}
	s.shared[list[0].key] = x
}

// passiveFactStore holds the passive facts of a run. Few are ever requested, so that they are packed.
type passiveFactStore struct {
	facts chunkedList[passiveFact]
	files chunkedList[passiveFactFile] // of inputs without other facts
}

// passiveFact is a fact that a profile offers, its key in halves.
type passiveFact struct {
	key     [2]uint32
	profile int32 // of the profile
}

// passiveFactFile is a file that has passive facts alone.
type passiveFactFile struct {
	firstProfile int32 // the number of its first profile
	name         string
}

// add adds the passive facts of a profile.
func (o *passiveFactStore) add(number int32, list []factKey) {
	slices.Sort(list)
	for _, n := range slices.Compact(list) {
		o.facts.add(passiveFact{[2]uint32{uint32(n >> 32), uint32(n)}, number})
	}
}

// resolveRequests adds the passive facts that are requested to the shared ones.
func (s *factStore) resolveRequests() {
	wanted := make(map[factKey]bool, len(s.requests))
	for _, n := range s.requests {
		wanted[n] = true
	}
	for o := range s.passive.facts.all() {
		n := factKey(o.key[0])<<32 | factKey(o.key[1])
		if !wanted[n] {
			continue
		}
		x := s.shared[n]
		if x == nil {
			x = &sharedFact{}
			s.shared[n] = x
		}
		x.count++
		if len(x.related) <= maxRelatedLocations {
			x.related = append(x.related, RelatedLocation{File: s.fileOf(o.profile), profile: o.profile})
		}
	}
	s.passive = passiveFactStore{}
}

// chunkedList is an append-only list stored in blocks of fixed size, so that it grows without being copied. With slices,
// a run over 100,000 profiles takes 37 MiB more.
type chunkedList[T any] struct {
	blocks [][]T
	size   int
}

// maxBlock is how many elements a block has at most.
const maxBlock = 256

func (p *chunkedList[T]) add(x T) {
	last := len(p.blocks) - 1
	if last < 0 || len(p.blocks[last]) == cap(p.blocks[last]) {
		p.blocks = append(p.blocks, make([]T, 0, min(max(p.size, 4), maxBlock)))
		last++
	}
	p.blocks[last] = append(p.blocks[last], x)
	p.size++
}

// all yields the elements in order.
func (p *chunkedList[T]) all() iter.Seq[*T] {
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

// searchLast returns the last element that satisfies a condition, which all
// elements before it satisfy, too; nil if none does.
func (p *chunkedList[T]) searchLast(holds func(*T) bool) *T {
	i := sort.Search(len(p.blocks), func(i int) bool { return !holds(&p.blocks[i][0]) }) - 1
	if i < 0 {
		return nil
	}
	block := p.blocks[i]
	return &block[sort.Search(len(block), func(j int) bool { return !holds(&block[j]) })-1]
}
