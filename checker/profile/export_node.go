package profile

import "slices"

// restoreTypes gives the settings of a SCEP payload the types they have in a
// profile, as far as their texts allow it.
func restoreTypes(content *Node) {
	for _, k := range SCEPKeys {
		if n := content.Get(k.Name); n != nil {
			n.Retype(k.Kind)
		}
	}
}

// children returns the values of a dictionary or array, to be put elsewhere.
func children(n *Node) []*Node { return slices.Collect(n.Children()) }
