package policy

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/policies"
)

// TestLoops holds that the shipped policies have nothing in a loop that does not
// depend on it: it is evaluated for each row. The order is that of the text.
func TestLoops(t *testing.T) {
	files, err := Files(policies.FS, func(path string) string { return path })
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !f.isModule() {
			continue
		}
		m, err := parseModule(f, false)
		if err != nil {
			t.Fatal(err)
		}
		global := ast.NewVarSet(ast.DefaultRootDocument.Value.(ast.Var), ast.InputRootDocument.Value.(ast.Var))
		for _, i := range m.Imports {
			global.Add(i.Name())
		}
		for _, r := range m.Rules {
			global.Add(r.Head.Ref()[0].Value.(ast.Var))
		}
		ast.WalkBodies(m, func(body ast.Body) bool {
			for _, expr := range outsideLoop(body, global) {
				t.Errorf("%s: does not depend on the loop before it: %s", expr.Location, expr.Location.Text)
			}
			return false
		})
	}
}

// outsideLoop returns the expressions of a body that follow a loop and use no
// variable of it, directly or through others.
func outsideLoop(body ast.Body, global ast.VarSet) (found []*ast.Expr) {
	loop := ast.NewVarSet()
	for _, expr := range body {
		_, some := expr.Terms.(*ast.SomeDecl)
		vars := expr.Vars(ast.VarVisitorParams{SkipRefCallHead: true}).Diff(global)
		walks := expr.IsCall() && expr.Operator().String() == ast.WalkBuiltin.Name
		switch {
		case some || walks || len(loop) > 0 && len(vars.Intersect(loop)) > 0:
			loop.Update(vars)
		case len(loop) > 0:
			found = append(found, expr)
		}
	}
	return found
}
