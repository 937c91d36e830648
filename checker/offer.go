package checker

import (
	"cmp"
	"slices"
)

// offered is what profiles offer to those that want it. Most of it nobody will,
// so that it is packed: a run over very many profiles keeps all of it.
type offered struct {
	notes   []note
	numbers []int32 // of the profile with each
	files   []offering
	names   []byte // of the files, one behind the other
}

// offering is a file with offers.
type offering struct {
	first int32 // the number of its first profile
	end   int   // of its name in names
}

// name is that of the file with a profile.
func (o *offered) name(number int32) string {
	i, found := slices.BinarySearchFunc(o.files, number, func(f offering, number int32) int { return cmp.Compare(f.first, number) })
	if !found {
		i--
	}
	start := 0
	if i > 0 {
		start = o.files[i-1].end
	}
	return string(o.names[start:o.files[i].end])
}

// take adds what the profile with a number offers.
func (o *offered) take(number int32, list []note) {
	slices.Sort(list)
	for _, n := range slices.Compact(list) {
		o.notes, o.numbers = append(o.notes, n), append(o.numbers, number)
	}
}

// file notes the name of the file whose first profile has a number.
func (o *offered) file(first int32, name string) {
	o.names = append(o.names, name...)
	o.files = append(o.files, offering{first, len(o.names)})
}

// answer adds what is offered to those that want it.
func (s *set) answer() {
	wanted := make(map[note]bool, len(s.wanted))
	for _, n := range s.wanted {
		wanted[n] = true
	}
	for i, n := range s.offered.notes {
		if !wanted[n] {
			continue
		}
		x := s.shared[n]
		if x == nil {
			x = &shared{}
			s.shared[n] = x
		}
		x.count++
		if number := s.offered.numbers[i]; len(x.related) <= named {
			x.related = append(x.related, Related{File: s.offered.name(number), profile: number})
		}
	}
	s.offered = offered{}
}
