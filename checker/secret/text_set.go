package secret

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
)

// textSet finds the texts of secrets in other texts, in time and memory proportional to the size of both.
type textSet struct {
	texts   []string       // in order, each at most maxFoundBytes long
	shorter []int32        // for each text, the longest other one that it begins with; -1: none
	starts  [1 << 6]uint64 // a bit for each way that a text may begin
	first   [256]bool      // the bytes that texts begin with
}

// minFoundBytes is how many bytes a text has at least, and maxFoundBytes how many of it are compared: after more of them
// than that, the rest of the line belongs to it.
const minFoundBytes, maxFoundBytes = 6, 256

// newTextSet returns the set of the texts in the list, which it uses.
func newTextSet(texts []string) *textSet {
	for i, text := range texts {
		texts[i] = text[:min(len(text), maxFoundBytes)]
	}
	texts = slices.DeleteFunc(texts, func(text string) bool { return len(text) < minFoundBytes }) // as it is written elsewhere
	slices.Sort(texts)
	t := &textSet{texts: slices.Compact(texts)}
	t.shorter = make([]int32, len(t.texts))
	for i, text := range t.texts {
		h := startOf(text)
		t.starts[h/64] |= 1 << (h % 64)
		t.first[text[0]] = true
		j := int32(i - 1)
		for j >= 0 && !strings.HasPrefix(text, t.texts[j]) {
			j = t.shorter[j]
		}
		t.shorter[i] = j
	}
	return t
}

// startOf returns a digest of the first bytes of a text.
func startOf(text string) uint32 {
	return (uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24) * 0x9e3779b1 >> 20
}

// at returns the length of the longest of the texts that begins at an offset; 0 if none does.
func (t *textSet) at(text string, offset int) int {
	if offset+minFoundBytes > len(text) {
		return 0
	}
	rest := text[offset:]
	if h := startOf(rest); t.starts[h/64]>>(h%64)&1 == 0 {
		return 0
	}
	rest = rest[:min(len(rest), maxFoundBytes)]
	i, found := slices.BinarySearch(t.texts, rest)
	if !found {
		i--
	}
	for ; i >= 0; i = int(t.shorter[i]) {
		if !strings.HasPrefix(rest, t.texts[i]) {
			continue
		}
		if n := len(t.texts[i]); n < maxFoundBytes {
			return n
		}
		if line := strings.IndexAny(text[offset:], "\r\n<"); line > maxFoundBytes {
			return line
		} else if line < 0 {
			return len(text) - offset
		}
		return maxFoundBytes
	}
	return 0
}

// find yields the locations of the texts, in order, none overlapping.
func (t *textSet) find(text string, yield func(plist.Span) bool) {
	if t == nil || len(t.texts) == 0 {
		return
	}
	for i := 0; i+minFoundBytes <= len(text); i++ {
		if !t.first[text[i]] {
			continue // as at nearly all offsets
		}
		if n := t.at(text, i); n > 0 {
			if !yield(plist.Span{Start: i, End: i + n}) {
				return
			}
			i += n - 1
		}
	}
}

// mask masks the texts in a text.
func (t *textSet) mask(text string) string {
	return replaceSpans(text, func(yield func(plist.Span) bool) { t.find(text, yield) })
}

// count is how often the texts occur in a text.
func (t *textSet) count(text string) (n int) {
	t.find(text, func(plist.Span) bool { n++; return true })
	return n
}
