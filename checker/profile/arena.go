package profile

import "sync"

// chunks of nodes are used again by whoever gives them back with Release: a run
// over many profiles then needs the memory of a few.
var chunks sync.Pool

func newChunk(size int) []Node {
	if c, ok := chunks.Get().(*[]Node); ok {
		return *c
	}
	return make([]Node, 0, size)
}

// Release gives the memory of the profile's nodes back, for other profiles to
// use. Nothing of the profile may be touched afterwards: no node, no payload,
// no text of one. Profiles that are not released are left to the collector.
func (p *Profile) Release() {
	src := p.Source
	for _, c := range src.chunks {
		clear(c)
		c = c[:0]
		chunks.Put(&c)
	}
	src.chunks = nil
	p.Root, p.payloads, p.scep = nil, nil, nil
	p.certificates, p.digests, p.references, p.secrets, p.signatures = nil, nil, nil, nil, nil
}
