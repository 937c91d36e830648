package profile

// Documented reports whether a product documents a variable of this name and syntax.
func (v Variable) Documented() bool {
	for _, p := range Products {
		if p.Syntax == v.Syntax && (lists(p.Documented, v.Name, p.Fold) || lists(p.Others, v.Name, p.Fold)) {
			return true
		}
	}
	return false
}
