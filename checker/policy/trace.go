package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/sceplint/sceplint/checker"
)

// tracer hears of the steps of an evaluation.
type tracer func(topdown.Event)

func (tracer) Enabled() bool                    { return true }
func (tracer) Config() topdown.TraceConfig      { return topdown.TraceConfig{PlugLocalVars: true} }
func (t tracer) TraceEvent(event topdown.Event) { t(event) }

// traceEval evaluates one policy again and reports each step.
func (s *Set) traceEval(pass *checker.Pass, i int, tell tracer) error {
	input := ast.NewTerm(newDocument(pass).build(s.policies[i].dependencies.needs))
	done, _, err := s.run(pass, []evalRequest{{policy: i}}, input, timeBase, func(query *topdown.Query) {
		query.WithQueryTracer(tell).WithIndexing(false).WithEarlyExit(false).WithVirtualCache(topdown.NewVirtualCache())
	})
	if err == nil && len(done) > 0 {
		err = done[0].err
	}
	return err
}

// ruleLocation returns the location of the rule that created a member of a set.
func (s *Set) ruleLocation(pass *checker.Pass, i int, set string, member *ast.Term) string {
	p := s.policies[i]
	place := fmt.Sprintf("%s:%d", p.file, p.line)
	if exceeds(member.Value, maxValues) {
		return place
	}
	_ = s.traceEval(pass, i, func(event topdown.Event) {
		rule, ok := event.Node.(*ast.Rule)
		if !ok || event.Op != topdown.ExitOp || string(rule.Head.Name) != set || rule.Head.Key == nil {
			return
		}
		if event.Plug(rule.Head.Key).Equal(member) {
			place = fmt.Sprintf("%s:%d", rule.Location.File, rule.Location.Row)
		}
	})
	return place
}

// explain explains, in lines for people, why the policy did or did not find
// something in the profile: for each rule of its sets, what holds or which
// expression does not.
func (s *Set) explain(pass *checker.Pass, i int) []string {
	p := s.policies[i]
	lines := []string{fmt.Sprintf("trace of %s on %s", p.ID, pass.Profile.Source.Name)}
	attempts := map[uint64]*ruleTrace{}
	var order []*ruleTrace
	entered := map[*ast.Rule]bool{}
	err := s.traceEval(pass, i, func(event topdown.Event) {
		if rule, ok := event.Node.(*ast.Rule); ok && rule.Module != nil && rule.Module.Package.Equal(s.compiler.Modules[p.file].Package) && slices.Contains(p.sets, string(rule.Head.Name)) {
			switch event.Op {
			case topdown.EnterOp:
				a := &ruleTrace{rule: rule}
				attempts[event.QueryID], order = a, append(order, a)
				entered[rule] = true
			case topdown.ExitOp:
				if a := attempts[event.QueryID]; a != nil && rule.Head.Key != nil {
					a.holds = append(a.holds, short(event.Plug(rule.Head.Key).Value))
				}
			}
			return
		}
		a := attempts[event.QueryID]
		if expr, ok := event.Node.(*ast.Expr); ok && a != nil && event.Op == topdown.FailOp {
			a.fails = append(a.fails, failure(expr, &event))
		}
	})
	for _, a := range order {
		lines = append(lines, fmt.Sprintf("  %s:%d: %s", a.rule.Location.File, a.rule.Location.Row, a.rule.Head.Name))
		for _, fail := range unique(a.fails) {
			lines = append(lines, "    false at "+fail)
		}
		for _, member := range unique(a.holds) {
			lines = append(lines, "    true, with "+member)
		}
	}
	if err != nil {
		lines = append(lines, "  failed: "+err.Error())
	}
	return lines
}

// ruleTrace is one evaluation of a rule.
type ruleTrace struct {
	rule  *ast.Rule
	fails []string
	holds []string
}

// failure words an expression that does not hold, with the values in it.
func failure(expr *ast.Expr, event *topdown.Event) string {
	text := strings.TrimSpace(string(expr.Location.Text))
	if text == "" {
		text = expr.String()
	}
	text, _, _ = strings.Cut(text, "\n")
	line := fmt.Sprintf("line %d: %s", expr.Location.Row, clean(text))
	var values []string
	for _, operand := range expr.Operands() {
		switch operand.Value.(type) {
		case ast.Var, ast.Ref:
			if value := event.Plug(operand); value != nil && value.IsGround() && !isRef(value) {
				values = append(values, short(value.Value))
			}
		}
	}
	if len(values) > 0 {
		line += ", with " + strings.Join(values, " and ")
	}
	return line
}

func isRef(t *ast.Term) bool {
	_, ok := t.Value.(ast.Ref)
	return ok
}

func unique(list []string) []string {
	const most = 20
	var kept []string
	for _, x := range list {
		if !slices.Contains(kept, x) && len(kept) < most {
			kept = append(kept, x)
		}
	}
	return kept
}
