package policy

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// dependencies are what of the input a policy looks at. A policy is a function of
// them and of the data, which is the same for a whole run: where they are equal
// in two profiles, so is what it finds.
type dependencies struct {
	needs sections
	// Of the rows of input.scep and input.certificates, what is looked at: paths
	// such as keysize.value; nil for nothing, and all for a row as a whole.
	scep, certificates []string
	allSCEP            bool
	allCertificates    bool
	pure               bool // nothing else is looked at but targets and time

	scepFacts        []scepFact // of the paths
	certificateFacts []certificateFact
}

// collect adds what a compiled rule reads. A construct that it does not know
// counts as reading everything.
func (f *dependencies) collect(r *ast.Rule) {
	rows := rowVariables(r)
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		if e.IsCall() && strings.HasPrefix(e.OperatorTerm().String(), "internal.print") || len(e.With) > 0 {
			f.everything() // what is printed is to be printed each time
		}
		return false
	})
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Expr:
			variable, source := rowBinding(x)
			if variable == nil {
				return false
			}
			// It only gives a row its name, but how many rows there are may tell.
			f.row(rowSection(source.Value.(ast.Ref)), ast.Ref{term("index")})
			return true
		case ast.Ref:
			for _, step := range x[1:] {
				if hasInput(step, rows) {
					f.everything()
				}
			}
			if section := rows[headVar(x)]; section != 0 {
				f.row(section, x[1:])
			} else if x.HasPrefix(ast.InputRootRef) {
				f.input(x[1:])
			}
			return true
		case ast.Var:
			if section := rows[x]; section != 0 {
				f.row(section, nil)
			} else if x.Equal(ast.InputRootDocument.Value) {
				f.everything()
			}
		}
		return false
	}).Walk(r)
}

// hasInput reports whether a term in brackets reads the input itself.
func hasInput(t *ast.Term, rows map[ast.Var]sections) (found bool) {
	ast.WalkVars(t, func(v ast.Var) bool {
		found = found || rows[v] != 0 || v.Equal(ast.InputRootDocument.Value)
		return found
	})
	return found
}

func headVar(ref ast.Ref) ast.Var {
	v, _ := ref[0].Value.(ast.Var)
	return v
}

// rowBinding recognizes an expression that gives a row of a section a name, as
// the compiler makes it of "some scep in input.scep".
func rowBinding(e *ast.Expr) (variable, source *ast.Term) {
	if !e.IsEquality() || len(e.With) > 0 || e.Negated {
		return nil, nil
	}
	a, b := e.Operand(0), e.Operand(1)
	if _, ok := a.Value.(ast.Var); !ok {
		a, b = b, a
	}
	ref, ok := b.Value.(ast.Ref)
	if _, isVar := a.Value.(ast.Var); !isVar || !ok || len(ref) != 3 || rowSection(ref) == 0 {
		return nil, nil
	}
	switch ref[2].Value.(type) {
	case ast.Var, ast.Number:
		return a, b
	}
	return nil, nil
}

// rowSection returns the section that input.<section>[…] is a row of, or 0.
func rowSection(ref ast.Ref) sections {
	if !ref.HasPrefix(ast.InputRootRef) || len(ref) < 2 {
		return 0
	}
	switch name, _ := ref[1].Value.(ast.String); name {
	case "scep":
		return sectionSCEP
	case "certificates":
		return sectionCertificates
	}
	return 0
}

// rowVariables finds the variables that stand for rows.
func rowVariables(r *ast.Rule) map[ast.Var]sections {
	rows := map[ast.Var]sections{}
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		if variable, source := rowBinding(e); variable != nil {
			rows[variable.Value.(ast.Var)] |= rowSection(source.Value.(ast.Ref))
		}
		return false
	})
	return rows
}

func (f *dependencies) everything() {
	f.needs, f.allSCEP, f.allCertificates, f.pure = allSections, true, true, false
}

// input records a reference to the input document.
func (f *dependencies) input(path ast.Ref) {
	if len(path) == 0 {
		f.everything()
		return
	}
	switch name, _ := path[0].Value.(ast.String); name {
	case "targets", "time": // the same for a whole run
	case "file":
		f.pure = false
	case "profile":
		f.needs |= sectionProfile
		f.pure = false
	case "references":
		f.needs |= sectionReferences
		f.pure = false
	case "acme":
		f.needs |= sectionACME
		f.pure = false
	case "scep", "certificates":
		section := rowSection(ast.InputRootRef.Concat(path[:1]))
		if len(path) < 2 {
			f.row(section, nil)
		} else {
			f.row(section, path[2:])
		}
	default:
		f.everything()
	}
}

// row records what of a row is read.
func (f *dependencies) row(section sections, rest ast.Ref) {
	f.needs |= section
	var steps []string
	for _, step := range rest {
		name, ok := step.Value.(ast.String)
		if !ok {
			break
		}
		steps = append(steps, string(name))
	}
	if len(steps) == 0 {
		f.pure = false
		f.allSCEP = f.allSCEP || section&sectionSCEP != 0
		f.allCertificates = f.allCertificates || section&sectionCertificates != 0
		return
	}
	path := strings.Join(steps, "\x00")
	if section&sectionSCEP != 0 {
		f.scep = append(f.scep, path)
	}
	if section&sectionCertificates != 0 {
		f.certificates = append(f.certificates, path)
	}
}

// settle sorts the paths and removes those inside others.
func (f *dependencies) settle() {
	for _, list := range []*[]string{&f.scep, &f.certificates} {
		slices.Sort(*list)
		kept := (*list)[:0]
		for _, path := range *list {
			if n := len(kept); n == 0 || path != kept[n-1] && !strings.HasPrefix(path, kept[n-1]+"\x00") {
				kept = append(kept, path)
			}
		}
		*list = kept
	}
	f.findFacts()
}

// findFacts finds the facts of the paths, if results are remembered by them.
func (f *dependencies) findFacts() {
	if !f.pure {
		return
	}
	for _, path := range f.scep {
		f.scepFacts = append(f.scepFacts, scepFactOf(path))
	}
	for _, path := range f.certificates {
		f.certificateFacts = append(f.certificateFacts, certificateFactOf(path))
	}
}
