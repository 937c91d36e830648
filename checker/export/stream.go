package export

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/plist"
)

// origin is where a text begins in a document.
type origin struct {
	plist.Position
	returns bool // carriage returns alone end some of the lines before
}

// stream reads a text piece by piece and knows the place of what comes next.
type stream struct {
	from     io.Reader
	buf      []byte
	pos, end int   // what is not read yet
	err      error // why nothing follows; io.EOF at the end

	offset  int64  // of buf[0]
	counted int    // up to where the place is known
	base    origin // of buf[counted]
	ret     bool   // a carriage return stands before it

	keeping bool // what goes by is kept
	kept    []byte
}

// bufferSize is how much of a text is in memory, in bytes; a test makes it small.
var bufferSize = 256 << 10

func newStream(r io.Reader) *stream {
	s := &stream{from: r, buf: make([]byte, bufferSize), base: origin{Position: plist.Position{Line: 1, Column: 1, ByteColumn: 1}}}
	if bytes.HasPrefix(s.peek(len(plist.ByteOrderMark)), []byte(plist.ByteOrderMark)) { // it is no character of the first line
		s.pos, s.counted, s.base.Offset = len(plist.ByteOrderMark), len(plist.ByteOrderMark), len(plist.ByteOrderMark)
	}
	return s
}

// more makes sure that something is left to read, if there is.
func (s *stream) more() bool { return s.pos < s.end || len(s.peek(1)) > 0 }

// peek returns the next bytes, fewer at the end. The number must be small.
func (s *stream) peek(n int) []byte {
	for s.end-s.pos < n && s.err == nil {
		if s.pos > len(s.buf)/2 || s.end == len(s.buf) {
			from := s.pos
			for i := 1; i < utf8.UTFMax && s.pos-i >= s.counted; i++ { // a character in two pieces is counted as one
				if start := s.pos - i; utf8.RuneStart(s.buf[start]) {
					if !utf8.FullRune(s.buf[start:s.pos]) {
						from = start
					}
					break
				}
			}
			s.count(from)
			s.offset += int64(from)
			s.end = copy(s.buf, s.buf[from:s.end])
			s.pos, s.counted = s.pos-from, 0
		}
		m, err := s.from.Read(s.buf[s.end:])
		s.end += m
		s.err = err
	}
	return s.buf[s.pos:min(s.end, s.pos+n)]
}

// rest returns what is in memory of what comes next; nothing at the end.
func (s *stream) rest() []byte {
	s.more()
	return s.buf[s.pos:s.end]
}

// most is how much is kept of what stands between the entries of a list.
const maxBetween = 1 << 20

var errBetween = errors.New("more than 1 MiB between two profiles of the list")

func (s *stream) skip(n int) {
	if s.keeping && len(s.kept) <= maxBetween {
		s.kept = append(s.kept, s.buf[s.pos:s.pos+n]...)
	}
	s.pos += n
}

// at is the offset of what comes next.
func (s *stream) at() int64 { return s.offset + int64(s.pos) }

// skipTo moves to the next such byte, or to the end.
func (s *stream) skipTo(c byte) bool {
	for s.more() {
		rest := s.buf[s.pos:s.end]
		if i := bytes.IndexByte(rest, c); i >= 0 {
			s.skip(i)
			return true
		}
		s.skip(len(rest))
	}
	return false
}

// skipPast moves to after the next such text, or to the end.
func (s *stream) skipPast(mark string) bool {
	for s.skipTo(mark[0]) {
		if string(s.peek(len(mark))) == mark {
			s.skip(len(mark))
			return true
		}
		s.skip(1)
	}
	return false
}

// place returns the location of what comes next.
func (s *stream) place() origin {
	s.count(s.pos)
	if s.ret && (s.pos < s.end && s.buf[s.pos] != '\n' || s.pos == s.end && s.err != nil) {
		s.base.returned()
		s.ret = false
	}
	return s.base
}

// returned begins a line after a carriage return alone.
func (b *origin) returned() { b.Line, b.Column, b.ByteColumn, b.returns = b.Line+1, 1, 1, true }

// count moves the place that is known on.
func (s *stream) count(to int) {
	text := s.buf[s.counted:to]
	if s.counted = to; len(text) == 0 {
		return
	}
	b := &s.base
	b.Offset += len(text)
	if s.ret && text[0] != '\n' {
		b.returned()
	}
	s.ret = text[len(text)-1] == '\r'
	for n := bytes.IndexByte(text, '\r'); n >= 0 && n+1 < len(text); {
		if text[n+1] != '\n' {
			b.Line += bytes.Count(text[:n], []byte("\n"))
			b.returned()
			text, n = text[n+1:], -1
		}
		next := bytes.IndexByte(text[n+1:], '\r')
		if next < 0 {
			break
		}
		n += 1 + next
	}
	if lines := bytes.Count(text, []byte("\n")); lines > 0 {
		b.Line += lines
		b.Column, b.ByteColumn = 1, 1
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	b.ByteColumn += len(text)
	b.Column += utf8.RuneCount(text)
}
