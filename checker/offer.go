package checker

import "slices"

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
			x.related = append(x.related, RelatedLocation{File: s.name(o.number), profile: o.number})
		}
	}
	s.offered = offered{}
}
