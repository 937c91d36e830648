package plist

import (
	"encoding/base64"
	"iter"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/template"
)

// Kind is the type of a value in a property list.
type Kind uint8

// The kinds of values. Template stands for template text instead of a whole
// value, whose kind is known only when it is rendered.
const (
	Template Kind = iota
	Dict
	Array
	String
	Integer
	Real
	Boolean
	Date
	Data
	Null // only in JSON; no setting may be null
)

var kindNames = [...]string{"template text", "dict", "array", "string", "integer", "real", "boolean", "date", "data", "null"}

// String returns the name in Apple's documents.
func (k Kind) String() string { return kindNames[k] }

// Node is one value of a property list, with its key if it is in a dictionary.
// All methods accept a nil receiver. The nodes of a profile are for one
// goroutine at a time.
type Node struct {
	Kind Kind
	Key  string // decoded; "" outside a dictionary
	next *Node  // beside the key, for a look-up reads both of each value

	text                string // decoded text of a string, the trimmed text of other scalars
	parent, first, last *Node

	start, open, end     int32 // the element, and the end of its start tag
	keyStart, keyEnd     int32
	size, index          int32            // number of children; index in the parent
	lookup               map[string]*Node // of a large dictionary, built on first use
	unrendered           bool             // template text where only a literal parses, or a literal that does not
	broken               bool             // a literal that does not parse, see Broken
	templated, alternate bool
	noVariables          bool // the text, or no text in a dictionary or array, contains a template variable
	asWritten            bool // the text is what stands after the start tag
	noDuplicateKeys      bool // no dictionary in or under the value has duplicate keys
}

// Span returns the location of the value: its whole element.
func (n *Node) Span() Span {
	if n == nil || n.start < 0 {
		return NoSpan
	}
	return Span{int(n.start), int(n.end)}
}

// OpenSpan returns the location of the value's start tag.
func (n *Node) OpenSpan() Span {
	if n == nil || n.start < 0 {
		return NoSpan
	}
	return Span{int(n.start), int(n.open)}
}

// KeySpan returns the location of the value's <key> element; that of the value
// if it has none.
func (n *Node) KeySpan() Span {
	if n == nil || n.keyStart < 0 || n.keyEnd == 0 {
		return n.Span()
	}
	return Span{int(n.keyStart), int(n.keyEnd)}
}

// Is reports whether the value is of one of the kinds.
func (n *Node) Is(kinds ...Kind) bool {
	if n != nil {
		for _, k := range kinds {
			if n.Kind == k {
				return true
			}
		}
	}
	return false
}

// Parent returns the dictionary or array that contains the value, nil for the
// root.
func (n *Node) Parent() *Node {
	if n == nil {
		return nil
	}
	return n.parent
}

// Len returns the number of values in a dictionary or array, including
// duplicates.
func (n *Node) Len() int {
	if n == nil {
		return 0
	}
	return int(n.size)
}

// Count returns the number of values in and under the value, including itself,
// or a number above most if there are more.
func (n *Node) Count(most int) int {
	if n == nil {
		return 0
	}
	count := 1
	for c := n.first; c != nil && count <= most; c = c.next {
		count += c.Count(most - count)
	}
	return count
}

// Children yields the values of a dictionary or array in file order, including
// duplicates.
func (n *Node) Children() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if n == nil {
			return
		}
		for c := n.first; c != nil; c = c.next {
			if !yield(c) {
				return
			}
		}
	}
}

// FirstChild returns the first value of a dictionary or array, or nil. With NextSibling it
// does what Children does, where a loop is too long for the compiler to inline Children.
func (n *Node) FirstChild() *Node {
	if n == nil {
		return nil
	}
	return n.first
}

// NextSibling returns the value after this one in its dictionary or array, or nil.
func (n *Node) NextSibling() *Node { return n.next }

// Get returns a dictionary's value for a key, or nil; the last one if the key is
// a duplicate.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Dict {
		return nil
	}
	if n.size > maxUnindexed {
		return n.indexed(key)
	}
	var found *Node
	for c := n.first; c != nil; c = c.next {
		if c.Key == key {
			if n.noDuplicateKeys {
				return c
			}
			found = c
		}
	}
	return found
}

// maxUnindexed is how many values a dictionary has before its keys are indexed.
const maxUnindexed = 64

func (n *Node) indexed(key string) *Node {
	if n.lookup == nil {
		n.lookup = make(map[string]*Node, n.size)
		for c := n.first; c != nil; c = c.next {
			n.lookup[c.Key] = c
		}
	}
	return n.lookup[key]
}

// At follows a path of keys (string) and indices (int) and returns nil where
// it leads nowhere.
func (n *Node) At(path ...any) *Node {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			n = n.Get(step)
		case int:
			n = n.child(step)
		default:
			return nil
		}
	}
	return n
}

func (n *Node) child(i int) *Node {
	if n == nil || n.Kind != Array || i < 0 || i >= int(n.size) {
		return nil
	}
	c := n.first
	for ; i > 0; i-- {
		c = c.next
	}
	return c
}

// Path returns the keys (string) and indices (int) from the root to the value.
func (n *Node) Path() []any {
	depth := 0
	for p := n; p != nil && p.parent != nil; p = p.parent {
		depth++
	}
	path := make([]any, depth)
	for p := n; p != nil && p.parent != nil; p = p.parent {
		depth--
		if p.parent.Kind == Dict {
			path[depth] = p.Key
		} else {
			path[depth] = int(p.index)
		}
	}
	return path
}

// Text returns the text of a scalar as it is written, with entities and line
// endings resolved; "" for a dictionary or array.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// Str returns the value of a string.
func (n *Node) Str() (string, bool) {
	if !n.Is(String) {
		return "", false
	}
	return n.text, true
}

// Int returns the value of an integer that fits in 64 bits with a sign, or else
// the nearest number that does.
func (n *Node) Int() (int64, bool) {
	if !n.Is(Integer) || n.unrendered {
		return 0, false
	}
	v, neg, ok := parseInteger(n.text)
	if !ok {
		return 0, false
	}
	const most = 1<<63 - 1
	if neg {
		return -int64(min(v-1, most)) - 1, true // -(v-1)-1 reaches the least value without overflow
	}
	return int64(min(v, most)), true
}

// Float returns the value of a real.
func (n *Node) Float() (float64, bool) {
	if !n.Is(Real) || n.unrendered {
		return 0, false
	}
	f, ok := parseReal(n.text)
	return f, ok
}

// Bool returns the value of a boolean.
func (n *Node) Bool() (value, ok bool) {
	if !n.Is(Boolean) {
		return false, false
	}
	return n.text == "true", true
}

// Time returns the value of a date, in UTC.
func (n *Node) Time() (time.Time, bool) {
	if !n.Is(Date) || n.unrendered {
		return time.Time{}, false
	}
	return parseDate(n.text)
}

// Bytes returns the value of data, decoded. Characters outside the Base64
// alphabet are skipped, as in Apple's reader.
func (n *Node) Bytes() ([]byte, bool) {
	if !n.Is(Data) || n.unrendered {
		return nil, false
	}
	packed := make([]byte, 0, len(n.text))
	for i := 0; i < len(n.text); i++ {
		if c := n.text[i]; base64Class[c] == 0 {
			packed = append(packed, c)
		}
	}
	if len(packed)%4 == 1 {
		packed = packed[:len(packed)-1] // fewer bits than a byte has
	}
	b := make([]byte, base64.RawStdEncoding.DecodedLen(len(packed)))
	size, err := base64.RawStdEncoding.Decode(b, packed)
	return b[:size], err == nil
}

// Broken reports whether the value is a literal that does not parse: it is in
// Faults or Placeholders of the source.
func (n *Node) Broken() bool { return n != nil && n.broken }

// Unrendered reports whether the value is template text where only a literal
// parses, or Broken: its rendered value is not known.
func (n *Node) Unrendered() bool { return n != nil && n.unrendered }

// AsWritten reports whether the text of a value is, byte by byte, what stands between its
// tags. It may be false if it is.
func (n *Node) AsWritten() bool { return n != nil && n.asWritten }

// NoVariables reports whether neither the text of the value nor those of the
// values under it contain template text. It may be false if they do not.
func (n *Node) NoVariables() bool { return n == nil || n.noVariables }

// NoDuplicateKeys reports whether no dictionary in or under the value has
// duplicate keys, as far as the reader has checked. It may be false if there are
// none.
func (n *Node) NoDuplicateKeys() bool { return n != nil && n.noDuplicateKeys }

// Templated reports whether template text stands between the values of a
// dictionary or array, so that more or fewer values may be rendered.
func (n *Node) Templated() bool { return n != nil && n.templated }

// Variables finds the template variables of a value's text.
func (n *Node) Variables() []template.Variable {
	if n == nil || n.noVariables {
		return nil
	}
	found := template.Variables(n.text)
	n.rememberVariable(len(found) > 0)
	return found
}

// HasVariable reports whether a value's text contains a template variable.
func (n *Node) HasVariable() bool {
	if n == nil || n.noVariables {
		return false
	}
	has := template.HasVariable(n.text)
	n.rememberVariable(has)
	return has
}

// rememberVariable records what was found in the text of a value, since many
// callers ask. For a dictionary or array the record would be about what is in
// it, too, and template text does not change, however long it is.
func (n *Node) rememberVariable(variable bool) {
	if !n.Is(Dict, Array, Template) && !n.unrendered {
		n.noVariables = !variable
	}
}

// NewNode returns a value that has no location.
func NewNode(kind Kind, key, text string) *Node {
	return &Node{Kind: kind, Key: key, text: text, start: -1, keyStart: -1}
}

// NewUnknown returns a value that is set, but otherwise unknown.
func NewUnknown(key string) *Node {
	n := NewNode(Template, key, "")
	n.unrendered = true
	return n
}

// SetChildren makes the nodes the children of a dictionary or array, in this
// order. They may have had another parent before.
func (n *Node) SetChildren(children ...*Node) {
	n.first, n.last, n.size, n.lookup = nil, nil, 0, nil
	for _, c := range children {
		n.appendChild(c)
	}
}

func (n *Node) appendChild(c *Node) {
	c.parent, c.next, c.index = n, nil, n.size
	if n.last == nil {
		n.first = c
	} else {
		n.last.next = c
	}
	n.last = c
	n.size++
}

// Detach removes a node from its tree.
func (n *Node) Detach() { n.parent, n.next, n.index = nil, nil, 0 }

// As returns a value of another kind, key, and text at the location of n, without
// children. Of kind Template it is Unrendered.
func (n *Node) As(kind Kind, key, text string) *Node {
	c := *n
	c.Kind, c.Key, c.text, c.unrendered, c.noVariables, c.asWritten = kind, key, text, kind == Template, false, false
	c.parent, c.next, c.first, c.last, c.size, c.lookup = nil, nil, nil, nil, 0, nil
	return &c
}

// Retype gives a string the kind that was lost when it was written, if its text
// is an integer or a boolean of that kind.
func (n *Node) Retype(kind Kind) {
	if !n.Is(String) {
		return
	}
	switch kind {
	case Integer:
		if _, _, ok := parseInteger(n.text); ok {
			n.Kind = Integer
		}
	case Boolean:
		switch strings.ToLower(n.text) {
		case "1", "true", "yes":
			n.Kind, n.text, n.asWritten = Boolean, "true", false
		case "0", "false", "no":
			n.Kind, n.text, n.asWritten = Boolean, "false", false
		}
	}
}

// Index returns the index of the value in its parent, counted from 0.
func (n *Node) Index() int { return int(n.index) }
