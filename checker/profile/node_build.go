package profile

import "strings"

// NewNode returns a value that has no location.
func NewNode(kind Kind, key, text string) *Node {
	return &Node{Kind: kind, Key: key, text: text, start: -1, keyStart: -1}
}

// NewUnknown returns a value that is set, while nothing else is known of it.
func NewUnknown(key string) *Node {
	n := NewNode(Template, key, "")
	n.unrendered = true
	return n
}

// SetChildren makes the nodes the children of a dictionary or array, in this
// order. They may have been elsewhere before.
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

// Detach takes a node out of its tree.
func (n *Node) Detach() { n.parent, n.next, n.index = nil, nil, 0 }

// As returns a value of another kind, key, and text at the location of n, without
// children. Of kind Template it is Unrendered.
func (n *Node) As(kind Kind, key, text string) *Node {
	c := *n
	c.Kind, c.Key, c.text, c.unrendered, c.plain = kind, key, text, kind == Template, false
	c.parent, c.next, c.first, c.last, c.size, c.lookup = nil, nil, nil, nil, 0, nil
	return &c
}

// Retype gives a string the kind that was lost when it was written, if its text
// is a value of that kind: an integer or a boolean.
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
			n.Kind, n.text = Boolean, "true"
		case "0", "false", "no":
			n.Kind, n.text = Boolean, "false"
		}
	}
}

// Index is the position of the value among its parent's, counted from 0.
func (n *Node) Index() int { return int(n.index) }
