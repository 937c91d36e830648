package export

import (
	"bytes"
	"io"

	"github.com/sceplint/sceplint/checker/plist"
)

// Entry is a piece of an export that lists profiles: one entry of the list, or
// an error in the list at a location. It is read without the rest. It is small,
// since there may be very many.
type Entry struct {
	At   int64 // the range of the export that is its text
	Size int32

	line               int32
	column, byteColumn int64
	common             *entryContext
	fault              *fault
}

// entryContext is what the entries of a list have in common.
type entryContext struct {
	system  system
	root    string // the element around it, in XML; "" for JSON
	general string // in JSON of Jamf Pro, if it is what the key general holds: the key of the object around it, or "?"
	returns bool   // carriage returns alone end some of the lines before
}

// newEntry returns an entry that begins at a location.
func (l *EntryReader) newEntry(at origin, root, general string) *Entry {
	if now := (entryContext{l.system, root, general, at.returns}); l.common == nil || *l.common != now {
		l.common = &now
	}
	return &Entry{At: int64(at.Offset), line: int32(at.Line), column: int64(at.Column), byteColumn: int64(at.ByteColumn), common: l.common}
}

// end sets the size of the entry.
func (p *Entry) end(at int64) {
	if at-p.At > plist.MaxSize {
		p.fault = &fault{message: "export entry is larger than 256 MiB and was not read", help: "export the entry on its own, or split it"}
		return
	}
	p.Size = int32(at - p.At)
}

func (p *Entry) origin() *plist.Origin {
	return &plist.Origin{Base: plist.Position{Line: int(p.line), Column: int(p.column), ByteColumn: int(p.byteColumn), Offset: int(p.At)}, Returns: p.common.returns}
}

// fault says what is wrong with an export.
type fault struct {
	message string
	help    string
}

// EntryReader splits an export that lists profiles into entries, so that it need
// not be in memory. It finds where entries end; ParseEntry reads them.
type EntryReader struct {
	*stream
	system system
	common *entryContext          // of the last entry
	next   func() (*Entry, error) // io.EOF at the end
	ended  bool
}

// HeadSize is how many bytes at the start of a document NewEntryReader needs.
const HeadSize = 64 << 10

// NewEntryReader returns a reader of the list in a document, nil if it is not an
// export with possibly many profiles: XML and JSON of Jamf Pro, and JSON of
// Microsoft Graph. Exports of a Mac are small. head is its first bytes, which r
// yields as well.
func NewEntryReader(head []byte, r io.Reader) *EntryReader {
	l := &EntryReader{stream: newStream(r)}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(plist.ByteOrderMark)), " \t\r\n")
	switch {
	case len(text) == 0:
		return nil
	case text[0] == '<':
		if !opensJamf(head) || declaresEncoding(head) {
			return nil
		}
		l.system = jamf
		l.next = (&xmlSplitter{EntryReader: l}).next
	case text[0] == '{', text[0] == '[':
		if l.system = systemOfJSON(head); l.system != jamf && l.system != intune {
			return nil
		}
		probe := &jsonSplitter{EntryReader: &EntryReader{stream: newStream(bytes.NewReader(head)), system: l.system}}
		if part, err := probe.next(); err != nil || part.common.general != "" || part.fault != nil {
			return nil // one configuration, or none that is near
		}
		l.next = (&jsonSplitter{EntryReader: l}).next
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

// Next returns the next entry; io.EOF at the end, and after an error that hides
// where the next entry begins.
func (l *EntryReader) Next() (*Entry, error) {
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
