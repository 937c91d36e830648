package checker

import (
	"iter"
	"sort"
)

// pile is a list that may become very long: it grows without being copied, and
// has no room to spare.
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
