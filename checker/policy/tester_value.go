package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// isComparison reports whether an expression compares two values.
func isComparison(expr *ast.Expr) bool {
	return slices.Contains([]string{ast.Equal.Name, ast.NotEqual.Name, ast.LessThan.Name, ast.LessThanEq.Name, ast.GreaterThan.Name, ast.GreaterThanEq.Name}, expr.Operator().String())
}

// valueOf returns the value of a term at a point of an evaluation, nil if it has
// none or that is not known.
func valueOf(t *ast.Term, e *topdown.Event) *ast.Term {
	v := e.Plug(t)
	if v != nil && v.IsGround() && !isRef(v) {
		return v
	}
	ref, ok := t.Value.(ast.Ref)
	if !ok || len(ref) < 2 {
		return nil
	}
	head := e.Plug(ref[0]) // a local variable, perhaps: then what is in it
	if head == nil || !head.IsGround() || isRef(head) {
		return nil
	}
	path := make(ast.Ref, 0, len(ref)-1)
	for _, step := range ref[1:] {
		key := e.Plug(step)
		if key == nil || !key.IsGround() || isRef(key) {
			return nil
		}
		path = append(path, key)
	}
	found, err := head.Value.Find(path)
	if err != nil {
		return nil
	}
	return ast.NewTerm(found)
}

// sourceOf returns a term as it is written in the source; "" if it is written
// otherwise.
func sourceOf(t *ast.Term) string {
	if t.Location == nil {
		return ""
	}
	text, _, more := strings.Cut(clean(string(t.Location.Text)), "\n")
	if more {
		text += " …"
	}
	return text
}

// pretty returns a value as indented JSON; sets are sorted arrays.
func pretty(v ast.Value) []byte {
	const most = 256 << 10
	plain, err := ast.JSONWithOpt(v, ast.JSONOpt{SortSets: true})
	if err != nil {
		return []byte(fmt.Sprintf("%q", short(v)))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(plain); err != nil || out.Len() > most {
		return []byte(fmt.Sprintf("%q", short(v)))
	}
	return bytes.TrimSpace(out.Bytes())
}
