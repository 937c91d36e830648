package plist

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"howett.net/plist"
)

const (
	// Kinds of object in a binary property list: the high half of a marker.
	markerInteger, markerReal, markerDate = 0x10, 0x20, 0x30
	markerData, markerASCII, markerUTF16  = 0x40, 0x50, 0x60
	markerUID, markerArray, markerDict    = 0x80, 0xa0, 0xd0

	binaryMagic   = "bplist00"
	trailerSize   = 32
	firstDate     = -63145526400 // 0000-01-01, in seconds since 2001
	lastDate      = 252423993599 // 9999-12-31
	damagedBinary = "corrupt binary property list: "
)

var objectNames = map[byte]string{
	markerInteger: "integer of %d bytes", markerReal: "real of %d bytes", markerDate: "date of %d bytes",
	markerData: "data of %d bytes", markerASCII: "string of %d bytes", markerUTF16: "string of %d UTF-16 units",
	markerArray: "array of %d elements", markerDict: "dictionary of %d entries",
}

var errBinaryDepth = fmt.Errorf("binary property list is nested more than %d deep", MaxDepth)

// decodeBinary decodes a binary property list and lists the duplicate keys of
// its dictionaries. The decoder trusts lengths and references, and a wrong one
// can end the process, so it only sees what checkBinary has accepted.
func decodeBinary(text []byte) (value any, duplicates []string, err error) {
	duplicates, err = checkBinary(text)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if recover() != nil || err != nil {
			value, duplicates, err = nil, nil, errors.New("binary property list cannot be decoded")
		}
	}()
	_, err = plist.Unmarshal(text, &value)
	return value, duplicates, err
}

// objectTable is where the trailer says the objects are.
type objectTable struct {
	text                  []byte
	end                   int // of the objects: the offset table begins here
	count, top            int
	offsetWidth, refWidth int
}

// readTrailer checks that the offset table fills the space between the objects
// and the trailer, and that every width fits its values.
func readTrailer(text []byte) (*objectTable, error) {
	if len(text) >= len(binaryMagic) && string(text[:len(binaryMagic)]) != binaryMagic {
		return nil, fmt.Errorf("unsupported binary property list %q; expected %q or XML", text[:len(binaryMagic)], binaryMagic)
	}
	size := len(text) - trailerSize
	if size < len(binaryMagic)+2 {
		return nil, fmt.Errorf(damagedBinary+"%d bytes do not hold an object and a trailer", len(text))
	}
	trailer := text[size:]
	t := &objectTable{text: text, offsetWidth: int(trailer[6]), refWidth: int(trailer[7])}
	count, top, end := sizedInt(trailer[8:16]), sizedInt(trailer[16:24]), sizedInt(trailer[24:])
	switch {
	case t.offsetWidth < 1 || t.offsetWidth > 8 || t.refWidth < 1 || t.refWidth > 7:
		return nil, fmt.Errorf(damagedBinary+"its trailer gives offsets of %d and references of %d bytes", t.offsetWidth, t.refWidth)
	case end <= uint64(len(binaryMagic)) || end >= uint64(size):
		return nil, fmt.Errorf(damagedBinary+"its trailer places the offset table at byte %d of %d", end, len(text))
	case count > end-uint64(len(binaryMagic)) || end+count*uint64(t.offsetWidth) != uint64(size) || top >= count:
		return nil, fmt.Errorf(damagedBinary+"its trailer declares an object count of %d, and object %d at the top", count, top)
	case count >= 1<<(8*t.refWidth) || t.offsetWidth < 8 && end >= 1<<(8*t.offsetWidth):
		return nil, errors.New(damagedBinary + "its offsets or references are too narrow for its size")
	case count > 2*maxNodes:
		return nil, fmt.Errorf("binary property list has more than %d objects", 2*maxNodes)
	}
	t.end, t.count, t.top = int(end), int(count), int(top)
	return t, nil
}

// sizedInt reads a big-endian integer of at most eight bytes.
func sizedInt(text []byte) (value uint64) {
	for _, b := range text {
		value = value<<8 | uint64(b)
	}
	return value
}

// binaryObject is one entry of the object table.
type binaryObject struct {
	kind     byte
	size     int // of marker, length and contents together
	contents []byte
}

// object reads the marker of an object and checks that all of the object is
// before the offset table.
func (t *objectTable) object(id int) (o binaryObject, err error) {
	entry := t.end + id*t.offsetWidth
	offset := sizedInt(t.text[entry : entry+t.offsetWidth])
	if offset < uint64(len(binaryMagic)) || offset >= uint64(t.end) {
		return o, fmt.Errorf("object %d is at byte %d, outside the objects of the file", id, offset)
	}
	marker, rest := t.text[offset], t.text[offset+1:t.end]
	kind, low := marker&0xf0, marker&0x0f
	count, width := uint64(low), 1
	switch {
	case marker == 0x08, marker == 0x09: // false, true
		count = 0
	case kind == markerInteger && low <= 4, kind == markerReal && low|1 == 3, marker == markerDate|3:
		count = 1 << low
	case kind == markerUID:
		return o, fmt.Errorf("object %d is the UID of a keyed archive; expected a profile", id)
	case kind < markerData || objectNames[kind] == "":
		return o, fmt.Errorf("object %d has the unsupported type 0x%02x", id, marker)
	case low == 0x0f:
		if len(rest) == 0 || rest[0]&^3 != markerInteger || len(rest) <= 1<<(rest[0]&3) {
			return o, fmt.Errorf("object %d has no readable length", id)
		}
		next := 1 + 1<<(rest[0]&3)
		count, rest = sizedInt(rest[1:next]), rest[next:]
	}
	switch kind {
	case markerUTF16:
		width = 2
	case markerArray:
		width = t.refWidth
	case markerDict:
		width = 2 * t.refWidth
	}
	if count > uint64(len(rest)/width) {
		return o, fmt.Errorf("object %d: "+objectNames[kind]+" runs past the end of the file", id, count)
	}
	contents := rest[:int(count)*width]
	return binaryObject{kind, t.end - len(rest) + len(contents) - int(offset), contents}, nil
}

// checkLeaf rejects a value that the decoder would alter.
func checkLeaf(id int, o binaryObject) error {
	switch {
	case o.kind == markerASCII && len(o.contents) > 0 && slices.Max(o.contents) >= 0x80:
		return fmt.Errorf("object %d: string marked as ASCII holds other characters", id)
	case o.kind == markerDate:
		if at := math.Float64frombits(sizedInt(o.contents)); !(at >= firstDate && at <= lastDate) { // nor NaN
			return fmt.Errorf("object %d: date is not within the years 0 to 9999", id)
		}
	case o.kind == markerInteger && len(o.contents) == 16:
		high, low := sizedInt(o.contents[:8]), sizedInt(o.contents[8:])
		if high != 0 && (high != math.MaxUint64 || low>>63 == 0) {
			return fmt.Errorf("object %d: integer does not fit in 64 bits", id)
		}
	}
	return nil
}

// text returns a string object the way the decoder does.
func (o binaryObject) text() string {
	if o.kind == markerASCII {
		return string(o.contents)
	}
	units := make([]uint16, len(o.contents)/2)
	for i := range units {
		units[i] = uint16(sizedInt(o.contents[2*i : 2*i+2]))
	}
	return string(utf16.Decode(units))
}

// objectTally is what the walk knows about an object it has seen. The sums count
// every reference to what is inside.
type objectTally struct {
	bytes  uint64 // of strings, keys and data
	values uint32 // itself and all values inside; 0 before it is seen
	depth  uint16 // containers inside one another, itself included
	open   bool   // its references are being followed
}

// openContainer is an array or dictionary whose references are being followed.
type openContainer struct {
	id     int
	refs   []byte // what is left of its references, keys first
	values int    // size of those that are not keys
}

// binaryWalk visits every object that the top object reaches, once.
type binaryWalk struct {
	*objectTable
	tallies    []objectTally
	stack      []openContainer
	size       int            // of the objects seen
	keys       map[string]int // to 1 + the last dictionary with such a key
	duplicates map[string]bool
}

// checkBinary rejects a binary property list that does not describe one tree of
// moderate size, and lists the duplicate keys of its dictionaries.
func checkBinary(text []byte) (duplicates []string, err error) {
	table, err := readTrailer(text)
	if err != nil {
		return nil, err
	}
	// Encoders write equal values once, so a sound file grows when its
	// references are followed; how far it may follows its size.
	maxValues, maxBytes := uint32(min(maxNodes, 1<<16+len(text))), 16<<20+2*uint64(len(text))
	w := binaryWalk{
		objectTable: table,
		tallies:     make([]objectTally, table.count),
		keys:        map[string]int{},
		duplicates:  map[string]bool{},
	}
	keyBytes := uint64(0) // of all dictionaries, so that comparing keys is bounded too
	for err = w.enter(table.top); len(w.stack) > 0 && err == nil; {
		c := &w.stack[len(w.stack)-1]
		outer := &w.tallies[c.id]
		if len(c.refs) == 0 {
			outer.open = false
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		ref := sizedInt(c.refs[:w.refWidth])
		if ref >= uint64(w.count) {
			return nil, fmt.Errorf("object %d refers to object %d of %d", c.id, ref, w.count)
		}
		inner := &w.tallies[ref]
		if inner.values == 0 {
			err = w.enter(int(ref)) // and come back to it once it is complete
			continue
		}
		outer.bytes += inner.bytes
		if len(c.refs) > c.values {
			keyBytes += inner.bytes
			err = w.key(c.id, int(ref))
		} else {
			outer.values += inner.values
			outer.depth = max(outer.depth, inner.depth+1)
		}
		switch {
		case err != nil:
		case inner.open:
			err = fmt.Errorf("object %d contains itself", ref)
		case outer.depth > MaxDepth:
			err = errBinaryDepth
		case outer.values > maxValues:
			err = fmt.Errorf("binary property list has more than %d values when its references are followed", maxValues)
		case outer.bytes > maxBytes, keyBytes > maxBytes:
			err = errors.New("binary property list has too much text when its references are followed")
		}
		c.refs = c.refs[w.refWidth:]
	}
	return slices.Sorted(maps.Keys(w.duplicates)), err
}

// enter checks one object by itself. Objects that share bytes are rejected: a
// small file could contain quadratically much that way.
func (w *binaryWalk) enter(id int) error {
	o, err := w.object(id)
	if err != nil {
		return err
	}
	if w.size += o.size; w.size > w.end-len(binaryMagic) {
		return errors.New("binary property list has objects that overlap one another")
	}
	if o.kind != markerArray && o.kind != markerDict {
		w.tallies[id] = objectTally{values: 1, bytes: uint64(len(o.contents))}
		return checkLeaf(id, o)
	}
	if len(w.stack) == MaxDepth {
		return errBinaryDepth
	}
	w.tallies[id] = objectTally{values: 1, depth: 1, open: true}
	values := len(o.contents)
	if o.kind == markerDict {
		values /= 2
	}
	w.stack = append(w.stack, openContainer{id, o.contents, values})
	return nil
}

// key records one key of a dictionary.
func (w *binaryWalk) key(dict, id int) error {
	o, err := w.object(id) // which enter has found sound
	if o.kind != markerASCII && o.kind != markerUTF16 {
		return fmt.Errorf("object %d has a key that is not a string", dict)
	}
	text := o.text()
	if w.keys[text] == dict+1 {
		w.duplicates[text] = true
	}
	w.keys[text] = dict + 1
	return err
}

// ParseBinary builds the tree of a binary property list. Its values have no
// location in a text; dictionaries are in the order of their keys.
func ParseBinary(s *Source) (*Node, *SyntaxError) {
	s.Form = FormBinary
	if len(s.Text) > maxBinary {
		return nil, s.Errorf("binary property list of %d bytes is too large; at most %d are read", len(s.Text), maxBinary).WithHelp("convert the file to XML")
	}
	value, duplicates, err := decodeBinary(s.Text)
	if err != nil {
		subject := ""
		if strings.HasPrefix(err.Error(), "object ") {
			subject = damagedBinary
		}
		return nil, s.Errorf("%s%v", subject, err).WithHelp(helpExport)
	}
	s.Duplicates = duplicates
	root, ok := nodeOf(value)
	if !ok {
		return nil, s.Errorf("binary property list contains a value of an unsupported type").WithHelp(helpExport)
	}
	return root, nil
}

// nodeOf turns a decoded value into a node. checkBinary, which runs before the
// decoder, bounds its depth.
func nodeOf(value any) (*Node, bool) {
	n := &Node{start: -1, keyStart: -1}
	switch v := value.(type) {
	case map[string]any:
		n.Kind = Dict
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if !n.appendValue(k, v[k]) {
				return nil, false
			}
		}
	case []any:
		n.Kind = Array
		for _, c := range v {
			if !n.appendValue("", c) {
				return nil, false
			}
		}
	case string:
		n.Kind, n.text = String, v
	case uint64:
		n.Kind, n.text = Integer, strconv.FormatUint(v, 10)
	case int64:
		n.Kind, n.text = Integer, strconv.FormatInt(v, 10)
	case float64:
		n.Kind, n.text = Real, formatReal(v, 64)
	case float32:
		n.Kind, n.text = Real, formatReal(float64(v), 32)
	case bool:
		n.Kind, n.text = Boolean, strconv.FormatBool(v)
	case time.Time:
		n.Kind, n.text = Date, v.UTC().Format(time.RFC3339)
	case []byte:
		n.Kind, n.text = Data, base64.StdEncoding.EncodeToString(v)
	default:
		return nil, false
	}
	return n, true
}

func (n *Node) appendValue(key string, value any) bool {
	c, ok := nodeOf(value)
	if !ok {
		return false
	}
	c.Key = key
	n.appendChild(c)
	return true
}

func formatReal(f float64, bits int) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, bits)
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}
