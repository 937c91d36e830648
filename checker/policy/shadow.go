package policy

import (
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// shadow is a copy of modules that is compiled for its types and never
// evaluated. It holds what the type checker of OPA does not look at in a form
// that it does.
type shadow struct {
	modules map[string]*ast.Module
	// fits are the expressions that hold only if an argument of sprintf fits its
	// verb, by their locations, with the message if they do not.
	fits map[*ast.Location]func(found string) string
}

func newShadow(modules map[string]*ast.Module) *shadow {
	s := &shadow{modules: make(map[string]*ast.Module, len(modules)), fits: map[*ast.Location]func(string) string{}}
	for name, m := range modules {
		s.modules[name] = m.Copy()
	}
	bindParameters(s.modules)
	for _, m := range s.modules {
		openEvery(m)
		s.fitFormats(m)
		withEquations(m)
	}
	return s
}

// errors returns what the compiler finds wrong with the shadow, in the words of
// the modules that it is a copy of.
func (s *shadow) errors(list ast.Errors) error {
	for _, e := range list {
		if detail, ok := e.Details.(*ast.UnificationErrDetail); ok && s.fits[e.Location] != nil {
			e.Message, e.Details = s.fits[e.Location](typeName(detail.Left)), nil
		}
	}
	list = slices.DeleteFunc(list, func(e *ast.Error) bool { return e.Location == unwritten })
	return explainCompiled(list, s.modules)
}

// unwritten is the location of what no module has: its errors are those of
// something else.
var unwritten = &ast.Location{}

// replaceExpr makes an expression one that is true, and holds a comprehension
// with a body of its own.
func replaceExpr(expr *ast.Expr, body ast.Body) {
	closure := ast.ArrayComprehensionTerm(ast.BooleanTerm(true), body)
	closure.SetLocation(expr.Location)
	expr.Terms = closure
	expr.Negated = false
}

// openEvery turns "every x in xs { … }" into a comprehension over "some x in
// xs": the type checker does not look into the body of every.
func openEvery(m *ast.Module) {
	ast.WalkBodies(m, func(body ast.Body) bool {
		for _, expr := range body {
			every, ok := expr.Terms.(*ast.Every)
			if !ok {
				continue
			}
			symbol := ast.Member.Call(every.Value, every.Domain)
			if every.Key != nil {
				symbol = ast.MemberWithKey.Call(every.Key, every.Value, every.Domain)
			}
			some := &ast.Expr{Location: expr.Location, Terms: &ast.SomeDecl{Location: every.Location, Symbols: []*ast.Term{symbol}}}
			inner := ast.NewBody(some)
			for _, x := range every.Body {
				inner.Append(x)
			}
			replaceExpr(expr, inner)
		}
		return false
	})
}

// withEquations rewrites a module so that the type checker looks at comparisons:
// it takes any types for the sides of < and !=, which are then never, or always,
// true. Each becomes an equation in a comprehension of its own, whose sides must
// be of types that have values in common.
func withEquations(m *ast.Module) {
	operators := []ast.Ref{ast.LessThan.Ref(), ast.LessThanEq.Ref(), ast.GreaterThan.Ref(), ast.GreaterThanEq.Ref(), ast.NotEqual.Ref()}
	ast.WalkBodies(m, func(body ast.Body) bool {
		for _, expr := range body {
			terms, ok := expr.Terms.([]*ast.Term)
			if !ok || len(terms) != 3 || !isOperator(terms[0], operators) {
				continue
			}
			replaceExpr(expr, ast.NewBody(&ast.Expr{Location: expr.Location, Terms: []*ast.Term{ast.NewTerm(ast.Equality.Ref()), terms[1], terms[2]}}))
		}
		return false
	})
}

// maxRounds is how often calls are read to know what functions are called with
// that other functions call.
const maxRounds = 8

// argumentsIn returns the parameters of functions that all calls pass the same
// part of the input to, with that part; nil for others.
func argumentsIn(modules map[string]*ast.Module) map[argumentOf]ast.Ref {
	parameters := map[argumentOf]ast.Ref{}
	functions := functionsOf(modules)
	for range maxRounds {
		found := map[argumentOf]ast.Ref{}
		for _, m := range modules {
			names := namesIn(m, functions)
			for _, r := range m.Rules {
				for ; r != nil; r = r.Else {
					readCalls(r, names, rowsIn(m, r, parameters), found)
				}
			}
		}
		same := len(found) == len(parameters)
		for p, ref := range found {
			same = same && ref.Equal(parameters[p])
		}
		if parameters = found; same {
			break
		}
	}
	return parameters
}

// bindParameters gives the parameters of functions a type: the body of a function
// begins with an equation of the parameter and the part of the input that it is.
func bindParameters(modules map[string]*ast.Module) {
	parameters := argumentsIn(modules)
	for _, m := range modules {
		for _, r := range m.Rules {
			for ; r != nil; r = r.Else {
				for i := len(r.Head.Args) - 1; i >= 0; i-- {
					name, ok := r.Head.Args[i].Value.(ast.Var)
					ref := parameters[argumentOf{functionName(m, r), i}]
					if !ok || name.IsWildcard() || ref == nil {
						continue
					}
					term := ast.NewTerm(withOwnIndexes(ref)).SetLocation(unwritten)
					bound := ast.Equality.Expr(r.Head.Args[i], term).SetLocation(unwritten)
					body := ast.NewBody(bound)
					for _, x := range r.Body {
						body.Append(x)
					}
					r.Body = body
				}
			}
		}
	}
}

// argumentOf is an argument of a function, from 0.
type argumentOf struct {
	function string // its full name
	index    int
}

func functionName(m *ast.Module, r *ast.Rule) string {
	return m.Package.Path.Extend(r.Head.Ref()).String()
}

// functionsOf returns the full names of the functions of modules.
func functionsOf(modules map[string]*ast.Module) map[string]bool {
	names := map[string]bool{}
	for _, m := range modules {
		for _, r := range m.Rules {
			if len(r.Head.Args) > 0 {
				names[functionName(m, r)] = true
			}
		}
	}
	return names
}

// namesIn returns a function that gives the full name of what a module calls; ""
// if that is none of some functions.
func namesIn(m *ast.Module, functions map[string]bool) func(operator *ast.Term) string {
	imports := map[ast.Var]ast.Ref{}
	for _, i := range m.Imports {
		if path, ok := i.Path.Value.(ast.Ref); ok && path.HasPrefix(ast.DefaultRootRef) {
			imports[i.Name()] = path
		}
	}
	return func(operator *ast.Term) string {
		ref, ok := operator.Value.(ast.Ref)
		if !ok || len(ref) == 0 {
			return ""
		}
		full := m.Package.Path.Extend(ref)
		if path, ok := imports[headVar(ref)]; ok {
			full = path.Concat(ref[1:])
		} else if ref.HasPrefix(ast.DefaultRootRef) {
			full = ref
		}
		if name := full.String(); functions[name] {
			return name
		}
		return ""
	}
}

// readCalls adds to found what the calls of a rule pass.
func readCalls(r *ast.Rule, nameOf func(*ast.Term) string, rows map[ast.Var]ast.Ref, found map[argumentOf]ast.Ref) {
	call := func(terms []*ast.Term) {
		if len(terms) < 2 {
			return
		}
		function := nameOf(terms[0])
		if function == "" {
			return
		}
		for i, argument := range terms[1:] {
			p := argumentOf{function, i}
			ref := partOfInput(argument, rows)
			if known, seen := found[p]; seen && !known.Equal(ref) {
				ref = nil
			}
			found[p] = ref
		}
	}
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			return x != r // what follows else is read by itself
		case *ast.Expr:
			if terms, ok := x.Terms.([]*ast.Term); ok {
				call(terms)
			}
		case ast.Call:
			call(x)
		}
		return false
	}).Walk(r)
}

// rowsIn returns the variables of a rule that stand for a part of the input; nil
// for those that stand for several things.
func rowsIn(m *ast.Module, r *ast.Rule, parameters map[argumentOf]ast.Ref) map[ast.Var]ast.Ref {
	rows := map[ast.Var]ast.Ref{}
	bind := func(name *ast.Term, ref ast.Ref) {
		v, ok := name.Value.(ast.Var)
		if !ok || v.IsWildcard() {
			return
		}
		if known, seen := rows[v]; seen && !known.Equal(ref) {
			ref = nil
		}
		rows[v] = ref
	}
	for i, argument := range r.Head.Args {
		bind(argument, parameters[argumentOf{functionName(m, r), i}])
	}
	iterate := func(key, value, domain *ast.Term) {
		if key != nil {
			bind(key, nil)
		}
		ref := partOfInput(domain, rows)
		if ref != nil {
			ref = ref.Append(anyIndex())
		}
		bind(value, ref)
	}
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			return x != r
		case *ast.SomeDecl:
			for _, symbol := range x.Symbols {
				switch terms := symbol.Value.(type) {
				case ast.Call:
					if len(terms) == 4 {
						iterate(terms[1], terms[2], terms[3])
					} else if len(terms) == 3 {
						iterate(nil, terms[1], terms[2])
					}
				default:
					bind(symbol, nil)
				}
			}
		case *ast.Every:
			iterate(x.Key, x.Value, x.Domain)
		case *ast.Expr:
			if (x.IsAssignment() || x.IsEquality()) && len(x.Operands()) == 2 {
				bind(x.Operand(0), partOfInput(x.Operand(1), rows))
			}
			for _, operand := range x.Operands() {
				switch operand.Value.(type) {
				case *ast.Array, ast.Object: // a pattern, which may give variables other values
					ast.WalkVars(operand, func(v ast.Var) bool {
						bind(ast.NewTerm(v), nil)
						return false
					})
				}
			}
		}
		return false
	}).Walk(r)
	return rows
}

// partOfInput returns the part of the input that a term is, with any index in the
// place of those that are computed; nil if it is something else.
func partOfInput(t *ast.Term, rows map[ast.Var]ast.Ref) ast.Ref {
	if v, ok := t.Value.(ast.Var); ok {
		return rows[v]
	}
	ref, ok := t.Value.(ast.Ref)
	if !ok || len(ref) == 0 {
		return nil
	}
	var part ast.Ref
	if head := headVar(ref); head.Equal(ast.InputRootDocument.Value) {
		part = ast.Ref{ast.NewTerm(head).SetLocation(unwritten)}
	} else if part = rows[head]; part == nil {
		return nil
	}
	part = slices.Clip(part)
	for _, step := range ref[1:] {
		if name, ok := step.Value.(ast.String); ok {
			part = append(part, ast.NewTerm(name).SetLocation(unwritten))
		} else {
			part = append(part, anyIndex())
		}
	}
	if len(part) == 1 {
		return nil // the input as a whole, which is often replaced in tests
	}
	return part
}

// withOwnIndexes gives each step of a reference that stands for all a variable of
// its own.
func withOwnIndexes(ref ast.Ref) ast.Ref {
	ref = slices.Clone(ref)
	for i, step := range ref {
		if step.Equal(ast.Wildcard) {
			ref[i] = ast.NewTerm(ast.Var(fmt.Sprintf("%sindex%d", ast.WildcardPrefix, i))).SetLocation(unwritten)
		}
	}
	return ref
}

// anyIndex returns a step of a reference that stands for all.
func anyIndex() *ast.Term { return ast.NewTerm(ast.Wildcard.Value).SetLocation(unwritten) }
