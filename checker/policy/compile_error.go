package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	regotypes "github.com/open-policy-agent/opa/v1/types"

	"github.com/sceplint/sceplint/checker/keyname"
)

// maxErrors is how many errors of a kind are reported.
const maxErrors = 20

// explain words the compiler's errors in lines of FILE:LINE:COLUMN: message.
func explain(err error, hint string) error {
	var list ast.Errors
	if !errors.As(err, &list) {
		return err
	}
	lines := make([]error, 0, len(list)+1)
	for i, e := range list {
		if i == maxErrors {
			lines = append(lines, fmt.Errorf("and %d more", len(list)-maxErrors))
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

// generatedVar matches variables that the compiler makes.
var generatedVar = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`__local\d+__|\$\d+`) })

// wrongArity matches what the compiler says of a call of a function of the policies.
var wrongArity = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^function (\S+) has arity (\d+), got (\d+) arguments?$`)
})

// message words one error for the author of a policy.
func message(e *ast.Error) string {
	text, _, _ := strings.Cut(e.Message, "\n")
	return generatedVar().ReplaceAllString(describeCompileError(text, e.Details), "_")
}

func describeCompileError(text string, details any) string {
	switch detail := details.(type) {
	case *ast.RefErrInvalidDetail:
		return describeRefError(detail)
	case *ast.UnificationErrDetail:
		return fmt.Sprintf("comparison of %s with %s is never true", typeName(detail.Left), typeName(detail.Right))
	case *ast.ArgErrDetail:
		return describeArguments(text, detail)
	case *ast.RefErrUnsupportedDetail:
		pos := min(detail.Pos+1, len(detail.Ref)-1)
		switch _, iterates := detail.Ref[pos].Value.(ast.Var); {
		case detail.Have == nil, strings.HasPrefix(text, "function "):
		case iterates:
			return fmt.Sprintf("iteration over a %s, which has no elements", typeName(detail.Have))
		default:
			return fmt.Sprintf("undefined reference %v: %v is a %s, which has no fields", detail.Ref, detail.Ref[:pos], typeName(detail.Have))
		}
	}
	if name, ok := strings.CutPrefix(text, "undefined function "); ok {
		_, exists := ast.BuiltinMap[name]
		switch {
		case strings.HasPrefix(name, "sceplint.input"):
			return fmt.Sprintf("function %s is available only in tests; use it in a package that ends in _test, and run `sceplint policy test`", name)
		case exists:
			return fmt.Sprintf("function %s is not available: policies have no access to the network, files, the environment, or randomness", name)
		case strings.HasPrefix(name, "data."):
			return text + ": not in any policy or library"
		}
		if near := keyname.Nearest(name, allowed); near != "" {
			return fmt.Sprintf("%s; did you mean %s?", text, near)
		}
		return text
	}
	if m := wrongArity().FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("invalid arguments of %s: found %s; expected %s", m[1], m[3], m[2])
	}
	if name, ok := strings.CutPrefix(text, "deprecated built-in function calls in expression: "); ok {
		return fmt.Sprintf("function %s is deprecated; use every, or some … in", name)
	}
	if problem, ok := strings.CutPrefix(text, "yaml: "); ok {
		return "invalid METADATA: " + problem + "; quote a text that contains a colon"
	}
	if name, ok := strings.CutPrefix(text, "var "); ok && strings.HasSuffix(name, " is unsafe") {
		if name = strings.TrimSuffix(name, " is unsafe"); generatedVar().MatchString(name) {
			return "unsafe expression: a variable has no value; assign it before use"
		}
		return fmt.Sprintf("unsafe variable %s: it has no value; assign it, or import it", name)
	}
	if name, ok := strings.CutPrefix(text, "var "); ok && strings.HasSuffix(name, " is undeclared") {
		return "undeclared variable " + strings.TrimSuffix(name, " is undeclared")
	}
	for _, kind := range []string{"declared var ", "assigned var "} {
		if name, ok := strings.CutPrefix(text, kind); ok && strings.HasSuffix(name, " unused") {
			return "unused variable " + strings.TrimSuffix(name, " unused") + "; remove it"
		}
	}
	if name, ok := strings.CutPrefix(text, "var "); ok && strings.HasSuffix(name, " above") {
		return "variable " + name + "; use another name"
	}
	if name, ok := strings.CutPrefix(text, "import "); ok && strings.HasSuffix(name, " unused") {
		return "unused import " + strings.TrimSuffix(name, " unused") + "; remove it"
	}
	if name, ok := strings.CutPrefix(text, "unused argument "); ok {
		name, _, _ = strings.Cut(name, ". (hint")
		return "unused argument " + name + "; use _ for it"
	}
	return text
}

// describeArguments words a call with arguments of a wrong number or wrong types.
func describeArguments(text string, detail *ast.ArgErrDetail) string {
	function, problem, _ := strings.Cut(text, ":")
	want, have := detail.Want.Args, detail.Have
	known := ast.BuiltinMap[function]
	if known != nil {
		want = want[:min(len(want), known.Decl.Arity())] // without the result
	} else if len(want) > 0 {
		want = want[:len(want)-1]
	}
	if n := len(have); n > 0 && (n > len(want) && have[n-1] == nil || strings.Contains(problem, "too few") && typeName(have[n-1]) == "any") {
		have = have[:n-1] // without the variable of the result
	}
	var found, types, expected []string
	for _, t := range have {
		found = append(found, typeName(t))
	}
	for _, t := range want {
		types = append(types, typeName(t))
		if named, ok := t.(*regotypes.NamedType); ok {
			expected = append(expected, named.Name+": "+typeName(t))
		} else {
			expected = append(expected, typeName(t))
		}
	}
	if known != nil && known.Infix != "" {
		return fmt.Sprintf("invalid operands of %s: found %s; expected %s", known.Infix, strings.Join(found, " and "), strings.Join(types, " and "))
	}
	return fmt.Sprintf("invalid arguments of %s: found (%s); expected (%s)", function, strings.Join(found, ", "), strings.Join(expected, ", "))
}

// describeRefError words a reference that does not fit the schema of input, with the nearest name that does.
func describeRefError(detail *ast.RefErrInvalidDetail) string {
	pos := min(detail.Pos, len(detail.Ref)-1)
	ref, parent := detail.Ref[:pos+1], detail.Ref[:pos]
	if len(detail.OneOf) == 0 {
		if detail.Want == nil {
			return fmt.Sprintf("undefined reference %v", ref)
		}
		if typeName(detail.Want) == "number" {
			return fmt.Sprintf("invalid reference %v: %v is an array; use an index, such as %v[_]", ref, parent, parent)
		}
		return fmt.Sprintf("invalid reference %v: a key of %v must be a %s", ref, parent, typeName(detail.Want))
	}
	var names []string
	for _, v := range detail.OneOf {
		names = append(names, strings.Trim(v.String(), `"`))
	}
	wrong := strings.Trim(detail.Ref[pos].Value.String(), `"`)
	hint := "expected " + strings.Join(names, ", ")
	if near := keyname.Nearest(wrong, names); near != "" {
		hint = fmt.Sprintf("did you mean %s? (%s)", near, hint)
	}
	return fmt.Sprintf("undefined reference %v: no field %q in %v; %s", ref, wrong, parent, hint)
}

// typeName names a type in the words of JSON.
func typeName(t regotypes.Type) string {
	switch t := t.(type) {
	case nil:
		return "any"
	case *regotypes.NamedType:
		return typeName(t.Type)
	case regotypes.Any:
		var names []string
		for _, one := range t {
			if name := typeName(one); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			return strings.Join(names, " or ")
		}
	case *regotypes.Array:
		return "array"
	case *regotypes.Object:
		return "object"
	case *regotypes.Set:
		return "set"
	case regotypes.Null, regotypes.Boolean, regotypes.Number, regotypes.String, *regotypes.Function:
		return t.String()
	}
	return fmt.Sprint(t)
}
