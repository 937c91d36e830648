package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

// checkPayloadTypes rejects comparisons of a payload type with a misspelling of
// one of Apple's, which are never true. Other types may be those of a vendor.
func checkPayloadTypes(modules map[string]*ast.Module, parameters map[argumentOf]inputParts) error {
	var failures []error
	for _, name := range sortedNames(modules) {
		m := modules[name]
		constants := constantsIn(m)
		for _, r := range m.Rules {
			for ; r != nil; r = r.Else {
				for _, t := range comparedTypes(r, rowsIn(m, r, parameters), constants) {
					text := string(t.Value.(ast.String))
					near := nearPayloadType(text)
					if near == "" || t.Location == nil {
						continue
					}
					err := fmt.Errorf("%s:%d:%d: unknown payload type %q; did you mean %q?", name, t.Location.Row, t.Location.Col, clean(text), near)
					if !slices.ContainsFunc(failures, func(other error) bool { return other.Error() == err.Error() }) {
						failures = append(failures, err)
					}
					if len(failures) == maxErrors {
						return errors.Join(failures...)
					}
				}
			}
		}
	}
	return errors.Join(failures...)
}

// typeFields are the fields of the input that hold the type of a payload.
var typeFields = sync.OnceValue(func() []ast.Ref {
	return []ast.Ref{
		ast.MustParseRef("input.certificates[_].type"), ast.MustParseRef("input.references[_].type"), ast.MustParseRef("input.references[_].target.type"),
	}
})

// isPayloadType reports whether a term is the type of a payload.
func isPayloadType(t *ast.Term, rows map[ast.Var]inputParts) bool {
	const key = ast.String("PayloadType")
	parts := partsOf(t, rows)
	if parts == nil {
		written, ok := t.Value.(ast.Ref)
		return ok && written[len(written)-1].Value.Compare(key) == 0
	}
	return !slices.ContainsFunc(parts, func(ref ast.Ref) bool {
		return ref[len(ref)-1].Value.Compare(key) != 0 && !slices.ContainsFunc(typeFields(), func(field ast.Ref) bool {
			return len(ref) == len(field) && ref[1].Equal(field[1]) && ref[3:].Equal(field[3:])
		})
	})
}

// comparedTypes returns the strings that a rule compares the type of a payload
// with.
func comparedTypes(r *ast.Rule, rows map[ast.Var]inputParts, constants map[ast.Var][]*ast.Term) (found []*ast.Term) {
	local := localConstants(r, constants)
	compare := func(terms []*ast.Term) {
		if len(terms) != 3 {
			return
		}
		switch a, b := terms[1], terms[2]; {
		case !isOperator(terms[0], comparisons):
		case isPayloadType(a, rows):
			found = append(found, stringsOf(b, local)...)
		case isPayloadType(b, rows):
			found = append(found, stringsOf(a, local)...)
		}
	}
	walkCalls(r, compare)
	return found
}

// walkCalls calls a function with the terms of each call in a rule or a module, the
// operator first: an expression may be one, and a term. Of a rule, else branches are
// left out.
func walkCalls(in any, do func(terms []*ast.Term)) {
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			r, ok := in.(*ast.Rule)
			return ok && x != r
		case *ast.Expr:
			if terms, ok := x.Terms.([]*ast.Term); ok {
				do(terms)
			}
		case ast.Call:
			do(x)
		}
		return false
	}).Walk(in)
}

var (
	// equalities are the operators that hold for equal sides, and in.
	equalities = []ast.Ref{ast.Equality.Ref(), ast.Equal.Ref(), ast.Member.Ref()}
	// comparisons are those, and !=.
	comparisons = append(slices.Clone(equalities), ast.NotEqual.Ref())
)

func isOperator(t *ast.Term, operators []ast.Ref) bool {
	return slices.ContainsFunc(operators, func(op ast.Ref) bool { return op.Equal(t.Value) })
}

// stringsOf returns the strings that a term is or holds, if it is constant.
func stringsOf(t *ast.Term, constants map[ast.Var][]*ast.Term) (list []*ast.Term) {
	add := func(x *ast.Term) {
		if isString(x) {
			list = append(list, x)
		}
	}
	switch v := t.Value.(type) {
	case ast.String:
		add(t)
	case *ast.Array:
		v.Foreach(add)
	case ast.Set:
		v.Foreach(add)
	case ast.Var:
		return constants[v]
	}
	return list
}

// constantsIn returns the strings that the rules of a module hold.
func constantsIn(m *ast.Module) map[ast.Var][]*ast.Term {
	constants := map[ast.Var][]*ast.Term{}
	for _, r := range m.Rules {
		if ref := r.Head.Ref(); len(ref) > 1 || len(r.Head.Args) > 0 {
			continue
		}
		for _, t := range []*ast.Term{r.Head.Key, r.Head.Value} {
			if t != nil {
				constants[r.Head.Name] = append(constants[r.Head.Name], stringsOf(t, nil)...)
			}
		}
	}
	return constants
}

// localConstants returns the constants with those of the variables of a rule.
func localConstants(r *ast.Rule, constants map[ast.Var][]*ast.Term) map[ast.Var][]*ast.Term {
	local := map[ast.Var][]*ast.Term{}
	for name, list := range constants {
		local[name] = list
	}
	bind := func(name, value *ast.Term) {
		if v, ok := name.Value.(ast.Var); ok {
			local[v] = stringsOf(value, local)
		}
	}
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			return x != r
		case *ast.SomeDecl:
			for _, symbol := range x.Symbols {
				if terms, ok := symbol.Value.(ast.Call); ok && len(terms) > 2 {
					bind(terms[len(terms)-2], terms[len(terms)-1])
				}
			}
		case *ast.Every:
			bind(x.Value, x.Domain)
		case *ast.Expr:
			if x.IsAssignment() && len(x.Operands()) == 2 {
				bind(x.Operand(0), x.Operand(1))
			}
		}
		return false
	}).Walk(r)
	return local
}

// payloadTypes are Apple's payload types.
var payloadTypes = sync.OnceValue(func() (types []string) {
	types = append(schema.PayloadTypes(), schema.UnlistedPayloadTypes...)
	for _, row := range schema.Availabilities {
		types = append(types, row.Types...)
	}
	slices.Sort(types)
	return slices.Compact(types)
})

// nearPayloadType returns the payload type that a text is a misspelling of; ""
// if it is one, or similar to none. Short names are too similar to each other.
func nearPayloadType(text string) string {
	const prefix = "com.apple."
	known := payloadTypes()
	if _, ok := slices.BinarySearch(known, text); ok || len(text) > 100 {
		return ""
	}
	best, far := "", 3
	for _, k := range known {
		if strings.EqualFold(k, text) {
			return k
		}
		name := strings.TrimPrefix(k, prefix)
		if len(name) < 8 || max(len(k), len(text))-min(len(k), len(text)) >= far {
			continue
		}
		if d := profile.Distance(k, text); d < far && (d == 1 || len(name) >= 12) {
			best, far = k, d
		}
	}
	return best
}
