package template

import (
	"strings"
)

// blockMarks open and close template text that may hold markup.
var blockMarks = [...][2]string{{"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}, {"[%", "%]"}, {"$(", ")"}, {"${", "}"}}

// Blocks returns which template block is open at an offset of a text. Offsets
// must be in ascending order, so that the text is searched once.
type Blocks struct {
	finder
	seen  [len(blockMarks)][2]int // up to where the marks were looked for
	found [len(blockMarks)][2]int // where they were found last; -1 if they were not
}

// NewBlocks returns the blocks of a text from an offset on.
func NewBlocks(text string, from int) *Blocks {
	b := &Blocks{finder: finder{text: text, max: len(text)}}
	for i := range blockMarks {
		b.seen[i], b.found[i] = [2]int{from, from}, [2]int{-1, -1}
	}
	return b
}

// last returns the offset of the last mark before an offset, or -1.
func (b *Blocks) last(block, which, before int) int {
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

// Around returns the end of the block that is open at an offset, if one is and
// ends on the same line, or 0.
func (b *Blocks) Around(at int) int {
	for i, marks := range blockMarks {
		if open := b.last(i, 0, at); open < 0 || b.last(i, 1, at) >= open {
			continue
		}
		end := b.Closing(marks[1], at)
		if end < 0 {
			continue
		}
		if line, tag := b.Closing("\n", at), b.Closing("</string>", at); (line < 0 || line > end) && (tag < 0 || tag+len("</string>") > end) {
			return end + len(marks[1])
		}
	}
	return 0
}
