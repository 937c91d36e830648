package checker

import (
	"slices"

	"github.com/sceplint/sceplint/checker/profile"
)

// RelatedLocation is a place that a finding is also about.
type RelatedLocation struct {
	File    string
	Message string
	Start   profile.Position // only if Placed
	Placed  bool
	Signed  bool // the document there is signed

	profile int32
	with    uint32
}

// gathered is where the notes of the profile go when it is read for the first time.
func (p *Pass) gathered() *gathered {
	if p.first == nil {
		p.first = gathers.Get().(*gathered)
	}
	return p.first
}

// ExportFact notes a value of some kind of the profile, for CheckSet to ask which
// other profiles have the same, and where.
func (p *Pass) ExportFact(kind, value string, at *profile.Node) {
	p.ExportFactWith(kind, value, "", at)
}

// ExportFactWith notes a value together with another one, so that Differing can tell
// those who noted it with something else.
func (p *Pass) ExportFactWith(kind, value, with string, at *profile.Node) {
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
		r := RelatedLocation{File: p.Profile.Source.Name, Signed: p.Profile.Source.Signatures > 0, profile: p.number, with: s.companion(with)}
		if span := at.Span(); span.Valid() && p.Profile.Source.Textual() {
			r.Start, r.Placed = p.Profile.Source.Position(span.Start), true
		}
		p.placed = append(p.placed, placed{n, r})
	}
}

// ExportPassiveFact notes a value that another profile may want, and nothing more: that
// several profiles have it is no reason to look at them again, as with Note, and
// those that want it are told of the file alone.
func (p *Pass) ExportPassiveFact(kind, value string) {
	if s := p.checker.set; s != nil && p.recording {
		p.recorded = append(p.recorded, s.digest(kind, value))
	} else if s != nil && !s.done {
		first := p.gathered()
		first.offers = append(first.offers, s.digest(kind, value))
	}
}

// RequestFact asks for CheckSet to look at the profile in any case, and for it to be
// told where others have noted or offered the value.
func (p *Pass) RequestFact(kind, value string) {
	if s := p.checker.set; s != nil && !s.done {
		first := p.gathered()
		first.wants = append(first.wants, s.digest(kind, value))
	}
}

// ImportFact tells of how many other profiles of the run the same was noted, and
// where the first of them are. It knows nothing before CheckSet.
func (p *Pass) ImportFact(kind, value string) (count int, places []RelatedLocation) {
	n, x := p.sharedNote(kind, value)
	if x == nil {
		return 0, nil
	}
	count = x.count
	if slices.Contains(p.notes, n) {
		count--
	}
	return count, p.places(kind, x, func(RelatedLocation) bool { return true })
}

// ImportConflicts tells of those of the others that noted the value with something
// else than this. The place of one of them is known, unless it cannot be read
// any more.
func (p *Pass) ImportConflicts(kind, value, with string) (count int, places []RelatedLocation) {
	_, x := p.sharedNote(kind, value)
	if x == nil {
		return 0, nil
	}
	own := p.checker.set.companion(with)
	return x.count - x.among(own), p.places(kind, x, func(r RelatedLocation) bool { return r.with != own })
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
func (p *Pass) places(kind string, x *shared, meant func(RelatedLocation) bool) (places []RelatedLocation) {
	for _, r := range x.related {
		if r.profile != p.number && len(places) < named && meant(r) {
			r.Message = "the same " + kind
			places = append(places, r)
		}
	}
	return places
}
