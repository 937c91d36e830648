package policy

import (
	"bytes"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A guard is what one rule of a policy requires of a row: conditions that its body
// begins with, and that hold or do not hold without an error. A policy all of whose
// rules have one finds nothing where no row meets them, and need not be evaluated.
type guard struct {
	scep         []scepCondition // of a row of scep
	certificates []certificateCondition
}

type scepCondition struct {
	fact scepFact
	condition
}

type certificateCondition struct {
	fact certificateFact
	condition
}

// condition is what a fact is compared with.
type condition struct {
	operator string // that of Rego, or one of those below
	encoded  []byte // the encoding of the other side, unless it is a number
	number   int64
}

// The conditions that are no comparisons: the fact is neither undefined nor false; it
// is one of both.
const (
	isTrue    = "true"
	isNotTrue = "not"
)

// mayHold reports whether a fact may meet the condition.
func (c *condition) mayHold(fact []byte) bool {
	switch {
	case c.operator == isNotTrue:
		return fact[0] == factUndefined || fact[0] == factFalse
	case fact[0] == factUndefined:
		return false
	case c.operator == isTrue:
		return fact[0] != factFalse
	case c.encoded != nil:
		return bytes.Equal(fact, c.encoded) == (c.operator == ast.Equality.Name)
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
	if len(p.guards) == 0 {
		return true
	}
	for i := range p.guards {
		if p.guards[i].mayHold(d) {
			return true
		}
	}
	return false
}

// mayHold reports whether a row may meet all conditions.
func (g *guard) mayHold(d *document) bool {
	var buffer [64]byte
	if len(g.scep) > 0 {
	scep:
		for _, s := range d.scepRows() {
			for i := range g.scep {
				if c := &g.scep[i]; !c.mayHold(c.fact(d, s, buffer[:0])) {
					continue scep
				}
			}
			return true
		}
		return false
	}
	rows := d.p.Certificates()
certificates:
	for n := range rows {
		for i := range g.certificates {
			if c := &g.certificates[i]; !c.mayHold(c.fact(d, &rows[n], buffer[:0])) {
				continue certificates
			}
		}
		return true
	}
	return false
}

// guardsOf returns the guards of a policy's rules; nil if one has none.
func (s *Set) guardsOf(p *policy) (guards []guard) {
	for _, r := range s.rulesOf(p) {
		g := s.guardOf(r)
		if len(g.scep)+len(g.certificates) == 0 {
			return nil
		}
		guards = append(guards, g)
	}
	return guards
}

// guardOf reads the conditions that the body of a compiled rule begins with, up to the
// first one that is not a guard.
func (s *Set) guardOf(r *ast.Rule) (g guard) {
	if r.Head.RuleKind() != ast.MultiValue || r.Else != nil {
		return g
	}
	var row ast.Var // the variable that the conditions are about
	var section sections
	aliases := map[ast.Var]ast.Ref{} // variables for fields of the row
	constants := map[ast.Var]*ast.Term{}
	field := func(t *ast.Term) (ast.Ref, bool) {
		switch v := t.Value.(type) {
		case ast.Var:
			ref, ok := aliases[v]
			return ref, ok
		case ast.Ref:
			return v, row != "" && headVar(v) == row && len(v) > 1 && len(groundPart(v)) == len(v)
		}
		return nil, false
	}
	constant := func(t *ast.Term) *ast.Term {
		if v, ok := t.Value.(ast.Var); ok {
			return constants[v]
		}
		return t
	}
	add := func(ref ast.Ref, operator string, other *ast.Term) bool {
		c := condition{operator: operator}
		if other != nil {
			switch v := other.Value.(type) {
			case ast.String, ast.Boolean:
				if operator != ast.Equality.Name && operator != ast.NotEqual.Name {
					return false
				}
				c.encoded = appendTerm(nil, other)
			case ast.Number:
				n, ok := v.Int64()
				if !ok {
					return false
				}
				c.number = n
			default:
				return false
			}
		}
		path := pathIn(ref[1:])
		if section == sectionSCEP {
			g.scep = append(g.scep, scepCondition{scepFactOf(path), c})
		} else {
			g.certificates = append(g.certificates, certificateCondition{certificateFactOf(path), c})
		}
		return true
	}
	for _, e := range r.Body {
		if len(e.With) > 0 || e.IsEvery() {
			return g
		}
		if t, ok := e.Terms.(*ast.Term); ok {
			ref, ok := field(t)
			if !ok {
				return g
			}
			operator := isTrue
			if e.Negated {
				operator = isNotTrue
			}
			add(ref, operator, nil)
			continue
		}
		operands := e.Operands()
		if e.Negated || len(operands) != 2 {
			return g
		}
		if variable, source := rowBinding(e); variable != nil {
			if row == "" {
				row, section = variable.Value.(ast.Var), rowSection(source.Value.(ast.Ref))
			}
			continue
		}
		a, b, operator := operands[0], operands[1], e.Operator().String()
		switch operator {
		case ast.Equality.Name:
			if _, isField := field(a); !isField {
				if _, isField := field(b); isField {
					a, b = b, a
				}
			}
		case ast.Equal.Name:
			operator = ast.Equality.Name
		case ast.NotEqual.Name, ast.LessThan.Name, ast.LessThanEq.Name, ast.GreaterThan.Name, ast.GreaterThanEq.Name:
		default:
			return g
		}
		if ref, ok := field(a); ok {
			if v, isVar := b.Value.(ast.Var); isVar && operator == ast.Equality.Name && constants[v] == nil && aliases[v] == nil {
				aliases[v] = ref
				continue
			}
			if other := constant(b); other == nil || !add(ref, operator, other) {
				return g
			}
			continue
		}
		if ref, ok := a.Value.(ast.Ref); ok && s.constantOf(ref) != nil && operator == ast.Equality.Name && ast.IsScalar(b.Value) {
			continue
		}
		v, isVar := a.Value.(ast.Var)
		if !isVar || operator != ast.Equality.Name {
			return g
		}
		switch value := b.Value.(type) {
		case ast.String, ast.Boolean, ast.Number:
			constants[v] = b
		case ast.Ref:
			if constants[v] = s.constantOf(value); constants[v] == nil {
				return g
			}
		default:
			return g
		}
	}
	return g
}

// pathIn returns the path of fields in a reference.
func pathIn(steps ast.Ref) string {
	path := ""
	for i, step := range steps {
		if i > 0 {
			path += "\x00"
		}
		path += string(step.Value.(ast.String))
	}
	return path
}

// constantOf returns the integer, boolean, or string that a rule has for the whole run: it
// is written in the rule, or the rule is a parameter, with a default or without. nil for
// other rules.
func (s *Set) constantOf(ref ast.Ref) *ast.Term {
	var value, fallback *ast.Term
	for _, r := range s.compiler.GetRulesExact(ref) {
		if r.Else != nil || len(r.Head.Args) > 0 || r.Head.RuleKind() != ast.SingleValue || len(r.Head.Ref()) > 1 || len(r.Body) != 1 {
			return nil
		}
		of, known := r.Head.Value, true
		if expr := r.Body[0]; !expr.Equal(ast.NewExpr(ast.BooleanTerm(true))) {
			of, known = s.parameterOf(expr, of)
		}
		switch {
		case !known || of != nil && value != nil && !r.Default:
			return nil
		case r.Default:
			fallback = of
		case of != nil:
			value = of
		}
	}
	if value == nil {
		value = fallback
	}
	if value == nil {
		return nil
	}
	switch v := value.Value.(type) {
	case ast.Number:
		if _, ok := v.Int64(); ok {
			return value
		}
	case ast.Boolean, ast.String:
		return value
	}
	return nil
}

// parameterOf returns the value of a parameter that an expression binds to a variable,
// nil if it is not set; known is false for other expressions.
func (s *Set) parameterOf(expr *ast.Expr, variable *ast.Term) (value *ast.Term, known bool) {
	if !expr.IsEquality() || expr.Negated || len(expr.With) > 0 || !expr.Operand(0).Equal(variable) {
		return nil, false
	}
	ref, ok := expr.Operand(1).Value.(ast.Ref)
	if !ok || len(ref) != 3 || len(groundPart(ref)) != 3 || !ref.HasPrefix(ast.Ref{ast.DefaultRootDocument, ast.StringTerm("config")}) {
		return nil, false
	}
	config, _ := s.config.Data["config"].(map[string]any)
	given, ok := config[string(ref[2].Value.(ast.String))]
	if !ok {
		return nil, true
	}
	converted, err := ast.InterfaceToValue(given)
	return ast.NewTerm(converted), err == nil
}
