package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// set is a set of devices, by digests of their names: most have one.
type set struct {
	one  uint64 // 0: none
	more map[uint64]struct{}
}

func (s *set) add(device string) {
	if device == "" {
		return
	}
	sum := sha256.Sum256([]byte(device))
	s.insert(binary.BigEndian.Uint64(sum[:]) | 1)
}

func (s *set) insert(h uint64) {
	switch {
	case s.one == 0:
		s.one = h
	case s.one == h:
	case s.more == nil:
		s.more = map[uint64]struct{}{h: {}}
	default:
		s.more[h] = struct{}{}
	}
}

func (s *set) len() int {
	if s.one == 0 {
		return 0
	}
	return 1 + len(s.more)
}

func (s *set) merge(o *set) {
	for _, h := range o.list() {
		s.insert(h)
	}
}

// list returns the digests in order.
func (s *set) list() []uint64 {
	if s.one == 0 {
		return nil
	}
	return slices.Sorted(func(yield func(uint64) bool) {
		if !yield(s.one) {
			return
		}
		for h := range s.more {
			if !yield(h) {
				return
			}
		}
	})
}
