package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// shadow is a copy of modules that is compiled for its types and never
// evaluated. It holds what the type checker of OPA does not look at in a form
// that it does.
type shadow struct {
	modules map[string]*ast.Module
	// messages are those of expressions that the shadow made, by their locations, for
	// when they cannot hold.
	messages map[*ast.Location]func(detail *ast.UnificationErrDetail) string
	tolerance
}

func newShadow(modules map[string]*ast.Module, parameters map[argumentOf]inputParts) *shadow {
	s := &shadow{modules: make(map[string]*ast.Module, len(modules)), messages: map[*ast.Location]func(*ast.UnificationErrDetail) string{}}
	for name, m := range modules {
		s.modules[name] = m.Copy()
	}
	s.tolerance = toleranceOf(s.modules, parameters)
	for _, m := range s.modules {
		readFields(m, parameters)
	}
	bindParameters(s.modules, parameters)
	for _, m := range s.modules {
		openEvery(m)
		s.fitFormats(m)
		s.withEquations(m)
	}
	return s
}

// errors returns what the compiler finds wrong with the shadow, in the words of
// the modules that it is a copy of.
func (s *shadow) errors(list ast.Errors) error {
	list = slices.DeleteFunc(list, func(e *ast.Error) bool {
		return e.Location == unwritten || strings.HasPrefix(e.Message, "undefined function ") || // it has an error itself
			s.allows(e)
	})
	for _, e := range list {
		if detail, ok := e.Details.(*ast.UnificationErrDetail); ok && s.messages[e.Location] != nil {
			e.Message, e.Details = s.messages[e.Location](detail), nil
		}
	}
	if len(list) == 0 {
		return nil
	}
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
	n := 0
	ast.WalkBodies(m, func(body ast.Body) bool {
		for _, expr := range body {
			every, ok := expr.Terms.(*ast.Every)
			if !ok {
				continue
			}
			// The domain may use a variable of the name that every gives to a value.
			n++
			domain := ast.NewTerm(ast.Var(fmt.Sprintf("%sdomain%d", ast.WildcardPrefix, n))).SetLocation(every.Domain.Location)
			symbol := ast.Member.Call(every.Value, domain)
			if every.Key != nil {
				symbol = ast.MemberWithKey.Call(every.Key, every.Value, domain)
			}
			inner := ast.NewBody(&ast.Expr{Location: expr.Location, Terms: &ast.SomeDecl{Location: every.Location, Symbols: []*ast.Term{symbol}}})
			for _, x := range every.Body {
				inner.Append(x)
			}
			loop := &ast.Expr{Location: expr.Location}
			replaceExpr(loop, inner)
			outer := ast.NewBody(ast.Equality.Expr(domain, every.Domain).SetLocation(every.Domain.Location))
			outer.Append(loop)
			replaceExpr(expr, outer)
		}
		return false
	})
}

// withEquations rewrites a module so that the type checker looks at comparisons:
// it takes any types for the sides of < and !=, which are then never, or always,
// true. Each becomes an equation in a comprehension of its own, whose sides must
// be of types that have values in common. What is compared with null to know that it
// is not null may be of any type.
func (s *shadow) withEquations(m *ast.Module) {
	operators := []ast.Ref{ast.LessThan.Ref(), ast.LessThanEq.Ref(), ast.GreaterThan.Ref(), ast.GreaterThanEq.Ref(), ast.NotEqual.Ref()}
	ast.WalkBodies(m, func(body ast.Body) bool {
		for _, expr := range body {
			terms, ok := expr.Terms.([]*ast.Term)
			if !ok || len(terms) != 3 {
				continue
			}
			differs := isOperator(terms[0], []ast.Ref{ast.NotEqual.Ref()})
			if null := slices.IndexFunc(terms, func(t *ast.Term) bool { return t.Value.Compare(ast.Null{}) == 0 }); null > 0 && (differs || expr.Negated && isOperator(terms[0], equalities)) {
				any := ast.NewTerm(ast.Var(ast.WildcardPrefix + "null"))
				replaceExpr(expr, ast.NewBody(ast.Equality.Expr(any, terms[3-null]).SetLocation(expr.Location)))
				continue
			}
			if !isOperator(terms[0], operators) {
				continue
			}
			location := *expr.Location
			equation := &ast.Expr{Location: &location, Terms: []*ast.Term{ast.NewTerm(ast.Equality.Ref()), terms[1], terms[2]}}
			if differs {
				s.messages[&location] = func(detail *ast.UnificationErrDetail) string {
					return fmt.Sprintf("comparison of %s with %s is always true", typeName(detail.Left), typeName(detail.Right))
				}
			}
			replaceExpr(expr, ast.NewBody(equation))
		}
		return false
	})
}

// maxRounds is how often calls are read to know what functions are called with
// that other functions call.
const maxRounds = 8

// inputParts are the parts of the input that something may be, with a wildcard for each
// index; nil if it may be something else.
type inputParts []ast.Ref

// The most parts that are told apart, and the most steps of one.
const (
	maxParts = 16
	maxSteps = 16
)

// with returns the parts of both.
func (p inputParts) with(others inputParts) inputParts {
	if p == nil || others == nil {
		return nil
	}
	both := slices.Clip(p)
	for _, ref := range others {
		if !slices.ContainsFunc(both, func(known ast.Ref) bool { return known.Equal(ref) }) {
			both = append(both, ref)
		}
	}
	if len(both) > maxParts {
		return nil
	}
	return both
}

// below returns what lies under the parts after some steps.
func (p inputParts) below(steps []*ast.Term) (list inputParts) {
	for _, ref := range p {
		ref = slices.Clip(ref)
		for _, step := range steps {
			if name, ok := step.Value.(ast.String); ok {
				ref = append(ref, ast.NewTerm(name).SetLocation(unwritten))
			} else {
				ref = append(ref, anyIndex())
			}
		}
		if len(ref) == 1 || len(ref) > maxSteps {
			return nil // the input as a whole is often replaced in tests
		}
		list = append(list, ref)
	}
	return list
}

// term returns a term of the types of the parts.
func (p inputParts) term() *ast.Term {
	list := make([]*ast.Term, len(p))
	for i, ref := range p {
		list[i] = ast.NewTerm(withOwnIndexes(ref, i)).SetLocation(unwritten)
	}
	if len(list) == 1 {
		return list[0]
	}
	any := ast.NewTerm(ast.Var(ast.WildcardPrefix + "part")).SetLocation(unwritten)
	return ast.RefTerm(ast.ArrayTerm(list...).SetLocation(unwritten), any).SetLocation(unwritten)
}

// argumentsIn returns the parameters of functions with the parts of the input that
// calls pass.
func argumentsIn(modules map[string]*ast.Module) map[argumentOf]inputParts {
	parameters := map[argumentOf]inputParts{}
	functions := functionsOf(modules)
	for range maxRounds {
		found := map[argumentOf]inputParts{}
		for _, m := range modules {
			names := namesIn(m, functions)
			for _, r := range m.Rules {
				for ; r != nil; r = r.Else {
					readCalls(r, names, rowsIn(m, r, parameters), found)
				}
			}
		}
		same := len(found) == len(parameters)
		for p, parts := range found {
			same = same && len(parts) == len(parameters[p])
		}
		if parameters = found; same {
			break
		}
	}
	return parameters
}

// bindParameters gives the parameters of functions a type: the body of a function
// begins with an equation of the parameter and the parts of the input that it may be.
func bindParameters(modules map[string]*ast.Module, parameters map[argumentOf]inputParts) {
	for _, m := range modules {
		for _, r := range m.Rules {
			for ; r != nil; r = r.Else {
				for i := len(r.Head.Args) - 1; i >= 0; i-- {
					name, ok := r.Head.Args[i].Value.(ast.Var)
					parts := parameters[argumentOf{functionName(m, r), i}]
					if !ok || name.IsWildcard() || parts == nil {
						continue
					}
					bound := ast.Equality.Expr(r.Head.Args[i], parts.term()).SetLocation(unwritten)
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

// readFields adds to each object.get of a part of the input, with a key that is
// written there, a reference to that key.
func readFields(m *ast.Module, parameters map[argumentOf]inputParts) {
	for _, r := range m.Rules {
		for ; r != nil; r = r.Else {
			rows := rowsIn(m, r, parameters)
			read := func(terms []*ast.Term) {
				if len(terms) < 4 || !ast.ObjectGet.Ref().Equal(terms[0].Value) || partsOf(terms[1], rows) == nil {
					return
				}
				object, ok := terms[1].Value.(ast.Ref)
				if !ok {
					object = ast.Ref{terms[1]}
				}
				steps := []*ast.Term{terms[2]}
				if path, ok := terms[2].Value.(*ast.Array); ok {
					steps = nil
					path.Foreach(func(step *ast.Term) { steps = append(steps, step) })
				}
				field := append(slices.Clip(object), steps...)
				if slices.ContainsFunc(steps, func(step *ast.Term) bool { return !ast.IsScalar(step.Value) }) {
					return
				}
				if isArgument(r, object[0]) && !slices.ContainsFunc(steps, func(step *ast.Term) bool { return !isFieldName(step) }) {
					return // the function may be for several kinds of payloads
				}
				equation := ast.Equality.Expr(ast.NewTerm(ast.Var(ast.WildcardPrefix+"field")), ast.NewTerm(field).SetLocation(terms[1].Location))
				closure := ast.ArrayComprehensionTerm(ast.BooleanTerm(true), ast.NewBody(equation.SetLocation(terms[1].Location)))
				terms[3] = ast.RefTerm(ast.ArrayTerm(terms[3], closure), ast.IntNumberTerm(0))
			}
			walkCalls(r, read)
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

// namesIn returns a function that gives the full name of the function that a module
// calls; "" if it is not among the given ones.
func namesIn(m *ast.Module, functions map[string]bool) func(operator *ast.Term) string {
	imports := map[ast.Var]ast.Ref{}
	for _, i := range m.Imports {
		if path, ok := i.Path.Value.(ast.Ref); ok && path.HasPrefix(ast.DefaultRootRef) {
			imports[i.Name()] = path
		}
	}
	return func(operator *ast.Term) string {
		ref, ok := operator.Value.(ast.Ref)
		if !ok || headVar(ref) == "" {
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
func readCalls(r *ast.Rule, nameOf func(*ast.Term) string, rows map[ast.Var]inputParts, found map[argumentOf]inputParts) {
	guarded := guardedArguments(r)
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
			parts := partsOf(argument, rows)
			if v, ok := argument.Value.(ast.Var); ok && guarded[v] {
				parts = nil // the call is for values of some types only
			}
			if known, seen := found[p]; seen {
				parts = known.with(parts)
			}
			found[p] = parts
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

// rowsIn returns the variables of a rule with the parts of the input that they
// stand for.
func rowsIn(m *ast.Module, r *ast.Rule, parameters map[argumentOf]inputParts) map[ast.Var]inputParts {
	rows := map[ast.Var]inputParts{}
	bind := func(name *ast.Term, parts inputParts) {
		v, ok := name.Value.(ast.Var)
		if !ok || v.IsWildcard() {
			return
		}
		if known, seen := rows[v]; seen {
			parts = known.with(parts)
		}
		rows[v] = parts
	}
	for i, argument := range r.Head.Args {
		bind(argument, parameters[argumentOf{functionName(m, r), i}])
	}
	iterate := func(key, value, domain *ast.Term) {
		if key != nil {
			bind(key, nil)
		}
		bind(value, partsOf(domain, rows).below([]*ast.Term{ast.Wildcard}))
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
			switch n := len(x.Operands()); {
			case x.IsAssignment() && n == 2:
				bind(x.Operand(0), partsOf(x.Operand(1), rows))
			case x.IsEquality() && n == 2:
				left, right := partsOf(x.Operand(0), rows), partsOf(x.Operand(1), rows)
				bind(x.Operand(0), right)
				bind(x.Operand(1), left)
			case x.IsCall():
				if b := ast.BuiltinMap[x.Operator().String()]; b != nil && n > b.Decl.Arity() {
					bind(x.Operand(n-1), nil) // the result
				}
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
		case ast.Ref:
			for _, step := range x[1:] {
				bind(step, nil) // it may be given its value here
			}
		}
		return false
	}).Walk(r)
	return rows
}

// partsOf returns the parts of the input that a term may be.
func partsOf(t *ast.Term, rows map[ast.Var]inputParts) inputParts {
	if v, ok := t.Value.(ast.Var); ok {
		return rows[v]
	}
	ref, ok := t.Value.(ast.Ref)
	if !ok || len(ref) == 0 {
		return nil
	}
	parts := rows[headVar(ref)]
	if ref.HasPrefix(ast.InputRootRef) {
		parts = inputParts{{ast.NewTerm(ref[0].Value).SetLocation(unwritten)}}
	}
	return parts.below(ref[1:])
}

// withOwnIndexes gives each wildcard of a reference, the nth of several, a variable
// of its own.
func withOwnIndexes(ref ast.Ref, n int) ast.Ref {
	ref = slices.Clone(ref)
	for i, step := range ref {
		if step.Equal(ast.Wildcard) {
			ref[i] = ast.NewTerm(ast.Var(fmt.Sprintf("%sindex%d.%d", ast.WildcardPrefix, n, i))).SetLocation(unwritten)
		}
	}
	return ref
}

// anyIndex returns a step of a reference that stands for all.
func anyIndex() *ast.Term { return ast.NewTerm(ast.Wildcard.Value).SetLocation(unwritten) }
