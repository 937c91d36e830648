package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// explain words the compiler's errors in lines of FILE:LINE:COLUMN: message.
func explain(err error, hint string) error {
	var list ast.Errors
	if !errors.As(err, &list) {
		return err
	}
	const enough = 20
	lines := make([]error, 0, len(list)+1)
	for i, e := range list {
		if i == enough {
			lines = append(lines, fmt.Errorf("and %d more", len(list)-enough))
			break
		}
		place := ""
		if e.Location != nil {
			place = fmt.Sprintf("%s:%d:%d: ", e.Location.File, e.Location.Row, e.Location.Col)
		}
		lines = append(lines, fmt.Errorf("%s%s", place, clean(message(e))))
		if hint != "" {
			return fmt.Errorf("%w; %s", lines[0], hint)
		}
	}
	return errors.Join(lines...)
}

// explainCompiled is explain for errors of the compiler. OPA omits the location
// if the error is about a term that it created itself, such as in template
// strings; the location is then that of the first use of the variable.
func explainCompiled(list ast.Errors, modules map[string]*ast.Module) error {
	for _, e := range list {
		if e.Location != nil {
			continue
		}
		var name string
		_, _ = fmt.Sscanf(e.Message, "var %s is", &name) // if it says something else, no variable has that name
		for _, file := range sortedNames(modules) {
			m := modules[file]
			if e.Location == nil && len(modules) == 1 {
				e.Location = m.Package.Location
			}
			found := false
			ast.WalkTerms(m, func(t *ast.Term) bool {
				if v, ok := t.Value.(ast.Var); ok && !found && string(v) == name && t.Location != nil {
					e.Location, found = t.Location, true
				}
				return found
			})
			if found {
				break
			}
		}
	}
	return explain(list, "")
}

// message words one error: for a name that does not exist it includes the
// nearest one that does.
func message(e *ast.Error) string {
	text, _, _ := strings.Cut(e.Message, "\n")
	switch detail := e.Details.(type) {
	case *ast.RefErrInvalidDetail:
		if len(detail.OneOf) == 0 {
			if detail.Want != nil {
				return fmt.Sprintf("%s: wants %v", text, detail.Want)
			}
			return text
		}
		var names []string
		for _, v := range detail.OneOf {
			names = append(names, strings.Trim(v.String(), `"`))
		}
		wrong := strings.Trim(detail.Ref[detail.Pos].Value.String(), `"`)
		if near := nearest(wrong, names); near != "" {
			return fmt.Sprintf("%s: there is no %q; did you mean %s? (there are %s)", text, wrong, near, strings.Join(names, ", "))
		}
		return fmt.Sprintf("%s: there is no %q; there are %s", text, wrong, strings.Join(names, ", "))
	case *ast.UnificationErrDetail:
		return fmt.Sprintf("values of type %v and of type %v are compared, which are never the same", detail.Left, detail.Right)
	case *ast.ArgErrDetail:
		if lines := detail.Lines(); len(lines) > 0 {
			return text + ": " + strings.Join(lines, ", ")
		}
	}
	switch {
	case strings.Contains(text, "sceplint.input"):
		return text + "; it is for tests, in packages that end in _test, which sceplint policy test runs"
	case strings.HasPrefix(text, "undefined function "):
		name := strings.TrimPrefix(text, "undefined function ")
		if _, ok := ast.BuiltinMap[name]; ok {
			return text + "; policies may not call it: they reach no network, file, environment or chance"
		}
	}
	return text
}
