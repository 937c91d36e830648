package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker/keyname"
)

// Parameters are the keys of data.config that policies read.
type Parameters struct {
	Names []string // ordered
	Any   bool     // a computed key is read, which may be any
}

// Has reports whether a parameter is read.
func (p Parameters) Has(name string) bool { return p.Any || slices.Contains(p.Names, name) }

// Nearest returns the parameter that a misspelled name may stand for, or "".
func (p Parameters) Nearest(name string) string {
	plain := func(name string) string { return strings.ToLower(strings.ReplaceAll(name, "-", "_")) }
	for _, n := range p.Names {
		if plain(n) == plain(name) {
			return n
		}
	}
	return keyname.Nearest(name, p.Names)
}

// With returns the parameters of both.
func (p Parameters) With(others Parameters) Parameters {
	names := slices.Concat(p.Names, others.Names)
	slices.Sort(names)
	return Parameters{slices.Compact(names), p.Any || others.Any}
}

// Parameters returns the parameters that the policies of the set read. A nil set
// has none.
func (s *Set) Parameters() (Parameters, error) {
	if s == nil {
		return Parameters{}, nil
	}
	if s.onDemand != nil {
		return ParametersOf(s.onDemand.ctx, s.config.Files)
	}
	if err := s.compile(); err != nil {
		return Parameters{}, err
	}
	return parametersOf(s.compiler.Modules), nil
}

// ParametersOf returns the parameters that the policies of some files read.
func ParametersOf(ctx context.Context, files []File) (Parameters, error) {
	s, err := open(ctx, Config{Files: files})
	if err != nil {
		return Parameters{}, err
	}
	return s.Parameters()
}

// parametersOf finds references to data.config in compiled modules.
func parametersOf(modules map[string]*ast.Module) (p Parameters) {
	config := ast.Ref{ast.DefaultRootDocument, ast.StringTerm("config")}
	read := func(key *ast.Term) {
		if name, ok := key.Value.(ast.String); ok {
			p.Names = append(p.Names, string(name))
		} else {
			p.Any = true
		}
	}
	visitor := ast.NewGenericVisitor(func(x any) bool {
		ref, ok := x.(ast.Ref)
		switch {
		case !ok || !ref.HasPrefix(ast.DefaultRootRef):
		case ref.HasPrefix(config) && len(ref) > 2:
			read(ref[2])
		case ref.HasPrefix(config), len(ref) == 1, !isString(ref[1]): // all of them are handed on
			p.Any = true
		}
		return false
	})
	for _, m := range modules {
		for _, r := range m.Rules {
			visitor.Walk(r)
		}
	}
	slices.Sort(p.Names)
	p.Names = slices.Compact(p.Names)
	return p
}

func isString(t *ast.Term) bool {
	_, ok := t.Value.(ast.String)
	return ok
}

// checkRead rejects parameters in data files next to policies if none reads
// them.
func (s *Set) checkRead(modules map[string]*ast.Module) error {
	if len(s.beside) == 0 {
		return nil
	}
	p := parametersOf(modules)
	for _, b := range s.beside {
		if !p.Has(b.name) {
			return fmt.Errorf("%s: %w", b.file, p.Unknown(b.name, true))
		}
	}
	return nil
}

// Unknown returns the error for a parameter that no policy reads. It quotes the
// name if that is allowed.
func (p Parameters) Unknown(name string, quote bool) error {
	quoted := ""
	if quote {
		quoted = fmt.Sprintf(" %q", clean(name))
	}
	const maxNames = 20
	hint := "; the loaded policies have no parameters"
	if near := p.Nearest(name); near != "" {
		hint = "; did you mean " + near + "?"
	} else if len(p.Names) > maxNames {
		hint = ""
	} else if len(p.Names) > 0 {
		hint = "; expected " + strings.Join(p.Names, ", ")
	}
	return fmt.Errorf("unknown parameter%s%s", quoted, hint)
}
