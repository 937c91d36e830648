package profile

import "strings"

// newNode makes a value that has no place.
func newNode(kind Kind, key, text string) *Node {
	return &Node{Kind: kind, Key: key, text: text, start: -1, keyStart: -1}
}

// restoreTypes gives the settings of a SCEP payload the types they have in a
// profile, as far as their texts allow it.
func restoreTypes(content *Node) {
	for _, k := range SCEPKeys {
		n := content.Get(k.Name)
		if !n.Is(String) {
			continue
		}
		switch k.Kind {
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
}

// unknownNode stands for a value that is there, while nothing is known of it.
func unknownNode(key string) *Node {
	n := newNode(Template, key, "")
	n.unrendered = true
	return n
}

// hang makes the nodes the children of a dict or array, in this order. They may
// have been elsewhere before.
func (n *Node) hang(children ...*Node) {
	n.first, n.last, n.size, n.lookup = nil, nil, 0, nil
	for _, c := range children {
		c.parent, c.next, c.index = n, nil, n.size
		if n.last == nil {
			n.first = c
		} else {
			n.last.next = c
		}
		n.last = c
		n.size++
	}
}

// renamed is a copy of a value, without what is in it, under another key.
func (n *Node) renamed(key string) *Node {
	c := *n
	c.Key, c.parent, c.next, c.first, c.last, c.size, c.lookup = key, nil, nil, nil, nil, 0, nil
	return &c
}

// list gives the values of a dict or array, for them to be hung elsewhere.
func (n *Node) list() []*Node {
	list := make([]*Node, 0, n.Len())
	for c := range n.Children() {
		list = append(list, c)
	}
	return list
}
