package policy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
	regotypes "github.com/open-policy-agent/opa/v1/types"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
)

// inputType is the type that the schema gives to input.
var inputType = sync.OnceValue(func() regotypes.Type {
	compiler := newCompiler(capabilities()).WithSchemas(schemas())
	compiler.Compile(map[string]*ast.Module{"type": ast.MustParseModuleWithOpts("package lib.type\n\nx := input", parserOptions(ast.RegoV1, true))})
	return compiler.TypeEnv.GetByRef(ast.InputRootRef)
})

// The functions that tests may call, and policies may not:
//
//	sceplint.input(path)               what policies see of the profile beside the test
//	sceplint.input_with(path, options) the same, in a run with other flags
//
// Options are targets and now, as the flags are written, profile: which one of a
// file that holds several, counted from 0, and show_secrets, if the run allows it.
var (
	inputFunction     = sync.OnceValue(func() *ast.Builtin { return inputBuiltin("sceplint.input") })
	inputWithFunction = sync.OnceValue(func() *ast.Builtin {
		return inputBuiltin("sceplint.input_with", regotypes.Named("options", regotypes.NewObject(nil, regotypes.NewDynamicProperty(regotypes.S, regotypes.A))))
	})
)

func inputBuiltin(name string, more ...regotypes.Type) *ast.Builtin {
	args := append([]regotypes.Type{regotypes.Named("path", regotypes.S)}, more...)
	return &ast.Builtin{Name: name, Decl: regotypes.NewFunction(regotypes.Args(args...), regotypes.Named("input", inputType()))}
}

// testCapabilities are what tests may use of Rego.
var testCapabilities = sync.OnceValue(func() *ast.Capabilities {
	c := *capabilities()
	c.Builtins = append(slices.Clone(c.Builtins), inputFunction(), inputWithFunction())
	return &c
})

// testProfiles are the profiles beside tests.
type testProfiles struct {
	files   map[string]File // by the name of a module
	now     time.Time
	secrets bool // may be seen
	lock    sync.Mutex
	made    map[string]*ast.Term
}

func newTestProfiles(files []File, now time.Time, secrets bool) *testProfiles {
	s := &testProfiles{files: map[string]File{}, now: now, secrets: secrets, made: map[string]*ast.Term{}}
	for _, f := range files {
		s.files[f.Name] = f
	}
	return s
}

// functions are what the functions of tests do.
func (s *testProfiles) functions() map[string]*topdown.Builtin {
	made := map[string]*topdown.Builtin{}
	for _, decl := range []*ast.Builtin{inputFunction(), inputWithFunction()} {
		made[decl.Name] = &topdown.Builtin{Decl: decl, Func: func(bctx topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
			var options ast.Value
			if len(args) > 1 && decl == inputWithFunction() {
				options = args[1].Value
			}
			term, err := s.input(bctx.Location, args[0].Value, options)
			if err != nil {
				return &topdown.Error{Code: topdown.BuiltinErr, Location: bctx.Location, Message: fmt.Sprintf("%s: %v", decl.Name, err)}
			}
			return iter(term)
		}}
	}
	return made
}

// builtins are the same for OPA's tester, which asks for declarations of its
// own. Errors of functions make tests fail that would take them as undefined.
func (s *testProfiles) builtins() []*tester.Builtin {
	var list []*tester.Builtin
	for _, f := range s.functions() {
		decl := &rego.Function{Name: f.Decl.Name, Decl: f.Decl.Decl}
		list = append(list, &tester.Builtin{Decl: f.Decl, Func: func(r *rego.Rego) {
			rego.StrictBuiltinErrors(true)(r)
			rego.FunctionDyn(decl, func(bctx rego.BuiltinContext, args []*ast.Term) (term *ast.Term, err error) {
				err = f.Func(bctx, args, func(made *ast.Term) error {
					term = made
					return nil
				})
				var e *topdown.Error
				if errors.As(err, &e) {
					err = errors.New(strings.TrimPrefix(e.Message, decl.Name+": ")) // which OPA puts before it
				}
				return term, err
			})(r)
		}})
	}
	return list
}

// input returns the document of the profile at a path next to the test.
func (s *testProfiles) input(at *ast.Location, name, options ast.Value) (*ast.Term, error) {
	text, ok := name.(ast.String)
	if !ok {
		return nil, fmt.Errorf("path must be a string, found %s", short(name))
	}
	if at == nil {
		return nil, errors.New("unknown calling file")
	}
	key := fmt.Sprintf("%s\x00%s\x00%v", at.File, text, options)
	s.lock.Lock()
	defer s.lock.Unlock()
	if term := s.made[key]; term != nil {
		return term, nil
	}
	c := &checker.Checker{Now: s.now}
	which, err := setOptions(c, options)
	if err != nil {
		return nil, err
	}
	if c.ShowSecrets && !s.secrets {
		return nil, errors.New("show_secrets is not allowed; run `sceplint policy test --show-secrets` to allow it")
	}
	source, err := s.read(at.File, string(text))
	if err != nil {
		return nil, err
	}
	profiles, err := export.Parse(string(text), source)
	if err != nil {
		return nil, errors.New(clean(err.Error()))
	}
	if fault := profiles[0].Fault(); fault != nil {
		return nil, errors.New(clean(fault.Error()))
	}
	if what := profiles[0].Foreign(); what != "" {
		return nil, fmt.Errorf("%s: not a configuration profile, found %s", clean(string(text)), what)
	}
	switch {
	case which < 0 && len(profiles) > 1:
		return nil, fmt.Errorf("%s: file contains %d profiles; select one with sceplint.input_with(…, {\"profile\": 0})", clean(string(text)), len(profiles))
	case which >= len(profiles):
		return nil, fmt.Errorf("%s: no profile %d; the file contains %d, counted from 0", clean(string(text)), which, len(profiles))
	}
	c.Prepare()
	term := ast.NewTerm(Input(c.Pass(profiles[max(which, 0)])))
	const enough = 1000
	if len(s.made) < enough {
		s.made[key] = term
	}
	return term, nil
}

// setOptions applies the options of sceplint.input_with, and returns the number
// of the profile, or -1.
func setOptions(c *checker.Checker, options ast.Value) (which int, err error) {
	which = -1
	object, ok := options.(ast.Object)
	if !ok {
		return which, nil
	}
	names := []string{"targets", "now", "show_secrets", "profile"}
	err = object.Iter(func(k, v *ast.Term) (err error) {
		key, _ := k.Value.(ast.String)
		text, isText := v.Value.(ast.String)
		number, isNumber := v.Value.(ast.Number)
		flag, isFlag := v.Value.(ast.Boolean)
		switch {
		case key == "targets" && isText:
			c.Targets, err = checker.ParseTargets(string(text))
		case key == "now" && isText:
			if c.Now, err = time.Parse(time.RFC3339, string(text)); err != nil {
				return fmt.Errorf("invalid now %q: expected RFC 3339, such as 2026-01-31T12:00:00Z", clean(string(text)))
			}
		case key == "show_secrets" && isFlag:
			c.ShowSecrets = bool(flag)
		case key == "profile" && isNumber:
			if which, ok = number.Int(); !ok || which < 0 {
				return fmt.Errorf("invalid profile %s: expected a whole number, counted from 0", number)
			}
		case slices.Contains(names, string(key)):
			return fmt.Errorf("invalid option %s: found %s; expected values such as {\"targets\": \"ios=17\", \"now\": \"2026-01-31T12:00:00Z\", \"show_secrets\": true, \"profile\": 0}", key, short(v.Value))
		default:
			return fmt.Errorf("unknown option %s; expected %s", short(k.Value), strings.Join(names, ", "))
		}
		return err
	})
	return which, err
}

// read reads a profile next to a module, and nothing outside its directory.
func (s *testProfiles) read(module, name string) ([]byte, error) {
	f, ok := s.files[module]
	if !ok || f.TestFS == nil {
		return nil, fmt.Errorf("cannot read %s: the test is not in a directory; run `sceplint policy test` on the directory of the bundle", quoted(name))
	}
	full := path.Join(path.Dir(f.Path), name)
	if !fs.ValidPath(name) || name == "." {
		return nil, fmt.Errorf("%s is outside the directory of the test; use a path below it, with slashes, and without .. in it", quoted(name))
	}
	info, err := fs.Stat(f.TestFS, full)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", quoted(name))
	}
	var file fs.File
	if err == nil {
		file, err = f.TestFS.Open(full)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, s.missing(f.TestFS, full, name)
	case err != nil:
		var pathError *fs.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		if strings.Contains(err.Error(), "escapes") { // the error of os.Root has no name
			return nil, fmt.Errorf("%s is a link to a file outside the tested directory; copy the file there", quoted(name))
		}
		return nil, fmt.Errorf("cannot read %s: %w", quoted(name), err)
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, plist.MaxSize+1))
}

// missing returns the error for a missing file, with one that may be intended.
func (s *testProfiles) missing(fsys fs.FS, full, name string) error {
	entries, _ := fs.ReadDir(fsys, path.Dir(full))
	var names, profiles []string
	for _, e := range entries {
		names = append(names, e.Name())
		if path.Ext(e.Name()) == ".mobileconfig" {
			profiles = append(profiles, clean(path.Join(path.Dir(name), e.Name())))
		}
	}
	near := keyname.Nearest(path.Base(name), names)
	const enough = 10
	switch {
	case near != "":
		return fmt.Errorf("%s does not exist; did you mean %s?", quoted(name), clean(path.Join(path.Dir(name), near)))
	case len(profiles) > 0:
		return fmt.Errorf("%s does not exist; found %s", quoted(name), strings.Join(profiles[:min(len(profiles), enough)], ", "))
	}
	return fmt.Errorf("%s does not exist; expected at %s", quoted(name), quoted(full))
}

// quoted is a name as messages show it.
func quoted(name string) string { return short(ast.String(name)) }
