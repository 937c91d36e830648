package cms

import (
	"errors"
	"fmt"
	"math"
)

// ReadHeader reads the identifier and length octets at pos. It does not check
// whether the contents are complete.
func ReadHeader(text []byte, pos int) (tag byte, length, next int, err error) {
	next = pos + 1
	if pos < len(text) && text[pos]&0x1f == 0x1f { // the tag number takes further octets
		for next < len(text) && text[next]&0x80 != 0 {
			next++
		}
		next++
	}
	if next >= len(text) {
		return 0, 0, 0, errCMSCut
	}
	tag, first := text[pos], text[next]
	next++
	switch {
	case first < 0x80:
		return tag, int(first), next, nil
	case first == 0x80 && tag&0x20 != 0: // constructed
		return tag, Indefinite, next, nil
	case first == 0x80, first == 0xff:
		return 0, 0, 0, errCMSLength
	case int(first&0x7f) > len(text)-next:
		return 0, 0, 0, errCMSCut
	}
	for end := next + int(first&0x7f); next < end; next++ {
		if length > math.MaxInt>>8 {
			return 0, 0, 0, errCMSLength
		}
		length = length<<8 | int(text[next])
	}
	return tag, length, next, nil
}

// berScope is an element whose contents are being read.
type berScope struct {
	end        int  // of the element, or of the nearest one around it that has a length
	sized      bool // end comes from a length, and not from the end of the file
	indefinite bool // end-of-contents octets close the element
}

// berReader walks BER from left to right with a fixed number of open
// elements. It keeps the first error; its methods move no further after it.
type berReader struct {
	text   []byte
	pos    int
	depth  int
	scopes [maxNesting + 1]berScope
	err    error
}

// header reads one header and checks that its length fits the innermost open
// element. Tag 0 stands for the end of that element.
func (r *berReader) header() (tag byte, length int) {
	if !r.more() {
		return 0, 0
	}
	scope := &r.scopes[r.depth]
	tag, length, next, err := ReadHeader(r.text[:scope.end], r.pos)
	missing := length - (scope.end - next)
	switch {
	case scope.sized && (err == errCMSCut || err == nil && missing > 0):
		r.err = errCMSOverrun
	case err != nil:
		r.err = err
	case missing > 0:
		r.err = fmt.Errorf("CMS message is truncated: %d bytes or more are missing", missing)
	default:
		r.pos = next
		return tag, length
	}
	return 0, 0
}

// expect reads the header of an element that must have the tag.
func (r *berReader) expect(tag byte, name string) int {
	found, length := r.header()
	if r.err == nil && found != tag {
		r.err = fmt.Errorf("CMS message is corrupt: its %s is missing", name)
	}
	return length
}

// push makes an element whose header was just read the innermost open one.
func (r *berReader) push(length int) {
	if r.err != nil {
		return
	}
	if r.depth == maxNesting {
		r.err = fmt.Errorf("CMS message is nested more than %d deep", maxNesting)
		return
	}
	scope := berScope{r.pos + length, true, false}
	if length == Indefinite {
		scope = berScope{r.scopes[r.depth].end, r.scopes[r.depth].sized, true}
	}
	r.depth++
	r.scopes[r.depth] = scope
}

// open enters the next element, which must have the tag.
func (r *berReader) open(tag byte, name string) {
	r.push(r.expect(tag, name))
}

// primitive returns the contents of the next element, which must have the tag.
func (r *berReader) primitive(tag byte, name string) []byte {
	length := r.expect(tag, name)
	if r.err != nil {
		return nil
	}
	r.pos += length
	return r.text[r.pos-length : r.pos : r.pos]
}

// more reports whether the innermost open element has contents left. One of
// indefinite length that ends without its two closing octets is an error.
func (r *berReader) more() bool {
	scope := &r.scopes[r.depth]
	switch {
	case r.err != nil || !scope.indefinite:
		return r.err == nil && r.pos < scope.end
	case scope.end-r.pos >= 2:
		return r.text[r.pos] != 0 || r.text[r.pos+1] != 0
	case scope.sized:
		r.err = errCMSOverrun
	default:
		r.err = errCMSUnclosed
	}
	return false
}

// close skips the rest of the innermost open element. Only indefinite lengths
// inside it have to be followed; everything with a length is one step.
func (r *berReader) close() {
	for outer := r.depth - 1; r.err == nil && r.depth > outer; {
		if !r.scopes[r.depth].indefinite {
			r.pos = r.scopes[r.depth].end
			r.depth--
		} else if !r.more() {
			r.pos += 2
			r.depth--
		} else if _, length := r.header(); length == Indefinite {
			r.push(length)
		} else {
			r.pos += length
		}
	}
}

// octetString returns the contents of an OCTET STRING of either form. Chunks are
// joined in one allocation, which the rest of the text bounds.
func (r *berReader) octetString() []byte {
	content, base := []byte{}, r.depth
	for {
		tag, length := r.header()
		switch {
		case r.err != nil:
		case tag == tagChunks:
			r.push(length)
		case tag != tagOctets:
			r.err = errors.New("CMS message is corrupt: its content is not in octet strings")
		case length > 0 && len(content) == 0:
			content = r.text[r.pos : r.pos+length : r.pos+length]
			r.pos += length
		case length > 0:
			if cap(content)-len(content) < length {
				content = append(make([]byte, 0, len(content)+r.scopes[base].end-r.pos), content...)
			}
			content = append(content, r.text[r.pos:r.pos+length]...)
			r.pos += length
		}
		for r.depth > base && !r.more() && r.err == nil {
			r.close()
		}
		if r.depth == base || r.err != nil {
			return content
		}
	}
}
