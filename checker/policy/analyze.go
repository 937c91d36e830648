package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/open-policy-agent/opa/v1/util"
)

// readsOtherProfiles reports whether a module or a rule reads facts of other profiles.
// Its policy is then evaluated when all profiles have been read, and only for those that
// share something with another, or in which it may find something else.
func readsOtherProfiles(x any) bool {
	found := false
	ast.WalkTerms(x, func(t *ast.Term) bool {
		if name, ok := t.Value.(ast.String); ok && (name == "shared_count" || name == "shared_with") {
			found = true
		}
		return found
	})
	return found
}

// rulesOf returns the compiled rules of the policy's sets.
func (s *Set) rulesOf(p *policy) (rules []*ast.Rule) {
	for _, set := range p.sets {
		rules = append(rules, s.compiler.GetRulesExact(p.module.Package.Path.Append(ast.StringTerm(set)))...)
	}
	return rules
}

// analyzeDependencies determines what of the input a policy reads, itself or through other
// rules, and whether it can find anything in a profile without SCEP payloads.
func (s *Set) analyzeDependencies(p *policy) {
	rules := s.rulesOf(p)
	for _, r := range rules {
		p.runsWithoutSCEP = p.runsWithoutSCEP || !iteratesSCEP(r.Body)
	}
	p.dependencies = dependencies{pure: true}
	seen := map[*ast.Rule]bool{}
	for len(rules) > 0 {
		r := rules[len(rules)-1]
		rules = rules[:len(rules)-1]
		if seen[r] {
			continue
		}
		seen[r] = true
		p.dependencies.collect(r)
		if !p.crossProfile && readsOtherProfiles(r) { // a rule of a library
			p.crossProfile = true
		}
		for dep := range s.compiler.Graph.Dependencies(util.T(r)) {
			if rule, ok := dep.(*ast.Rule); ok {
				rules = append(rules, rule)
			}
		}
		if r.Else != nil {
			rules = append(rules, r.Else)
		}
	}
	p.dependencies.settle()
}

// iteratesSCEP reports whether a body holds only if there is a SCEP payload: one
// of its expressions iterates over input.scep, or indexes it.
func iteratesSCEP(body ast.Body) bool {
	for _, expr := range body {
		if expr.Negated || len(expr.With) > 0 || expr.IsEvery() {
			continue
		}
		found := false
		visit := ast.NewGenericVisitor(func(x any) bool {
			switch x := x.(type) {
			case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, *ast.Every:
				return true
			case ast.Ref:
				if len(x) > 2 && x.HasPrefix(ast.InputRootRef) && x[1].Value.Compare(ast.String("scep")) == 0 {
					found = true
				}
			}
			return found
		})
		visit.Walk(expr)
		if found {
			return true
		}
	}
	return false
}

// undefined finds references to data that nothing defines: a misspelled name is
// undefined in Rego, and a policy that needs it finds nothing. Replacements of
// mocked references are defined.
func (s *Set) undefined(compiler *ast.Compiler, modules map[string]*ast.Module, mocked []ast.Ref) error {
	var failures []error
	for _, name := range sortedNames(modules) {
		ast.WalkRefs(compiler.Modules[name], func(ref ast.Ref) bool {
			if !ref.HasPrefix(ast.DefaultRootRef) || len(ref) < 2 || s.defined(compiler, ref) {
				return false
			}
			ground := groundPart(ref)
			if slices.ContainsFunc(mocked, func(m ast.Ref) bool { return m.HasPrefix(ground) || ground.HasPrefix(m) }) {
				return false
			}
			failures = append(failures, fmt.Errorf("%s:%d:%d: undefined reference %v: not in any policy, library, or --data", name, ref[0].Location.Row, ref[0].Location.Col, groundPart(ref)))
			return false
		})
	}
	return errors.Join(failures...)
}

// defined reports whether something may be found under a reference.
func (s *Set) defined(compiler *ast.Compiler, ref ast.Ref) bool {
	ground := groundPart(ref)
	if len(ground) > 1 && ground[1].Value.Compare(ast.String("config")) == 0 {
		return true // parameters may be missing; a policy has defaults for them
	}
	if len(compiler.GetRules(ground)) > 0 || len(compiler.GetRulesForVirtualDocument(ground)) > 0 {
		return true
	}
	for _, m := range compiler.Modules {
		if m.Package.Path.HasPrefix(ground) {
			return true
		}
	}
	var at any = s.config.Data
	for _, step := range ground[1:] {
		object, ok := at.(map[string]any)
		if !ok {
			return true // an array, or a scalar: types are for Rego to check
		}
		key, ok := step.Value.(ast.String)
		if !ok {
			return true
		}
		if at, ok = object[string(key)]; !ok {
			return false
		}
	}
	return true
}

// Warnings returns what is not wrong, but may not be intended: parameters that a
// policy reads, that are not set, and that have no default.
func (s *Set) Warnings() (notes []string) {
	config := s.config.Data["config"].(map[string]any)
	for _, name := range sortedNames(s.modules) {
		if shippedName(s.config.Files, name) {
			continue
		}
		m := s.modules[name]
		definitions := map[string]int{}
		for _, r := range m.Rules {
			definitions[r.Head.Ref().String()]++
			if r.Else != nil {
				definitions[r.Head.Ref().String()]++
			}
		}
		seen := map[string]bool{}
		for _, r := range m.Rules {
			if definitions[r.Head.Ref().String()] > 1 && r.Head.RuleKind() == ast.SingleValue {
				continue // another definition, or a default, may stand in
			}
			ast.WalkExprs(r, func(e *ast.Expr) bool {
				if e.Negated {
					return true
				}
				ast.WalkRefs(e, func(ref ast.Ref) bool {
					ground := groundPart(ref)
					if len(ground) < 3 || !ground.HasPrefix(ast.Ref{ast.DefaultRootDocument, ast.StringTerm("config")}) {
						return false
					}
					key := string(ground[2].Value.(ast.String))
					if _, given := config[key]; !given && !seen[key] && ref[0].Location != nil {
						seen[key] = true
						notes = append(notes, fmt.Sprintf("%s:%d: parameter data.config.%s is not set and has no default, so expressions that use it are undefined; add `default %s := …`, or set it with --data", name, ref[0].Location.Row, key, key))
					}
					return false
				})
				return false
			})
		}
	}
	return notes
}

func shippedName(files []File, name string) bool {
	return slices.ContainsFunc(files, func(f File) bool { return f.Name == name && f.Shipped })
}

// groundPart returns a reference up to the first part that is not a string.
func groundPart(ref ast.Ref) ast.Ref {
	for i, step := range ref[1:] {
		if _, ok := step.Value.(ast.String); !ok {
			return ref[:i+1]
		}
	}
	return ref
}

func sortedNames(modules map[string]*ast.Module) []string {
	names := make([]string, 0, len(modules))
	for name := range modules {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
