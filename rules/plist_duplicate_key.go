package rules

import (
	"fmt"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var plistDuplicateKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "plist-duplicate-key",
		Title:    "duplicate key in a dictionary",
		Severity: checker.Error,
		Varies:   "warning for the same value again, and for texts for people",
		Doc: `What it checks: keys that occur more than once in a dictionary.
Why it matters: the reader of the property list keeps one of the values and drops the others, and readers differ in
which one. What the profile seems to set is then not what the device gets.
Exceptions: a warning for what is only shown to people, such as PayloadDisplayName, and if both values are the same string, number, boolean, date, or data, so that nothing is
lost yet. Keys with template text are not compared.`,
		Help: "keep one key with its value, and remove the other",
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
			p.At(profile.NoSpan, nil, "duplicate key %q in a dictionary; devices keep one of the values", excerpt(p, key))
		}
		duplicateKeys(p, p.Profile.Root)
		return nil
	},
}

// duplicateKeys reports the duplicate keys of a value and of all it holds. The
// reader of property lists bounds the depth.
func duplicateKeys(p *checker.Pass, n *profile.Node) {
	if n.NoDuplicateKeys() {
		return
	}
	if n.Is(profile.Dict) && !n.Templated() {
		firsts := firstByKey(n)
		for c := range n.Children() {
			if firsts == nil {
				break
			}
			first := firsts(c)
			if first == c || profile.HasVariable(c.Key) {
				continue
			}
			if sameScalar(c, first) {
				p.Key(c, "duplicate key %q%s with the same value", excerpt(p, c.Key), alsoOn(p, first)).Severity = checker.Warning
				continue
			}
			f := p.Key(c, "duplicate key %q%s; devices keep one of the values", excerpt(p, c.Key), alsoOn(p, first))
			if slices.Contains(shownKeys, c.Key) {
				f.Severity = checker.Warning
			}
		}
	}
	for c := range n.Children() {
		if c.Is(profile.Dict, profile.Array) {
			duplicateKeys(p, c)
		}
	}
}

// sameScalar reports whether two values are the same and contain no others.
func sameScalar(a, b *profile.Node) bool {
	return a.Kind == b.Kind && !a.Is(profile.Dict, profile.Array) && a.Text() == b.Text()
}

// alsoOn tells on which line a key is the first time; "" where there are no lines.
func alsoOn(p *checker.Pass, first *profile.Node) checker.Phrase {
	at := first.KeySpan()
	if !at.Valid() {
		return ""
	}
	return checker.Phrase(fmt.Sprintf("; first defined on line %d", p.Profile.Source.Position(at.Start).Line))
}

// firstByKey returns a function that gives the first value of a dictionary with the key
// of another. Small dictionaries, nearly all there are, do without a map, and most of
// them need only be told that no two keys look alike.
func firstByKey(dict *profile.Node) func(*profile.Node) *profile.Node {
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
		h := keyHash(c.Key) % 4096
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

// keyHash is a number that differs for most keys that differ: by length, or
// towards their ends, for the keys of a dictionary tend to begin alike.
func keyHash(key string) uint32 {
	h := uint32(len(key))
	for i := max(len(key)-12, 0); i < len(key); i++ {
		h = h*31 + uint32(key[i])
	}
	return h
}
