package profile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// Part is a piece of an export that lists profiles: one entry of the list, or
// what is wrong with the list at a place. It is read without the rest. It is
// small, for there may be very many.
type Part struct {
	At   int64 // the bytes of the export that are its text
	Size int32

	line               int32
	column, byteColumn int64
	common             *listing
	fault              *fault
}

// listing is what the entries of a list have in common.
type listing struct {
	kind    ExportKind
	root    string // the element around it, in XML; "" for JSON
	general bool   // it is what the key general holds, in JSON of Jamf Pro
	returns bool   // carriage returns alone end some of the lines before
}

// part is an entry that begins at a place.
func (l *List) part(at base, root string, general bool) *Part {
	if now := (listing{l.kind, root, general, at.returns}); l.common == nil || *l.common != now {
		l.common = &now
	}
	return &Part{At: int64(at.Offset), line: int32(at.Line), column: int64(at.Column), byteColumn: int64(at.ByteColumn), common: l.common}
}

// end gives the part its size.
func (p *Part) end(at int64) {
	if at-p.At > MaxSize {
		p.fault = &fault{message: "an entry of the export begins here that has more than 256 MiB; it is not read"}
		return
	}
	p.Size = int32(at - p.At)
}

func (p *Part) base() *base {
	return &base{Position{Line: int(p.line), Column: int(p.column), ByteColumn: int(p.byteColumn), Offset: int(p.At)}, p.common.returns}
}

// fault says what is wrong with an export.
type fault struct {
	message string
	hint    string
}

// base is where a text begins in a document.
type base struct {
	Position
	returns bool // carriage returns alone end some of the lines before
}

// of gives a place of the document for one of the text.
func (b *base) of(p Position) Position {
	if b == nil {
		return p
	}
	if p.Line == 1 {
		p.Column += b.Column - 1
		p.ByteColumn += b.ByteColumn - 1
	}
	p.Line += b.Line - 1
	p.Offset += b.Offset
	return p
}

// List cuts an export that lists profiles into parts, so that it need not be in
// memory. What it reads is judged by ParsePart; it finds where entries end.
type List struct {
	*stream
	kind   ExportKind
	common *listing              // of the last entry
	next   func() (*Part, error) // io.EOF at the end
	ended  bool
}

// ListHead is how many bytes of a document NewList looks at.
const ListHead = 64 << 10

// NewList gives the list that a document holds, nil if it is no export in
// which profiles may be many: XML and JSON of Jamf Pro, and JSON of Microsoft
// Graph. What a Mac writes about itself is small. The head are its first bytes,
// which r yields as well.
func NewList(head []byte, r io.Reader) *List {
	l := &List{stream: newStream(r)}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	switch {
	case len(text) == 0:
		return nil
	case text[0] == '<':
		if !opensJamf(head) || declaresEncoding(head) {
			return nil
		}
		l.kind = ExportJamf
		l.next = (&elementCutter{List: l}).next
	case text[0] == '{', text[0] == '[':
		if l.kind = kindOfJSON(head); l.kind != ExportJamf && l.kind != ExportIntune {
			return nil
		}
		probe := &objectCutter{List: &List{stream: newStream(bytes.NewReader(head)), kind: l.kind}}
		if part, err := probe.cut(); err != nil || part.common.general || part.fault != nil {
			return nil // one configuration, or none that is near
		}
		l.next = (&objectCutter{List: l}).cut
	default:
		return nil
	}
	return l
}

// declaresEncoding reports whether an XML document says that it is not in
// UTF-8.
func declaresEncoding(head []byte) bool {
	declaration, _, _ := bytes.Cut(head[:min(len(head), 512)], []byte("?>"))
	declaration = bytes.ToLower(declaration)
	return bytes.Contains(declaration, []byte("encoding")) && !bytes.Contains(declaration, []byte("utf-8")) && !bytes.Contains(declaration, []byte("us-ascii"))
}

// Next gives the next part; io.EOF at the end, and behind damage that leaves
// unknown where the next entry begins.
func (l *List) Next() (*Part, error) {
	if l.ended {
		return nil, io.EOF
	}
	part, err := l.next()
	if err == nil && l.err != nil && l.err != io.EOF {
		err = l.err
	}
	if err != nil {
		l.ended = true
		return nil, err
	}
	return part, nil
}

// ParsePart reads the profiles of a part, whose text is given. There are none
// in an entry that is about something else.
func ParsePart(name string, part *Part, text []byte) []*Profile {
	src := &Source{Name: name, Text: text, base: part.base(), Leading: NoSpan, Encoding: Encoding{Name: "UTF-8", Span: NoSpan}}
	kind, root := part.common.kind, part.common.root
	if f := part.fault; f != nil {
		if root == "" {
			src.Form = FormJSON
		}
		src.Text = nil
		err := src.refuse("%s", f.message)
		err.Span, err.Hint = Span{0, 0}, f.hint
		return []*Profile{{Source: src, Err: err, Export: &Export{Kind: kind}}}
	}
	if root != "" {
		return src.jamfWithin([]string{root})
	}
	doc, value, err := src.readExportJSON()
	var list []*Profile
	switch {
	case value == nil:
	case part.common.general:
		value.Key = "general"
		around := newNode(Dict, "", "")
		around.hang(value)
		list = doc.jamfObjects(around)
	case kind == ExportJamf:
		list = doc.jamfObjects(value)
	default:
		list, _ = doc.intuneEntries(value, []*Node{value})
	}
	if err != nil {
		list = append(list, &Profile{Source: doc, Err: err, Export: &Export{Kind: kind}})
	}
	return list
}

// stream reads a text piece by piece and knows the place of what comes next.
type stream struct {
	from     io.Reader
	buf      []byte
	pos, end int   // what is not read yet
	err      error // why there is no more; io.EOF at the end

	offset  int64 // of buf[0]
	counted int   // up to where the place is known
	base    base  // of buf[counted]
	ret     bool  // a carriage return stands before it

	keeping bool // what goes by is kept
	kept    []byte
}

// window is how much of a text is in memory, in bytes; a test makes it small.
var window = 256 << 10

func newStream(r io.Reader) *stream {
	s := &stream{from: r, buf: make([]byte, window), base: base{Position: Position{Line: 1, Column: 1, ByteColumn: 1}}}
	if bytes.HasPrefix(s.peek(len(byteOrderMark)), []byte(byteOrderMark)) { // it is no character of the first line
		s.pos, s.counted, s.base.Offset = len(byteOrderMark), len(byteOrderMark), len(byteOrderMark)
	}
	return s
}

// more makes sure that something is left to read, if there is.
func (s *stream) more() bool { return s.pos < s.end || len(s.peek(1)) > 0 }

// peek gives the next bytes, fewer at the end. The number must be small.
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

// rest gives what is in memory of what comes next; nothing at the end.
func (s *stream) rest() []byte {
	s.more()
	return s.buf[s.pos:s.end]
}

// most is how much is kept of what stands between the entries of a list.
const mostBetween = 1 << 20

var errBetween = errors.New("more than 1 MiB stand between two profiles of the list")

func (s *stream) skip(n int) {
	if s.keeping && len(s.kept) <= mostBetween {
		s.kept = append(s.kept, s.buf[s.pos:s.pos+n]...)
	}
	s.pos += n
}

// at is the offset of what comes next.
func (s *stream) at() int64 { return s.offset + int64(s.pos) }

// upTo moves to the next such byte, or to the end.
func (s *stream) upTo(c byte) bool {
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

// behind moves behind the next such text, or to the end.
func (s *stream) behind(mark string) bool {
	for s.upTo(mark[0]) {
		if string(s.peek(len(mark))) == mark {
			s.skip(len(mark))
			return true
		}
		s.skip(1)
	}
	return false
}

// place gives the place of what comes next.
func (s *stream) place() base {
	s.count(s.pos)
	if s.ret && (s.pos < s.end && s.buf[s.pos] != '\n' || s.pos == s.end && s.err != nil) {
		s.base.returned()
		s.ret = false
	}
	return s.base
}

// returned begins a line behind a carriage return alone.
func (b *base) returned() { b.Line, b.Column, b.ByteColumn, b.returns = b.Line+1, 1, 1, true }

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
