package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var plistDuplicateKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "plist-duplicate-key",
		Title:    "a dict holds one key twice",
		Severity: checker.Error,
		Doc: `A dict gives each key one value. Where a key stands twice, the reader of the property list keeps one of the two values
and drops the other without a word, and different readers may keep different ones. What the profile seems to set is then not what
the device gets. It comes from merging two files by hand, or from adding a key that is already there further down.`,
		Help: "keep the value that is meant and remove the other with its key",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Keysize</key>
<integer>2048</integer>
<key>Keysize</key>
<integer>4096</integer>`,
			Good: `<key>Keysize</key>
<integer>4096</integer>`,
		},
		Refs:             []checker.Ref{refPlistDTD, refTopLevel},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, key := range p.Profile.Source.Duplicates {
			p.At(profile.NoSpan, nil, "key %q stands twice in one dict, and devices keep only one of its values; remove the other", excerpt(p, key))
		}
		duplicateKeys(p, p.Profile.Root)
		return nil
	},
}

// duplicateKeys reports the doubled keys of a value and of all it holds. The
// reader of property lists bounds the depth.
func duplicateKeys(p *checker.Pass, n *profile.Node) {
	if n.Single() {
		return
	}
	if n.Is(profile.Dict) && !n.Templated() {
		firsts := firstOf(n)
		for c := range n.Children() {
			if firsts == nil {
				break
			}
			first := firsts(c)
			if first == c || profile.HasVariable(c.Key) {
				continue
			}
			p.Key(c, "key %q has a value on line %d already, and devices keep only one of the two; remove one with its value",
				excerpt(p, c.Key), p.Profile.Source.Position(first.KeySpan().Start).Line)
		}
	}
	for c := range n.Children() {
		if c.Is(profile.Dict, profile.Array) {
			duplicateKeys(p, c)
		}
	}
}

// firstOf returns a function that gives the first value of a dict with the key
// of another. Small dicts, nearly all there are, do without a map, and most of
// them need only be told that no two keys look alike.
func firstOf(dict *profile.Node) func(*profile.Node) *profile.Node {
	if dict.Len() > 48 {
		firsts := make(map[string]*profile.Node, dict.Len())
		for c := range dict.Children() {
			if firsts[c.Key] == nil {
				firsts[c.Key] = c
			}
		}
		return func(n *profile.Node) *profile.Node { return firsts[n.Key] }
	}
	var seen [64]uint64 // a set of 4096
	alike := false
	for c := range dict.Children() {
		h := look(c.Key) % 4096
		alike = alike || seen[h/64]>>(h%64)&1 != 0
		seen[h/64] |= 1 << (h % 64)
	}
	if !alike {
		return nil
	}
	return func(n *profile.Node) *profile.Node {
		for c := range dict.Children() {
			if c.Key == n.Key {
				return c
			}
		}
		return n
	}
}

// look is a number that differs for most keys that differ: by length, or
// towards their ends, for the keys of a dict tend to begin alike.
func look(key string) uint32 {
	h := uint32(len(key))
	for i := max(len(key)-12, 0); i < len(key); i++ {
		h = h*31 + uint32(key[i])
	}
	return h
}
