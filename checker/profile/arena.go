package profile

import (
	"bytes"
	"sync"
)

// chunks of nodes are used again by whoever gives them back with Release: a run
// over many profiles then needs the memory of a few.
var chunks sync.Pool

func newChunk(size int) []Node {
	if c, ok := chunks.Get().(*[]Node); ok {
		return *c
	}
	return make([]Node, 0, size)
}

// arena is what else is used again, by one document at a time: the scanner, and
// the lists of what is found in a profile, which are empty or taken.
type arena struct {
	scanner      scanner
	seen         [12]keySet
	chunks       [][]Node
	payloads     []Payload
	scep         []SCEP
	certificates []Certificate
	references   []Reference
}

var arenas = sync.Pool{New: func() any { return new(arena) }}

func (p *Profile) arena() *arena {
	if p.Source == nil {
		return nil
	}
	return p.Source.arena
}

// take gives an empty list, and leaves none.
func take[T any](list *[]T) []T {
	taken := *list
	*list = nil
	return taken
}

// longestKept bounds the lists that are kept, for one large profile is no reason
// to hold on to much.
const longestKept = 1 << 10

// giveBack empties a list for the next who takes it.
func giveBack[T any](list *[]T, used []T) {
	if cap(used) > 0 && cap(used) <= longestKept {
		clear(used)
		*list = used[:0]
	}
}

// Release gives the memory of the profile's nodes back, and of what was found in
// them, for other profiles to use. Nothing of the profile may be touched
// afterwards: no node, no payload, no text of one. Profiles that are not released
// are left to the collector.
func (p *Profile) Release() {
	src := p.Source
	for _, c := range src.chunks {
		clear(c)
		c = c[:0]
		chunks.Put(&c)
	}
	if a := src.arena; a != nil {
		buf := a.scanner.buf
		if buf.Reset(); buf.Cap() > 64*longestKept {
			buf = bytes.Buffer{}
		}
		a.scanner = scanner{buf: buf}
		giveBack(&a.chunks, src.chunks)
		giveBack(&a.payloads, p.payloads)
		giveBack(&a.scep, p.scep)
		giveBack(&a.certificates, p.certificates)
		giveBack(&a.references, p.references)
		arenas.Put(a)
	}
	src.chunks, src.arena = nil, nil
	p.Root, p.payloads, p.scep, p.acme = nil, nil, nil, nil
	p.certificates, p.digests, p.references, p.secrets, p.signatures = nil, nil, nil, nil, nil
}
