// Package plist parses property lists, XML, binary, OpenStep, and JSON, into a tree
// of values that know their bytes.
package plist

import (
	"bytes"
	"fmt"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// Span is a range of bytes of a Source's text, from Start up to but not
// including End. Both are -1 if the document has no text to point at, such as a
// binary property list.
type Span struct{ Start, End int }

// NoSpan is the location of a value for which the source has no text.
var NoSpan = Span{-1, -1}

// Valid reports whether the span points at text.
func (s Span) Valid() bool { return s.Start >= 0 }

// Position is a location for people and editors.
type Position struct {
	Line   int // counted from 1
	Column int // in Unicode characters, counted from 1
	Offset int // in bytes of the file, counted from 0

	ByteColumn int // the column in bytes of UTF-8, counted from 1
}

// Form is the format of a property list.
type Form uint8

// The formats of documents.
const (
	FormXML Form = iota
	FormBinary
	FormJSON // of declarations
)

// Source is one document: its text in UTF-8, and how it was stored.
type Source struct {
	Name           string // as in messages
	Text           []byte // UTF-8; the signed content, for a signed document
	Form           Form
	Signatures     int             // how many CMS messages are around the text
	Encoding       Encoding        // of an XML document
	Leading        Span            // bytes between the start and the XML declaration, if any
	Comments       []Span          // XML comments that are directives of this tool or look like ones, in order
	Templates      []Span          // template text outside values, in order
	Unrendered     bool            // some value is template text
	Inside         bool            // the document is in an archive or a stream; set by its reader
	Duplicates     []string        // duplicate keys of the dictionaries of a binary property list
	CompatWarnings []CompatWarning // what readers differ on
	Placeholders   []*Node         // values whose placeholder text breaks the syntax

	// Faults are syntax errors after which parsing continued: the values around them
	// are known.
	Faults []*SyntaxError

	Origin    *Origin // where the text is in a larger document; nil if it is a document itself
	Rewritten bool    // profiles of the document have the locations of what they were made from

	lines          *lineIndex  // built on first use, since most documents never have a finding
	feeds          int         // line feeds, and one
	last           [2]Position // the last ones asked for, their offsets those of Text
	counted, units int         // characters of the file, up to an offset of Text
	chunks         [][]Node    // where the nodes lie
}

// Editable reports whether an edit of Text can be written back to the file, and
// if not, why.
func (s *Source) Editable() (bool, string) {
	switch {
	case s.Inside:
		return false, "it lies in an archive or a stream; fix the profile at its source"
	case s.Origin != nil && s.Origin.Outer != nil, s.Rewritten:
		return false, "it is what another system wrote; fix the profile at its source"
	case s.Signatures > 0:
		return false, "it is signed, and an edit would break the signature; fix the profile it was made from, and sign it again"
	case s.Form == FormBinary:
		return false, "it is a binary property list; convert it to XML first"
	case s.Form == FormJSON:
		return false, "it is JSON, which fixes are not made for; fix it by hand"
	case s.Encoding.Decoded():
		return false, fmt.Sprintf("it is encoded in %s; save it as UTF-8 first", s.Encoding.Name)
	}
	return true, ""
}

// IsJSON reports whether the document is JSON.
func (s *Source) IsJSON() bool { return s.Form == FormJSON }

// Textual reports whether the document is text, in which values have locations.
// A profile in another document in Base64 has none there.
func (s *Source) Textual() bool {
	return s.Form != FormBinary && (s.Origin == nil || s.Origin.Outer == nil || s.Origin.At.Valid())
}

// ResemblesPlist reports whether the text looks like an XML property list. In
// other texts it is not known what is secret.
func (s *Source) ResemblesPlist() bool {
	return s.Form == FormXML && bytes.Contains(s.Text, []byte("<plist"))
}

func (s *Source) index() *lineIndex {
	if s.lines == nil {
		s.lines = newLineIndex(s.Text)
	}
	return s.lines
}

// LineAt returns the line, counted from 1, that contains an offset.
func (s *Source) LineAt(offset int) int {
	line, _ := s.index().at(min(max(offset, 0), len(s.Text)))
	return line
}

// LineOfFile returns the line of the file, counted from 1, that contains an
// offset of Text: that of LineAt, unless the text is in another document.
func (s *Source) LineOfFile(offset int) int {
	switch o := s.Origin; {
	case o == nil, o.Outer != nil && !o.At.Valid():
		return s.LineAt(offset)
	case o.Outer != nil:
		return o.Outer.LineOfFile(o.offset(offset))
	default:
		return s.LineAt(offset) + o.Base.Line - 1
	}
}

// LinesOfFile reports whether lines have the same numbers as in other programs
// that read the file: not inside a signature, nor if carriage returns alone end
// some of them.
func (s *Source) LinesOfFile() bool {
	if o := s.Origin; o != nil && o.Outer != nil {
		return o.At.Valid() && o.Outer.LinesOfFile()
	}
	if s.feeds == 0 {
		s.feeds = 1 + bytes.Count(s.Text, []byte("\n"))
	}
	return s.Signatures == 0 && s.index().lines == s.feeds && (s.Origin == nil || !s.Origin.Returns)
}

// Position turns an offset of Text into line, column, and offset of the file. A
// Source is used by one goroutine at a time. The text of a profile that was
// extracted from another document has its locations there.
func (s *Source) Position(offset int) Position {
	offset = min(max(offset, 0), len(s.Text))
	if o := s.Origin; o != nil && o.Outer != nil && o.At.Valid() {
		return o.Outer.Position(o.offset(offset))
	}
	line, start := s.index().at(offset)
	if line == 1 && bytes.HasPrefix(s.Text, []byte(ByteOrderMark)) {
		start = min(offset, len(ByteOrderMark)) // the mark is no character of the first line
	}
	// Findings come in order, each with its two ends and then its edits, and a
	// document may be one long line: count from the nearest of the last places
	// asked for.
	from, column := start, 1
	for _, last := range s.last {
		if last.Line == line && last.Offset >= start && max(last.Offset-offset, offset-last.Offset) < offset-from {
			from, column = last.Offset, last.Column
			if from > offset {
				column -= utf8.RuneCount(s.Text[offset:from])
				from = offset
			}
		}
	}
	column += utf8.RuneCount(s.Text[from:offset])
	s.last[0], s.last[1] = s.last[1], Position{Line: line, Column: column, Offset: offset}
	return s.Origin.position(Position{Line: line, Column: column, Offset: s.fileOffset(offset), ByteColumn: offset - start + 1})
}

// fileOffset turns an offset of decoded text into one of the file.
func (s *Source) fileOffset(offset int) int {
	width := s.Encoding.width
	if width == 0 {
		return offset
	}
	switch {
	case s.counted <= offset:
		s.units += codeUnits(s.Text[s.counted:offset], width)
	case s.counted-offset < offset:
		s.units -= codeUnits(s.Text[offset:s.counted], width)
	default:
		s.units = codeUnits(s.Text[:offset], width)
	}
	s.counted = offset
	if s.Encoding.Mark {
		return (s.units + 1) * width
	}
	return s.units * width
}

// codeUnits counts what a text takes in an encoding of bytes, or of UTF-16.
func codeUnits(text []byte, width int) int {
	n := utf8.RuneCount(text)
	if width == 2 {
		for _, c := range text {
			if c >= 0xf0 { // the first byte of a character that takes two
				n++
			}
		}
	}
	return n
}

// Line returns the span of a line's text, counted from 1, without its line
// ending.
func (s *Source) Line(number int) Span {
	if number < 1 || number > s.index().lines {
		return NoSpan
	}
	start, end := s.index().start(number), s.index().start(number+1)
	for end > start && (s.Text[end-1] == '\n' || s.Text[end-1] == '\r') {
		end--
	}
	return Span{start, end}
}

// SyntaxError says why a document is not a property list, and where.
type SyntaxError struct {
	Source   *Source
	Span     Span
	Message  string // the problem
	Help     string // what to do, in one imperative; "" for the general advice
	Template bool   // template text makes the structure unreadable here

	Unquoted string // the message without quotations of the document; "" if it has none
}

// WithHelp sets the help, and returns the error. Help quotes nothing of the
// document.
func (e *SyntaxError) WithHelp(format string, args ...any) *SyntaxError {
	e.Help = fmt.Sprintf(format, args...)
	return e
}

// Prefix adds words before the message.
func (e *SyntaxError) Prefix(words string) {
	e.Message = words + e.Message
	if e.Unquoted != "" {
		e.Unquoted = words + e.Unquoted
	}
}

// Error returns the location, the message, and the help on one line. Quotations of
// the document may be secret, and are masked.
func (e *SyntaxError) Error() string {
	message := e.Message
	if e.Unquoted != "" {
		message = e.Unquoted
	}
	if e.Help != "" {
		message += "; " + e.Help
	}
	if !e.Span.Valid() {
		return fmt.Sprintf("%s: %s", e.Source.Name, message)
	}
	p := e.Source.Position(e.Span.Start)
	return fmt.Sprintf("%s:%d:%d: %s", e.Source.Name, p.Line, p.Column, message)
}

// Errorf returns a SyntaxError about the document as a whole.
func (s *Source) Errorf(format string, args ...any) *SyntaxError {
	return &SyntaxError{Source: s, Span: NoSpan, Message: fmt.Sprintf(format, args...)}
}

// Mask replaces text that is not shown. It does not reveal the length of the
// text.
const Mask = "********"

// NewSource returns the source of a document.
func NewSource(name string, text []byte) *Source {
	return &Source{Name: name, Text: text, Leading: NoSpan, Encoding: Encoding{Name: "UTF-8", Span: NoSpan}}
}

// String returns Text without copying it. Text must not be changed afterwards.
func (s *Source) String() string { return unsafeString(s.Text) }

// unsafeString returns the bytes as a string without copying them: the readers
// cut every text of the tree from it, and nothing writes to the bytes. For the
// 200 documents of BenchmarkParse that saves 2.6 MB, a copy of each.
func unsafeString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// chunks are blocks of nodes for reuse: BenchmarkParse/kept takes 6.8 ms and
// 6.7 MB, BenchmarkParse/released 3.2 ms and 0.1 MB.
var chunks sync.Pool

func newChunk(size int) []Node {
	if c, ok := chunks.Get().(*[]Node); ok {
		return *c
	}
	return make([]Node, 0, size)
}

// Release returns the memory of the nodes for use by other documents. No node of
// the document may be used afterwards.
func (s *Source) Release() {
	for _, c := range s.chunks {
		clear(c)
		c = c[:0]
		chunks.Put(&c)
	}
	s.chunks = nil
}

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
