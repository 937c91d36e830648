package profile

import (
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// Attribute is one [type, value] pair of a Subject.
type Attribute struct {
	Pair        *plist.Node // the array of type and value
	Type, Value *plist.Node // strings
	RDN         int         // which relative distinguished name it belongs to
}

// Subject is the X.500 name of the requested certificate.
type Subject struct {
	Node       *plist.Node
	Attributes []Attribute   // of the well-formed pairs
	RDNs       []*plist.Node // the relative distinguished names: arrays of pairs
	Malformed  []*plist.Node // what is not an array of arrays of pairs of strings
	Variable   bool          // template text instead of the name or a part of its structure
}

func newSubject(n *plist.Node) Subject {
	s := Subject{Node: n}
	if n == nil {
		return s
	}
	s.Variable = n.Unrendered() || n.Templated() || n.Kind == plist.String && template.IsVariable(n.Text())
	if n.Kind != plist.Array || flat(n) {
		if !s.Variable {
			s.Malformed = append(s.Malformed, n)
		}
		return s
	}
	s.RDNs, s.Attributes = make([]*plist.Node, 0, min(n.Len(), 16)), make([]Attribute, 0, min(n.Len(), 16))
	for rdn := range n.Children() {
		if s.skip(rdn) {
			continue
		}
		if rdn.Kind != plist.Array || rdn.Len() == 0 && !rdn.Templated() || flat(rdn) {
			s.Malformed = append(s.Malformed, rdn)
			continue
		}
		s.RDNs = append(s.RDNs, rdn)
		for pair := range rdn.Children() {
			if s.skip(pair) {
				continue
			}
			key, value := pair.At(0), pair.At(1)
			if pair.Kind != plist.Array || pair.Len() != 2 || !key.Is(plist.String, plist.Template) || !value.Is(plist.String, plist.Template) {
				if pair.Templated() || pair.Kind == plist.Array && pair.Len() == 1 && s.skip(key) {
					s.Variable = true
				} else {
					s.Malformed = append(s.Malformed, pair)
				}
				continue
			}
			s.Attributes = append(s.Attributes, Attribute{pair, key, value, len(s.RDNs) - 1})
		}
	}
	return s
}

// flat reports whether there are strings instead of arrays: a level of the name
// or an RDN is missing. Strings that are all variables do not show the levels.
func flat(n *plist.Node) bool {
	literal := false
	for c := range n.Children() {
		if c.Kind != plist.String && c.Kind != plist.Template {
			return false
		}
		literal = literal || c.Kind == plist.String && !template.IsVariable(c.Text())
	}
	return literal && !n.Templated()
}

// skip skips template text in the structure of the name.
func (s *Subject) skip(n *plist.Node) bool {
	s.Variable = s.Variable || n.Unrendered() || n.Templated() || n.Kind == plist.String && template.IsVariable(n.Text())
	return n.Unrendered() || n.Kind == plist.String && template.IsVariable(n.Text())
}

// IsCommonName reports whether an attribute type is that of the common name, in
// any spelling.
func (a Attribute) IsCommonName() bool {
	switch a.Type.Text() {
	case "CN":
		return true
	case "C", "ST", "L", "O", "OU":
		return false
	}
	t := strings.ToLower(strings.TrimSpace(a.Type.Text()))
	return t == "cn" || t == "commonname" || strings.TrimPrefix(t, "oid.") == "2.5.4.3"
}

// attributeTypes are the object identifiers of attribute types with their
// usual names. Devices know those of the first six by name: C, ST, L, O, OU, CN.
var attributeTypes = []struct{ name, oid string }{
	{"C", "2.5.4.6"},
	{"ST", "2.5.4.8"},
	{"L", "2.5.4.7"},
	{"O", "2.5.4.10"},
	{"OU", "2.5.4.11"},
	{"CN", "2.5.4.3"},
	{"emailAddress", "1.2.840.113549.1.9.1"},
	{"DC", "0.9.2342.19200300.100.1.25"},
	{"UID", "0.9.2342.19200300.100.1.1"},
	{"serialNumber", "2.5.4.5"},
	{"SN", "2.5.4.4"},
	{"GN", "2.5.4.42"},
	{"title", "2.5.4.12"},
	{"street", "2.5.4.9"},
	{"postalCode", "2.5.4.17"},
}

// Names returns the usual name of the attribute type and its object identifier,
// as a device reads it; "" if they are not known. A device knows six types by
// name, case-sensitively, and the others by their digits.
func (a Attribute) Names() (name, oid string) {
	const known = 6
	text := a.Type.Text()
	for i, t := range attributeTypes {
		if i < known && text == t.name || text == t.oid {
			return t.name, t.oid
		}
	}
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return "", ""
	}
	return "", text
}
