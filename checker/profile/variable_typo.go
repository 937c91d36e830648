package profile

import "strings"

// typo gives the product with a documented variable that differs from a variable in a
// letter or two, and the name of that; nil if there is none. Names that begin with one
// another, or differ in digits or in how their words are separated, are those of build
// tools as well.
func (v Variable) typo() (product *Product, nearest string) {
	const shortest, longest = 5, 40
	marks := 0 // around the name
	switch v.Syntax {
	case SyntaxDollar:
		marks = 1
	case SyntaxPercent, SyntaxBrace:
		marks = 2
	case SyntaxDoubleBrace:
		marks = 4
	}
	if marks == 0 || v.End-v.Start != len(v.Name)+marks || len(v.Name) < shortest || len(v.Name) > longest || strings.ContainsAny(v.Name, ".,:") || v.Documented() {
		return nil, ""
	}
	name := FoldName(v.Name)
	best := 3
	for _, p := range Products {
		if p.Syntax != v.Syntax {
			continue
		}
		for _, names := range [][]string{p.Documented, p.Others} {
			for _, known := range names {
				folded := FoldName(known)
				most := 1
				if len(folded) >= 9 {
					most = 2
				}
				if difference := len(folded) - len(name); difference > most || difference < -most || opened(known) || len(folded) < shortest || strings.HasPrefix(name, folded) || strings.HasPrefix(folded, name) || lettersOf(name) == lettersOf(folded) {
					continue
				}
				far := Distance(name, folded)
				if !p.Fold {
					far = Distance(squeezed.Replace(v.Name), squeezed.Replace(known))
				}
				if far <= most && far < best {
					product, nearest, best = p, known, far
				}
			}
		}
	}
	return product, nearest
}

// squeezed drops what separates the words of a name.
var squeezed = strings.NewReplacer("_", "", "-", "")

// lettersOf drops the digits of a name.
func lettersOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, name)
}
