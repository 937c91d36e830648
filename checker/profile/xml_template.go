package profile

import "strings"

// blockMarks open and close template text that may hold markup.
var blockMarks = [...][2]string{{"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}, {"$(", ")"}, {"${", "}"}}

// blocks knows the template blocks that are open at the places of a text that it
// is asked for, one behind the other. It looks at the text once, however many
// those are.
type blocks struct {
	finder
	seen  [len(blockMarks)][2]int // up to where the marks were looked for
	found [len(blockMarks)][2]int // where they were found last; -1 if they were not
}

func newBlocks(text string, from int) *blocks {
	b := &blocks{finder: finder{text: text, longest: len(text)}}
	for i := range blockMarks {
		b.seen[i], b.found[i] = [2]int{from, from}, [2]int{-1, -1}
	}
	return b
}

// last gives the last place before an offset at which a mark stands; -1 if there
// is none.
func (b *blocks) last(block, which, before int) int {
	mark, from := blockMarks[block][which], &b.seen[block][which]
	for *from < before {
		n := strings.Index(b.text[*from:before], mark)
		if n < 0 {
			*from = max(*from, before-len(mark)+1)
			break
		}
		b.found[block][which] = *from + n
		*from += n + 1
	}
	return b.found[block][which]
}

// around returns the end of the block that is open at an offset, if one is and
// ends on the same line, or 0.
func (b *blocks) around(at int) int {
	for i, marks := range blockMarks {
		if open := b.last(i, 0, at); open < 0 || b.last(i, 1, at) >= open {
			continue
		}
		end := b.index(marks[1], at)
		if end < 0 {
			continue
		}
		if line, tag := b.index("\n", at), b.index("</string>", at); (line < 0 || line > end) && (tag < 0 || tag+len("</string>") > end) {
			return end + len(marks[1])
		}
	}
	return 0
}
