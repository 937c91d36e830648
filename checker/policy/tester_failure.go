package policy

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Failure is why a test failed: the expression that was reached last, and the
// values in it.
type Failure struct {
	File       string
	Line       int
	Expression string // its source, of one or more lines
	Message    string // what is wrong, in a few words
	Relation   string // how Got and Expected should relate: ==, or in; "" if that is not known
	Got        []byte // as indented JSON
	Expected   []byte
	Values     []string // of other expressions, short
}

// failureTracer notes of an evaluation of a test what does not hold.
type failureTracer struct {
	rule     *ast.Rule
	sources  map[string][]string // lines of files
	bodies   map[uint64]bool     // the queries that evaluate the body of the test
	parents  map[uint64]uint64   // of the queries inside these, such as those of every
	inner    map[uint64]*Failure // the last one inside a body, by the body's query
	index    int                 // how far the evaluation got, in expressions of the body
	found    *Failure
	compared *ast.Expr // the last comparison whose outcome is a value
	current  []string  // the names of the case that is evaluated
	byCase   map[string]*Failure
}

func newFollowing(rule *ast.Rule, files []File) *failureTracer {
	f := &failureTracer{rule: rule, sources: map[string][]string{}, bodies: map[uint64]bool{}, parents: map[uint64]uint64{}, inner: map[uint64]*Failure{}, index: -1, byCase: map[string]*Failure{}}
	for _, file := range files {
		if file.isModule() {
			f.sources[file.Name] = strings.Split(string(file.Text), "\n")
		}
	}
	return f
}

// event hears of one step.
func (f *failureTracer) event(e topdown.Event) {
	switch e.Op {
	case topdown.EnterOp:
		rule, ok := e.Node.(*ast.Rule)
		switch {
		case ok && f.mine(rule):
			f.bodies[e.QueryID] = true
		case !ok && (f.bodies[e.ParentID] || f.parents[e.ParentID] != 0):
			f.parents[e.QueryID] = e.ParentID
		}
	case topdown.TestCaseOp:
		if expr, ok := e.Node.(*ast.Expr); ok {
			f.current, f.index = caseNames(e.Plug(expr.Operand(0))), -1
		}
	case topdown.EvalOp:
		if expr, ok := e.Node.(*ast.Expr); ok && f.bodies[e.QueryID] && isComparison(expr) && len(expr.Operands()) == 3 {
			f.compared = expr // as in test_x := a == b
		}
	case topdown.ExitOp:
		if rule, ok := e.Node.(*ast.Rule); ok && f.mine(rule) && f.compared != nil && f.found == nil {
			f.found = f.failed(f.compared, &e)
		}
	case topdown.FailOp:
		expr, ok := e.Node.(*ast.Expr)
		if !ok {
			return
		}
		if !f.bodies[e.QueryID] {
			if body := f.bodyOf(e.QueryID); body != 0 && !expr.IsEvery() {
				f.inner[body] = f.failed(expr, &e)
			}
			return
		}
		if expr.Index < f.index {
			return
		}
		failure := f.failed(expr, &e)
		if inner := f.inner[e.QueryID]; inner != nil && expr.IsEvery() {
			failure = inner
		}
		f.index, f.found = expr.Index, failure
		if f.current != nil {
			f.byCase[strings.Join(f.current, "/")] = failure
		}
	}
}

// mine reports whether a rule is the test, or what follows its else.
func (f *failureTracer) mine(rule *ast.Rule) bool {
	for r := f.rule; r != nil; r = r.Else {
		if r == rule {
			return true
		}
	}
	return false
}

// bodyOf finds the body of the test that contains a query.
func (f *failureTracer) bodyOf(query uint64) uint64 {
	for query != 0 && !f.bodies[query] {
		query = f.parents[query]
	}
	return query
}

// failed describes an expression that does not hold.
func (f *failureTracer) failed(expr *ast.Expr, e *topdown.Event) *Failure {
	failure := f.at(expr.Location)
	operands := expr.Operands()
	if isComparison(expr) && len(operands) == 3 {
		operands = operands[:2] // the third takes the outcome
	}
	values := make([]*ast.Term, len(operands))
	for i, x := range operands {
		values[i] = valueOf(x, e)
	}
	operator := expr.Operator().String()
	equality := expr.IsEquality() || operator == ast.Equal.Name
	switch {
	case expr.Negated:
		failure.Message = "expected false, found true"
	case len(values) == 2 && equality && values[0] != nil && values[1] != nil:
		got, expected := 0, 1
		if _, written := operands[0].Value.(ast.Var); !written {
			if _, computed := operands[1].Value.(ast.Var); computed {
				got, expected = 1, 0 // the value stands first, as in {"x"} == deny
			}
		}
		failure.Message, failure.Relation = "the values differ", "=="
		failure.Got, failure.Expected = pretty(values[got].Value), pretty(values[expected].Value)
		return failure
	case len(values) == 2 && equality:
		failure.Message = "a value is undefined"
		for i, v := range values {
			if text := sourceOf(operands[i]); isRef(operands[i]) && v == nil && text != "" {
				failure.Message = text + " is undefined"
			}
		}
	case operator == ast.Member.Name && len(values) == 2 && values[0] != nil && values[1] != nil:
		failure.Message, failure.Relation = "the value is not a member", "in"
		failure.Got, failure.Expected = pretty(values[1].Value), pretty(values[0].Value)
		return failure
	case len(operands) == 0:
		failure.Message = "expression is false or undefined"
		if term, ok := expr.Terms.(*ast.Term); ok {
			if v := e.Plug(term); v != nil && v.IsGround() && !isRef(v) {
				failure.Message = "expression is " + short(v.Value)
			}
		}
	default:
		failure.Message = "expression is not true"
	}
	for _, v := range values {
		if v != nil {
			failure.Values = append(failure.Values, short(v.Value))
		}
	}
	return failure
}

// at returns a failure at a location, with its source.
func (f *failureTracer) at(l *ast.Location) *Failure {
	const most = 8 // lines
	failure := &Failure{File: l.File, Line: l.Row, Expression: strings.TrimSpace(string(l.Text))}
	if lines := f.sources[l.File]; l.Row > 0 && l.Row <= len(lines) {
		end, _ := l.End()
		end = min(max(end, l.Row), len(lines), l.Row+most-1)
		failure.Expression = undented(lines[l.Row-1 : end])
	}
	failure.Expression = clean(failure.Expression)
	return failure
}

// undented takes from lines the indent that they share.
func undented(lines []string) string {
	indent := -1
	for _, line := range lines {
		if n := len(line) - len(strings.TrimLeft(line, " \t")); strings.TrimSpace(line) != "" && (indent < 0 || n < indent) {
			indent = n
		}
	}
	cut := slices.Clone(lines)
	for i, line := range cut {
		cut[i] = line[min(max(indent, 0), len(line)):]
	}
	return strings.Join(cut, "\n")
}

// failure returns why the test failed.
func (f *failureTracer) failure() *Failure {
	if f.found != nil {
		return f.found
	}
	head := f.rule.Head
	failure := f.at(f.rule.Location)
	failure.Expression, _, _ = strings.Cut(failure.Expression, "\n")
	switch {
	case len(head.Args) > 0:
		failure.Message = "test has arguments, so it is never called; remove them"
	case head.RuleKind() == ast.MultiValue:
		failure.Message = "test must be true, found a set; use test_x if { … }"
	case head.DocKind() == ast.PartialObjectDoc:
		failure.Message = "no test case was evaluated"
	default:
		failure.Message = "test is not true"
		if head.Value != nil && head.Value.IsGround() {
			failure.Message = "test must be true, found " + short(head.Value.Value)
		}
	}
	return failure
}

// caseNames are the parts of the name of a case.
func caseNames(t *ast.Term) []string {
	list, ok := t.Value.(*ast.Array)
	if !ok {
		return []string{}
	}
	names := make([]string, 0, list.Len())
	list.Foreach(func(x *ast.Term) {
		name := x.Value.String()
		if text, ok := x.Value.(ast.String); ok {
			name = string(text)
		}
		names = append(names, name)
	})
	return names
}

// cases are the cases of a test that have none inside them, in order.
func (f *failureTracer) cases(results tester.SubResultMap) (list []Case) {
	for path, r := range results.Iter {
		if len(r.SubResults) > 0 {
			continue
		}
		c := Case{Name: strings.Join(path, "/"), Outcome: Passed}
		if r.Fail {
			c.Outcome, c.Failure = Failed, f.byCase[strings.Join(path, "/")]
		}
		list = append(list, c)
	}
	return list
}
