package plist

// Origin is the location of the text of a Source in a larger document: either
// the text was extracted from Outer, or it begins at Base in a document that was
// not read as a whole.
type Origin struct {
	Outer *Source
	At    Span // of the text as it is written in Outer; NoSpan if it is encoded otherwise, such as in Base64

	// Decode decodes the text as it is written in Outer, and reports each pair of
	// offsets after which the two no longer run in parallel.
	Decode func(written string, jump func(inner, outer int)) string

	Base    Position
	Returns bool // carriage returns alone end some of the lines before Base

	offsets [][2]int32 // of the jumps, computed on first use
}

// offset turns an offset of the text into one of Outer.
func (o *Origin) offset(inner int) int {
	if o.offsets == nil {
		o.offsets = append(o.offsets, [2]int32{})
		o.Decode(string(o.Outer.Text[o.At.Start:o.At.End]), func(inner, outer int) { o.offsets = append(o.offsets, [2]int32{int32(inner), int32(outer)}) })
	}
	low, high := 0, len(o.offsets) // the last jump at or before the offset
	for high-low > 1 {
		if middle := (low + high) / 2; int(o.offsets[middle][0]) <= inner {
			low = middle
		} else {
			high = middle
		}
	}
	jump := o.offsets[low]
	return min(o.At.Start+int(jump[1])+inner-int(jump[0]), o.At.End)
}

// position turns a position in the text into one in the document, if the text
// begins at Base.
func (o *Origin) position(p Position) Position {
	if o == nil || o.Outer != nil {
		return p
	}
	if p.Line == 1 {
		p.Column += o.Base.Column - 1
		p.ByteColumn += o.Base.ByteColumn - 1
	}
	p.Line += o.Base.Line - 1
	p.Offset += o.Base.Offset
	return p
}
