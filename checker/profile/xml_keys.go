package profile

import "math/bits"

// meet notes the key of a value that is about to be hung into the open dict.
// Whether the dict has it already is looked up only if a key that looks alike
// came before, and left open in large dicts.
func (s *scanner) meet(key string) {
	if !s.cur.single {
		return
	}
	h := looks(key)
	if s.seen[s.depth-1].add(h%512, h>>9%512) {
		s.cur.single = s.cur.size <= large && !s.cur.holds(key)
	}
}

// keySet tells of keys, by two bits each, whether they may have come before.
type keySet [8]uint64

// add reports whether both bits were set.
func (k *keySet) add(a, b uint32) bool {
	x, y := &k[a/64], &k[b/64]
	seen := *x >> (a % 64) & 1 & (*y >> (b % 64))
	*x |= 1 << (a % 64)
	*y |= 1 << (b % 64)
	return seen != 0
}

// looks is a digest of the start, the middle and the end of a key.
func looks(key string) uint32 {
	var a, b uint64
	if n := len(key); n >= 8 {
		a, b = eight(key)+uint64(n), eight(key[n-8:])^bits.RotateLeft64(eight(key[n/2-4:]), 32)
	} else {
		for i := range n {
			a = a<<8 | uint64(key[i])
		}
	}
	high, low := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd1b54a32d192ed03) // all bits of both count
	return uint32(high ^ low)
}

func (n *Node) holds(key string) bool {
	for c := n.first; c != nil; c = c.next {
		if c.Key == key {
			return true
		}
	}
	return false
}

// eight is the first eight bytes of a text, as a little-endian number.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
