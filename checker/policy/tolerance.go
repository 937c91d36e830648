package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	regotypes "github.com/open-policy-agent/opa/v1/types"
)

// tolerance is what the type checker rejects in functions for values of several
// types, although each definition is for some of these. A function may be written for
// more types than it is called with.
type tolerance struct {
	expressions map[place]bool // that have an argument, or a field of it, as a side
	references  map[place]bool // that begin with an argument
}

// place is where something is in a file.
type place struct {
	file     string
	row, col int
}

func placeOf(l *ast.Location) place { return place{l.File, l.Row, l.Col} }

// toleranceOf returns the tolerance for the functions of modules that have
// several definitions, or look at the type of an argument.
func toleranceOf(modules map[string]*ast.Module, parameters map[argumentOf]inputParts) tolerance {
	t := tolerance{map[place]bool{}, map[place]bool{}}
	definitions := map[string]int{}
	for _, m := range modules {
		for _, r := range m.Rules {
			for ; r != nil; r = r.Else {
				definitions[functionName(m, r)]++
			}
		}
	}
	for _, m := range modules {
		for _, r := range m.Rules {
			for ; r != nil; r = r.Else {
				name, guarded := functionName(m, r), guardedArguments(r)
				arguments := map[ast.Var]bool{}
				for i, argument := range r.Head.Args {
					if v, ok := argument.Value.(ast.Var); ok && parameters[argumentOf{name, i}] != nil && (definitions[name] > 1 || guarded[v]) {
						arguments[v] = true
					}
				}
				if len(arguments) > 0 {
					t.add(r, arguments)
				}
			}
		}
	}
	return t
}

// add adds what a rule does with arguments.
func (t tolerance) add(r *ast.Rule, arguments map[ast.Var]bool) {
	isSide := func(x *ast.Term) bool {
		switch v := x.Value.(type) {
		case ast.Var:
			return arguments[v]
		case ast.Ref:
			return len(v) == 2 && arguments[headVar(v)]
		}
		return false
	}
	var visitor *ast.GenericVisitor
	visitor = ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			return x != r
		case *ast.Expr:
			if slices.ContainsFunc(x.Operands(), isSide) && x.Location != nil {
				t.expressions[placeOf(x.Location)] = true
			}
		case *ast.Term:
			if x.Location == nil {
				break
			}
			at := placeOf(x.Location)
			call, isCall := x.Value.(ast.Call)
			if isSide(x) || isCall && slices.ContainsFunc(call[1:], isSide) {
				t.expressions[at] = true
			}
			switch v := x.Value.(type) {
			case ast.Var:
				t.references[at] = t.references[at] || arguments[v]
			case ast.Ref:
				t.references[at] = t.references[at] || arguments[headVar(v)]
				for _, step := range v[1:] {
					visitor.Walk(step)
				}
				return headVar(v) != "" // which is at the same place
			}
		}
		return false
	})
	visitor.Walk(r)
}

// allows reports whether an error is not reported: it may be about a value of another
// type, or about objects, whose types do not tell that a key may be missing.
func (t tolerance) allows(e *ast.Error) bool {
	if e.Location == nil {
		return false
	}
	at := placeOf(e.Location)
	allowsField := func(ref ast.Ref, pos int) bool {
		return t.references[at] && (pos >= len(ref) || !isString(ref[pos]) || isFieldName(ref[pos]))
	}
	switch detail := e.Details.(type) {
	case *ast.RefErrInvalidDetail:
		return allowsField(detail.Ref, detail.Pos)
	case *ast.RefErrUnsupportedDetail:
		return allowsField(detail.Ref, detail.Pos+1)
	case *ast.UnificationErrDetail:
		return t.expressions[at] || holdsObject(detail.Left) && holdsObject(detail.Right)
	case *ast.ArgErrDetail:
		return t.expressions[at] && strings.Contains(e.Message, "invalid argument")
	}
	return false
}

// holdsObject reports whether values of a type are objects, or contain some.
func holdsObject(t regotypes.Type) bool {
	switch t := t.(type) {
	case regotypes.Any:
		return slices.ContainsFunc(t, holdsObject)
	case *regotypes.Object:
		return true
	case *regotypes.Set:
		return holdsObject(t.Of())
	case *regotypes.Array:
		for i := range t.Len() {
			if holdsObject(t.Select(i)) {
				return true
			}
		}
		return holdsObject(t.Dynamic())
	}
	return false
}

// typeTests are the functions that tell the type of a value.
var typeTests = []string{"is_array", "is_boolean", "is_null", "is_number", "is_object", "is_set", "is_string", "type_name"}

// guardedArguments returns the arguments of a function whose types it looks at.
func guardedArguments(r *ast.Rule) map[ast.Var]bool {
	if len(r.Head.Args) == 0 {
		return nil
	}
	guarded := map[ast.Var]bool{}
	look := func(terms []*ast.Term) {
		if len(terms) > 1 && slices.Contains(typeTests, terms[0].Value.String()) && isArgument(r, terms[1]) {
			guarded[terms[1].Value.(ast.Var)] = true
		}
	}
	walkCalls(r, look)
	return guarded
}

// isArgument reports whether a term is an argument of a function.
func isArgument(r *ast.Rule, t *ast.Term) bool {
	_, ok := t.Value.(ast.Var)
	return ok && slices.ContainsFunc(r.Head.Args, t.Equal)
}

// fieldNames are the names of all fields of the input.
var fieldNames = sync.OnceValue(func() map[string]bool {
	var root any
	if err := json.Unmarshal(Schema, &root); err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	names := map[string]bool{}
	var add func(value any)
	add = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, x := range v {
				add(x)
			}
		case map[string]any:
			properties, _ := v["properties"].(map[string]any)
			for name := range properties {
				names[name] = true
			}
			for _, x := range v {
				add(x)
			}
		}
	}
	add(root)
	return names
})

// isFieldName reports whether some object of the input has a field of a name.
func isFieldName(t *ast.Term) bool {
	name, ok := t.Value.(ast.String)
	return ok && fieldNames()[string(name)]
}
