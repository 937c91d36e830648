package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// formatCall is a call of sprintf with a constant format and a literal array of
// arguments.
type formatCall struct {
	format    *ast.Term
	text      string
	arguments *ast.Term
	array     *ast.Array
}

// formatCalls returns the calls of sprintf that can be checked before they run.
func formatCalls(m *ast.Module) (list []formatCall) {
	add := func(terms []*ast.Term) {
		if len(terms) < 3 || !ast.Sprintf.Ref().Equal(terms[0].Value) {
			return
		}
		text, isText := terms[1].Value.(ast.String)
		array, isArray := terms[2].Value.(*ast.Array)
		if isText && isArray && array.Len() <= maxArguments && len(text) <= maxFormat && !hugeNumber().MatchString(string(text)) {
			list = append(list, formatCall{terms[1], string(text), terms[2], array})
		}
	}
	walkCalls(m, add)
	return list
}

// The most arguments, and bytes of a format, of a sprintf that is checked.
const (
	maxArguments = 100
	maxFormat    = 10000
)

var (
	// percentSign matches a percent sign in a format.
	percentSign = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%[-+# 0-9.]*%`) })
	// hugeNumber matches a width that Go does not accept.
	hugeNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]{7}`) })
)

// verbs returns the verb of each of n arguments of a format, 0 where it has none
// of its own, and what Go says of their number.
func verbs(format string, n int) (list []rune, result string) {
	list = make([]rune, n)
	arguments := make([]any, n)
	for i := range arguments {
		arguments[i] = verbOf{&list[i]}
	}
	return list, fmt.Sprintf(percentSign().ReplaceAllString(format, ""), arguments...)
}

// verbOf is an argument of a format that records its verb.
type verbOf struct{ verb *rune }

// Format implements fmt.Formatter.
func (v verbOf) Format(_ fmt.State, verb rune) { *v.verb = verb }

func isCountWrong(result string) bool {
	return strings.Contains(result, "(MISSING)") || strings.Contains(result, "(BADINDEX)") || strings.Contains(result, "%!(EXTRA ")
}

// The verbs of sprintf. OPA passes numbers as they are, and all else as text.
const (
	numberVerbs = "dboOcUeEfFgG" // for numbers only
	anyVerbs    = "vTsqxX" + numberVerbs
)

// checkFormats rejects calls of sprintf whose arguments do not fit the format.
func checkFormats(modules map[string]*ast.Module) error {
	var failures []error
	for _, name := range sortedNames(modules) {
		for _, call := range formatCalls(modules[name]) {
			if l, problem := call.problem(); problem != "" {
				if failures = append(failures, fmt.Errorf("%s:%d:%d: %s", name, l.Row, l.Col, clean(problem))); len(failures) == maxErrors {
					return errors.Join(failures...)
				}
			}
		}
	}
	return errors.Join(failures...)
}

// problem returns what is wrong with the call whatever the input is, and where; ""
// if nothing is.
func (c formatCall) problem() (*ast.Location, string) {
	found, result := verbs(c.text, c.array.Len())
	if isCountWrong(result) {
		for n := range maxArguments {
			if _, result := verbs(c.text, n); !isCountWrong(result) {
				return c.arguments.Location, fmt.Sprintf("invalid arguments of sprintf: found %d; expected %d for the format %q", c.array.Len(), n, c.text)
			}
		}
		return nil, ""
	}
	if strings.Contains(result, "%!(NOVERB)") {
		return c.format.Location, fmt.Sprintf("invalid format of sprintf: no verb after %% in %q; use %%%% for a percent sign", c.text)
	}
	for i, verb := range found {
		switch {
		case verb == 0:
		case verb == 't':
			return c.format.Location, "unsupported verb %t of sprintf: booleans are formatted as text; use %v"
		case !strings.ContainsRune(anyVerbs, verb):
			return c.format.Location, fmt.Sprintf("unknown verb %%%c of sprintf; use %%v, or %%%% for a percent sign", verb)
		default:
			if problem := literalProblem(i, verb, c.array.Elem(i)); problem != "" {
				return c.array.Elem(i).Location, problem
			}
		}
	}
	return nil, ""
}

// literalProblem returns what is wrong with a literal as an argument.
func literalProblem(i int, verb rune, t *ast.Term) string {
	switch v := t.Value.(type) {
	case ast.Number:
		whole := "vTdboOxXcqU"
		if strings.ContainsAny(string(v), ".eE") {
			whole = "vTbeEfFgGxX"
		}
		if verb == 's' {
			return wordTextVerb(i)
		}
		if !strings.ContainsRune(whole, verb) {
			return fmt.Sprintf("argument %d of sprintf does not fit %%%c: found %s; use %%v", i+1, verb, v)
		}
	case ast.Var, ast.Ref, ast.Call:
	case *ast.TemplateString:
		return literalProblem(i, verb, ast.StringTerm(""))
	default:
		if strings.ContainsRune(numberVerbs, verb) {
			return wordNumberVerb(i, verb, ast.ValueName(t.Value))
		}
	}
	return ""
}

func wordTextVerb(i int) string {
	return fmt.Sprintf("argument %d of sprintf must be a string for %%s, found a number; use %%v", i+1)
}

func wordNumberVerb(i int, verb rune, found string) string {
	article := "a"
	if strings.ContainsRune("ao", rune(found[0])) { // array, object
		article = "an"
	}
	return fmt.Sprintf("argument %d of sprintf must be a number for %%%c, found %s %s; use %%v", i+1, verb, article, found)
}

// textSamples has values of all types that sprintf formats as text.
var textSamples = sync.OnceValue(func() *ast.Term {
	return ast.MustParseTerm(`["", true, null, [sample__ | sample__ = input.profile.x], {sample__ | sample__ = input.profile.x}, {sample__: sample__ | sample__ = input.profile.x}]`)
})

// fitFormats adds to the arguments of sprintf comprehensions that the type checker
// rejects if an argument does not fit its verb.
func (s *shadow) fitFormats(m *ast.Module) {
	for _, call := range formatCalls(m) {
		found, _ := verbs(call.text, call.array.Len())
		var fits []*ast.Term
		for i, verb := range found {
			argument := call.array.Elem(i)
			var sample *ast.Term
			var message func(*ast.UnificationErrDetail) string
			switch v := argument.Value.(type) {
			case ast.Var, ast.Ref:
			case ast.Call:
				if slices.ContainsFunc(v[1:], hasCall) {
					continue // copies of calls in calls would be many
				}
			default:
				continue
			}
			switch {
			case verb == 's':
				sample = ast.RefTerm(textSamples().Copy(), anyIndex())
				message = func(*ast.UnificationErrDetail) string { return wordTextVerb(i) }
			case strings.ContainsRune(numberVerbs, verb):
				sample = ast.IntNumberTerm(0)
				message = func(detail *ast.UnificationErrDetail) string {
					return wordNumberVerb(i, verb, typeName(detail.Left))
				}
			default:
				continue
			}
			location := *argument.Location
			equation := &ast.Expr{Location: &location, Terms: []*ast.Term{ast.NewTerm(ast.Equality.Ref()), argument.Copy(), sample}}
			s.messages[&location] = message
			fits = append(fits, ast.ArrayComprehensionTerm(ast.BooleanTerm(true), ast.NewBody(equation)))
		}
		for _, fit := range fits {
			call.array = call.array.Append(fit)
		}
		call.arguments.Value = call.array
	}
}

// hasCall reports whether a term contains a call.
func hasCall(t *ast.Term) (found bool) {
	ast.WalkTerms(t, func(x *ast.Term) bool {
		_, isCall := x.Value.(ast.Call)
		found = found || isCall
		return found
	})
	return found
}
