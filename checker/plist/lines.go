package plist

import (
	"bytes"
	"sort"
)

// lineBlock is how many bytes of a text lie between two entries of its lineIndex.
const lineBlock = 512

// lineIndex tells where the lines of a text start. It notes that for blocks of
// the text, not for lines, for a text may be nothing but line endings.
type lineIndex struct {
	text   []byte
	old    bool // a carriage return alone ends a line too
	blocks []linesBefore
	lines  int // lines
}

// linesBefore is what is known at the start of a block.
type linesBefore struct {
	lines int32 // that start there or before
	start int32 // of the last of them
}

func newLineIndex(text []byte) *lineIndex {
	x := &lineIndex{text: text, old: bytes.IndexByte(text, '\r') >= 0, blocks: make([]linesBefore, 0, len(text)/lineBlock+1)}
	at := linesBefore{1, 0}
	for from := 0; ; from += lineBlock {
		x.blocks = append(x.blocks, at)
		to := min(from+lineBlock, len(text))
		n, last := x.count(from, to)
		if at.lines += int32(n); n > 0 {
			at.start = int32(last)
		}
		if to == len(text) {
			x.lines = int(at.lines)
			return x
		}
	}
}

// count counts the line endings between two offsets, and returns the start of
// the line after the last of them.
func (x *lineIndex) count(from, to int) (n, last int) {
	if !x.old {
		piece := x.text[from:to]
		return bytes.Count(piece, []byte("\n")), from + bytes.LastIndexByte(piece, '\n') + 1
	}
	for i := from; i < to; i++ {
		if x.ends(i) {
			n, last = n+1, i+1
		}
	}
	return n, last
}

// ends reports whether the byte at an offset ends a line.
func (x *lineIndex) ends(i int) bool {
	switch x.text[i] {
	case '\n':
		return true
	case '\r':
		return i+1 == len(x.text) || x.text[i+1] != '\n'
	}
	return false
}

// at returns the line, counted from 1, that contains an offset, and where it
// starts.
func (x *lineIndex) at(offset int) (line, start int) {
	block := offset / lineBlock
	if block == len(x.blocks) { // the very end of a text that ends with a block
		block--
	}
	before := x.blocks[block]
	n, last := x.count(block*lineBlock, offset)
	if n == 0 {
		return int(before.lines), int(before.start)
	}
	return int(before.lines) + n, last
}

// start returns the offset at which a line, counted from 1, starts; the length
// of the text for the line after the last one.
func (x *lineIndex) start(line int) int {
	if line > x.lines {
		return len(x.text)
	}
	block := sort.Search(len(x.blocks), func(i int) bool { return int(x.blocks[i].lines) > line }) - 1
	before := x.blocks[block]
	if int(before.lines) == line {
		return int(before.start)
	}
	left := line - int(before.lines)
	for i := block * lineBlock; ; i++ {
		if !x.old {
			i += bytes.IndexByte(x.text[i:], '\n')
		}
		if x.ends(i) {
			if left--; left == 0 {
				return i + 1
			}
		}
	}
}
