package profile

import (
	"bytes"
	"io"
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
	general string // in JSON of Jamf Pro, if it is what the key general holds: the key of the object around it, or "?"
	returns bool   // carriage returns alone end some of the lines before
}

// part is an entry that begins at a place.
func (l *List) part(at origin, root, general string) *Part {
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

func (p *Part) origin() *Origin {
	return &Origin{Base: Position{Line: int(p.line), Column: int(p.column), ByteColumn: int(p.byteColumn), Offset: int(p.At)}, Returns: p.common.returns}
}

// fault says what is wrong with an export.
type fault struct {
	message string
	hint    string
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
		if part, err := probe.cut(); err != nil || part.common.general != "" || part.fault != nil {
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
	src := &document{Source: newSource(name, text)}
	src.Origin = part.origin()
	kind, root := part.common.kind, part.common.root
	if f := part.fault; f != nil {
		if root == "" {
			src.Form = FormJSON
		}
		src.Text = nil
		err := src.Errorf("%s", f.message)
		err.Span, err.Hint = Span{0, 0}, f.hint
		return []*Profile{{Source: src.Source, Err: err, Export: &Export{Kind: kind}}}
	}
	if root != "" {
		return src.jamfWithin([]string{root})
	}
	doc, value, err := src.readExportJSON()
	var list []*Profile
	switch {
	case value == nil:
	case part.common.general != "":
		value.Key = "general"
		around := NewNode(Dict, part.common.general, "")
		around.SetChildren(value)
		list = doc.jamfObjects(around)
	case kind == ExportJamf:
		list = doc.jamfObjects(value)
	default:
		list, _ = doc.intuneEntries(value, []*Node{value})
	}
	if kind == ExportJamf { // nothing of its values is in those of the profiles
		doc.Release()
	}
	if err != nil {
		list = append(list, &Profile{Source: doc.Source, Err: err, Export: &Export{Kind: kind}})
	}
	return list
}
