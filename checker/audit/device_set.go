package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// deviceSet is a set of devices, by digests of their names: most have one.
type deviceSet struct {
	one  uint64 // 0: none
	more map[uint64]struct{}
}

func (s *deviceSet) add(device string) {
	if device == "" {
		return
	}
	sum := sha256.Sum256([]byte(device))
	s.insert(binary.BigEndian.Uint64(sum[:]) | 1)
}

func (s *deviceSet) insert(h uint64) {
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

func (s *deviceSet) len() int {
	if s.one == 0 {
		return 0
	}
	return 1 + len(s.more)
}

func (s *deviceSet) merge(o *deviceSet) {
	for _, h := range o.list() {
		s.insert(h)
	}
}

// list returns the digests in order.
func (s *deviceSet) list() []uint64 {
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
