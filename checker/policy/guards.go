package policy

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A guard is what one rule of a policy requires of a row: conditions that its body
// begins with, and that hold or do not hold without an error. A policy all of whose
// rules have one finds nothing where no row meets them, and need not be evaluated.
type guard struct {
	section    sections
	conditions []condition
}

// condition is what a field of a row is compared with.
type condition struct {
	path      string // of the field
	operator  string // that of Rego, or one of those below
	value     string // the encoding of the other side; "" if it is undefined
	parameter string // whose value replaces this one if it is set; "" if there is none
}

// The conditions that are no comparisons: the field is neither undefined nor false; it
// is one of both. And the one that it is not in an array.
const (
	isTrue    = "true"
	isNotTrue = "not"
	isNotIn   = "not in"
)

// check is a guard with the values of a run.
type check struct {
	scep         []scepFact // of the conditions
	certificates []certificateFact
	comparisons  []comparison
}

// comparison is a condition with the values of a run.
type comparison struct {
	operator string
	values   [][]byte // the encodings of the other side, or of those in it; nil for numbers
	number   int64
}

// checksOf returns the checks of guards with the parameters of a run; nil if one of
// them has no conditions then.
func checksOf(guards []guard, parameters map[string]any) []check {
	checks := make([]check, len(guards))
	for i, g := range guards {
		c := &checks[i]
		for _, condition := range g.conditions {
			comparison, ok := condition.with(parameters)
			if !ok {
				break // what follows may not be reached
			}
			c.comparisons = append(c.comparisons, comparison)
			if g.section == sectionSCEP {
				c.scep = append(c.scep, scepFactOf(condition.path))
			} else {
				c.certificates = append(c.certificates, certificateFactOf(condition.path))
			}
		}
		if len(c.comparisons) == 0 {
			return nil
		}
	}
	return checks
}

// with returns the comparison with the parameters of a run; false if its outcome may
// be an error, or depends on Rego's order of types.
func (c *condition) with(parameters map[string]any) (comparison, bool) {
	x := comparison{operator: c.operator}
	if c.operator == isTrue || c.operator == isNotTrue {
		return x, true
	}
	value := []byte(c.value)
	if given, set := parameters[c.parameter]; set && c.parameter != "" {
		converted, err := ast.InterfaceToValue(given)
		if err != nil {
			return x, false
		}
		value = appendTerm(nil, ast.NewTerm(converted))
	}
	switch {
	case len(value) == 0:
		return x, false
	case c.operator == isNotIn:
		members, ok := membersOf(value)
		x.values = members
		return x, ok
	case value[0] == factNumber:
		n, err := strconv.ParseInt(string(value[2:]), 10, 64)
		x.number = n
		return x, err == nil
	case value[0] == factString || value[0] == factTrue || value[0] == factFalse:
		x.values = [][]byte{value}
		return x, c.operator == ast.Equality.Name || c.operator == ast.NotEqual.Name
	}
	return x, false
}

// membersOf returns the encodings of the members of an array of scalars.
func membersOf(array []byte) (members [][]byte, ok bool) {
	if array[0] != factArray {
		return nil, false
	}
	_, n := binary.Uvarint(array[1:])
	members = [][]byte{}
	for rest := array[1+n:]; len(rest) > 0; {
		size := 1
		switch rest[0] {
		case factNumber, factString:
			length, n := binary.Uvarint(rest[1:])
			size += n + int(length)
		case factNull, factTrue, factFalse:
		default:
			return nil, false
		}
		if rest[0] == factNumber && size > maxDigits {
			return nil, false
		}
		members, rest = append(members, rest[:size]), rest[size:]
	}
	return members, true
}

// mayHold reports whether a field may meet the condition.
func (c *comparison) mayHold(fact []byte) bool {
	switch {
	case c.operator == isNotTrue:
		return fact[0] == factUndefined || fact[0] == factFalse
	case fact[0] == factUndefined:
		return false
	case c.operator == isTrue:
		return fact[0] != factFalse
	case c.operator == isNotIn:
		return !slices.ContainsFunc(c.values, func(member []byte) bool { return bytes.Equal(member, fact) })
	case c.values != nil:
		return bytes.Equal(fact, c.values[0]) == (c.operator == ast.Equality.Name)
	case fact[0] != factNumber:
		return true // the order of types is Rego's
	}
	value, err := strconv.ParseInt(string(fact[2:]), 10, 64)
	if err != nil {
		return true
	}
	switch c.operator {
	case ast.LessThan.Name:
		return value < c.number
	case ast.LessThanEq.Name:
		return value <= c.number
	case ast.GreaterThan.Name:
		return value > c.number
	case ast.GreaterThanEq.Name:
		return value >= c.number
	}
	return (value == c.number) == (c.operator == ast.Equality.Name)
}

// mayFind reports whether a policy may find something in a document.
func (p *policy) mayFind(d *document) bool {
	return len(p.checks) == 0 || slices.ContainsFunc(p.checks, func(c check) bool { return c.mayHold(d) })
}

// mayHold reports whether a row may meet all conditions.
func (c *check) mayHold(d *document) bool {
	if len(c.scep) > 0 {
		for _, s := range d.scepRows() {
			met := true
			for i := 0; i < len(c.scep) && met; i++ {
				d.fact = c.scep[i](d, s, d.fact[:0])
				met = c.comparisons[i].mayHold(d.fact)
			}
			if met {
				return true
			}
		}
		return false
	}
	rows := d.p.Certificates()
	for n := range rows {
		met := true
		for i := 0; i < len(c.certificates) && met; i++ {
			d.fact = c.certificates[i](d, &rows[n], d.fact[:0])
			met = c.comparisons[i].mayHold(d.fact)
		}
		if met {
			return true
		}
	}
	return false
}

// guardsOf returns the guards of a policy's rules; nil if one has none.
func (s *Set) guardsOf(p *policy) (guards []guard) {
	for _, r := range s.rulesOf(p) {
		g := guardReader{set: s, aliases: map[ast.Var]string{}, constants: map[ast.Var]constant{}}
		g.read(r)
		if len(g.conditions) == 0 {
			return nil
		}
		guards = append(guards, g.guard)
	}
	return guards
}

// guardReader reads the guard of a rule from its compiled body.
type guardReader struct {
	set *Set
	guard
	row       ast.Var            // the variable that the conditions are about
	aliases   map[ast.Var]string // variables for fields of the row, with the paths of these
	constants map[ast.Var]constant
}

// constant is a value for a whole run, as a condition has it.
type constant struct{ value, parameter string }

// read reads the conditions that the body of a rule begins with, up to the first
// one that is not a guard.
func (g *guardReader) read(r *ast.Rule) {
	for _, e := range r.Body {
		if len(e.With) > 0 || e.IsEvery() || !g.expression(e) {
			return
		}
	}
}

// expression reads an expression, and reports whether those after it may be read.
func (g *guardReader) expression(e *ast.Expr) bool {
	if t, ok := e.Terms.(*ast.Term); ok {
		if ref, ok := t.Value.(ast.Ref); ok && g.set.isTest(ref) {
			return true
		}
		path, ok := g.field(t)
		if ok && e.Negated {
			g.add(path, isNotTrue, constant{})
		} else if ok {
			g.add(path, isTrue, constant{})
		}
		return ok
	}
	operands := e.Operands()
	if len(operands) != 2 {
		return false
	}
	a, b, operator := operands[0], operands[1], e.Operator().String()
	if e.Negated {
		path, isField := g.field(a)
		list, isConstant := g.constant(b)
		if operator != ast.Member.Name || !isField || !isConstant {
			return false
		}
		g.add(path, isNotIn, list)
		return true
	}
	if variable, source := rowBinding(e); variable != nil {
		if g.row == "" {
			g.row, g.section = variable.Value.(ast.Var), rowSection(source.Value.(ast.Ref))
		}
		return true
	}
	switch operator {
	case ast.Equal.Name:
		operator = ast.Equality.Name
	case ast.Equality.Name, ast.NotEqual.Name, ast.LessThan.Name, ast.LessThanEq.Name, ast.GreaterThan.Name, ast.GreaterThanEq.Name:
	default:
		return false
	}
	equation := operator == ast.Equality.Name
	if _, isField := g.field(b); isField && equation {
		a, b = b, a
	}
	v, isVar := b.Value.(ast.Var)
	path, isField := g.field(a)
	other, isConstant := g.constant(b)
	switch {
	case isField && isConstant:
		g.add(path, operator, other)
		return true
	case isField && isVar && equation:
		g.aliases[v] = path
		return true
	case isField || !isConstant || !equation:
		return false
	}
	if v, isVar := a.Value.(ast.Var); isVar {
		g.constants[v] = other
		return true
	}
	_, isConstant = g.constant(a)
	return isConstant // of two constants
}

// add adds a condition. Where its comparison may be an error, with ends the conditions.
func (g *guardReader) add(path, operator string, other constant) {
	g.conditions = append(g.conditions, condition{path, operator, other.value, other.parameter})
}

// field returns the path of a field of the row that a term is.
func (g *guardReader) field(t *ast.Term) (path string, ok bool) {
	switch v := t.Value.(type) {
	case ast.Var:
		path, ok = g.aliases[v]
		return path, ok
	case ast.Ref:
		if g.row == "" || headVar(v) != g.row || len(v) < 2 || len(groundPart(v)) != len(v) {
			return "", false
		}
		steps := make([]string, len(v)-1)
		for i, step := range v[1:] {
			steps[i] = string(step.Value.(ast.String))
		}
		return strings.Join(steps, "\x00"), true
	}
	return "", false
}

// constant returns the value of a term for a whole run.
func (g *guardReader) constant(t *ast.Term) (c constant, ok bool) {
	switch v := t.Value.(type) {
	case ast.Var:
		c, ok = g.constants[v]
		return c, ok
	case ast.Ref:
		return g.set.constantOf(v)
	}
	return constant{value: string(appendTerm(nil, t))}, ast.IsConstant(t.Value)
}

// isTest reports whether a rule is true or undefined, and is never an error: it only
// compares parts of the input with each other and with what is written there.
func (s *Set) isTest(ref ast.Ref) bool {
	rules := s.compiler.GetRulesExact(ref)
	for _, r := range rules {
		if r.Else != nil || len(r.Head.Args) > 0 || r.Head.RuleKind() != ast.SingleValue || len(r.Head.Ref()) > 1 || !ast.BooleanTerm(true).Equal(r.Head.Value) {
			return false
		}
		for _, e := range r.Body {
			if operands := e.Operands(); len(e.With) > 0 || e.Negated || !e.IsEquality() || !isPlain(operands[0]) || !isPlain(operands[1]) {
				return false
			}
		}
	}
	return len(rules) > 0
}

// isPlain reports whether a term is a variable, a part of the input, or a value.
func isPlain(t *ast.Term) bool {
	ref, isRef := t.Value.(ast.Ref)
	if !isRef {
		_, isVar := t.Value.(ast.Var)
		return isVar || ast.IsConstant(t.Value) // nor is a comprehension, which may be an error
	}
	for _, step := range ref[1:] {
		if _, isVar := step.Value.(ast.Var); !isVar && !ast.IsScalar(step.Value) {
			return false
		}
	}
	return !ref.HasPrefix(ast.DefaultRootRef)
}

// constantOf returns the value that a rule has for a whole run: it is written in the
// rule, or the rule is a parameter, with a default or without. Others may be errors.
func (s *Set) constantOf(ref ast.Ref) (c constant, ok bool) {
	rules := s.compiler.GetRulesExact(ref)
	written := 0
	for _, r := range rules {
		value := r.Head.Value
		if r.Else != nil || len(r.Head.Args) > 0 || r.Head.RuleKind() != ast.SingleValue || len(r.Head.Ref()) > 1 || len(r.Body) != 1 || value == nil {
			return c, false
		}
		if !r.Default {
			if written++; written > 1 {
				return c, false // which may differ
			}
		}
		switch expr := r.Body[0]; {
		case expr.Equal(ast.NewExpr(ast.BooleanTerm(true))):
			if !ast.IsConstant(value.Value) || r.Default && c.value != "" {
				return c, false
			}
			c.value = string(appendTerm(nil, value))
		default:
			if c.parameter = s.parameterIn(expr, value); c.parameter == "" {
				return c, false
			}
		}
	}
	return c, len(rules) > 0
}

// parameterIn returns the parameter that an expression binds to a variable; "" for
// other expressions, and if a library gives the parameter its value.
func (s *Set) parameterIn(expr *ast.Expr, variable *ast.Term) string {
	if !expr.IsEquality() || expr.Negated || len(expr.With) > 0 || !expr.Operand(0).Equal(variable) {
		return ""
	}
	ref, ok := expr.Operand(1).Value.(ast.Ref)
	if !ok || len(ref) != 3 || len(groundPart(ref)) != 3 || !ref.HasPrefix(ast.Ref{ast.DefaultRootDocument, ast.StringTerm("config")}) || len(s.compiler.GetRules(ref)) > 0 {
		return ""
	}
	return string(ref[2].Value.(ast.String))
}

// parameters returns the parameters of the run.
func (s *Set) parameters() map[string]any {
	parameters, _ := s.config.Data["config"].(map[string]any)
	return parameters
}
