// Package policy runs Rego policies as rules. It is the only importer of Open
// Policy Agent.
//
// A policy is a package policies.<pack>.<id> with one or more of the sets deny,
// warn, and info. It gets one profile as input, in the form of Schema. Policies
// are not trusted: they have no access to network, files, environment, and
// secrets, and are stopped when they take too long.
package policy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/sceplint/sceplint/checker"
)

// Config is which policies are loaded, with their data.
type Config struct {
	Files       []File         // Rego modules and data; others are skipped
	Data        map[string]any // the data document: "config" in it has the parameters
	ReservedIDs []string       // IDs that policies may not have, since built-in rules have them
	Trace       string         // the ID of a policy whose evaluation is explained, by Pass.Print
	// Lazy delays reading shipped policies until they may find something, and their
	// METADATA until they do. Rules returns only their ID, pack, and severity.
	Lazy bool
}

// Set is a set of policies that were compiled together.
type Set struct {
	config    Config
	policies  []*policy
	modules   map[string]*ast.Module
	testFiles map[string]*ast.Module // only for RunTests
	compile   func() error           // once; needed before anything runs
	compiler  *ast.Compiler
	store     storage.Store
	beside    []parameter
	onDemand  *onDemand // nil if all policies are compiled at once
	txn       storage.Transaction

	disableCache bool                  // for tests: everything is shown, and nothing remembered
	uncancelable atomic.Pointer[error] // why nothing may run any more
}

// parameter is a parameter that lies beside policies.
type parameter struct{ name, file string }

// policy is one package policies.<pack>.<id>.
type policy struct {
	checker.Meta
	module          *ast.Module
	file            string
	line            int
	sets            []string     // those of deny, warn and info that it has
	dependencies    dependencies // what it looks at
	results         resultCache
	guards          []guard
	checks          []check       // the guards with the parameters of the run
	query           ast.Body      // asks for its sets
	compiler        *ast.Compiler // that it is compiled with
	compiled        atomic.Bool
	runsWithoutSCEP bool                 // whether it may find something in a profile without a SCEP payload
	described       func() *checker.Meta // with METADATA
	crossProfile    bool                 // whether it looks at the other profiles of the run
	shipped         bool                 // part of the program
	types           []string             // of payloads of which it requires one; nil for any
	stopped         atomic.Bool
	reached         atomic.Bool // whether a profile of the run had something that it reads
}

// setSeverities are the sets of a policy and what their members weigh.
var setSeverities = []struct {
	name     string
	severity checker.Severity
}{
	{"deny", checker.Error},
	{"warn", checker.Warning},
	{"info", checker.Info},
}

// Load loads policies. Its error has file and line of everything that is wrong
// with them; a Set is returned only without error. Shipped policies are compiled
// in the background.
func Load(ctx context.Context, config Config) (*Set, error) {
	if config.Lazy && config.Trace == "" {
		if s, err := openShipped(ctx, config); s != nil || err != nil {
			return s, err
		}
	}
	s, err := open(ctx, config)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(config.Files, func(f File) bool { return !f.Shipped }) {
		go s.compile() // while profiles are read; shipped policies have no errors
		return s, nil
	}
	if err := s.compile(); err != nil {
		return nil, err
	}
	if err := s.checkRead(s.compiler.Modules); err != nil {
		return nil, err
	}
	return s, nil
}

// open reads policies, and leaves the slower work to compile.
func open(ctx context.Context, config Config) (*Set, error) {
	s := &Set{config: config}
	if err := s.parse(); err != nil {
		return nil, err
	}
	if err := s.mergeData(); err != nil {
		return nil, err
	}
	s.compile = sync.OnceValue(func() error { return compileInTime(ctx, s.compileNow) })
	return s, nil
}

// Rules returns the policies as rules, ordered by pack and ID.
func (s *Set) Rules() []checker.Rule {
	rules := make([]checker.Rule, len(s.policies))
	for i, p := range s.policies {
		rules[i].Meta = p.Meta
		if !s.config.Lazy {
			rules[i].Meta = *p.described()
		}
		rules[i].Documents = checker.AnyDocument
		rules[i].KeepsText = s.onDemand == nil // Open Policy Agent remembers patterns, which may be texts of a document
		if p.crossProfile {
			rules[i].CollectFacts = func(pass *checker.Pass) error {
				if err := s.compile(); err != nil {
					return err
				}
				p.reach(pass)
				s.gather(pass, p)
				return nil
			}
			rules[i].CheckFileSet = func(pass *checker.Pass) error { return s.check(pass, i, true) }
		} else {
			rules[i].Check = func(pass *checker.Pass) error { return s.check(pass, i, false) }
		}
	}
	return rules
}

// parse reads the modules and finds the policies in them.
func (s *Set) parse() error {
	type parsed struct {
		module *ast.Module
		err    error
	}
	var sources []File
	for _, f := range s.config.Files {
		if f.isModule() {
			sources = append(sources, f)
		}
	}
	results := make([]parsed, len(sources))
	var wait sync.WaitGroup
	for i, f := range sources {
		wait.Go(func() {
			module, err := parseModule(f, !f.Shipped)
			results[i] = parsed{module, err}
		})
	}
	wait.Wait()
	s.modules, s.testFiles = map[string]*ast.Module{}, map[string]*ast.Module{}
	var failures []error
	for i, f := range sources {
		module, err := results[i].module, results[i].err
		if err == nil && module != nil {
			err = s.addModule(f, module)
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	s.sort()
	return errors.Join(append(failures, s.checkDuplicateIDs()...)...)
}

// sort orders the policies by pack and ID.
func (s *Set) sort() {
	slices.SortFunc(s.policies, func(a, b *policy) int { return strings.Compare(a.Pack+"/"+a.ID, b.Pack+"/"+b.ID) })
}

// Clash finds an ID that two sets have, although IDs are unique.
func (s *Set) Clash(other *Set) error {
	known := map[string]*policy{}
	for _, p := range other.policies {
		known[p.ID] = p
	}
	for _, p := range s.policies {
		if q := known[p.ID]; q != nil {
			return fmt.Errorf("%s:%d: duplicate policy ID %s; also defined at %s:%d", p.file, p.line, p.ID, q.file, q.line)
		}
	}
	return nil
}

// checkDuplicateIDs finds duplicate IDs.
func (s *Set) checkDuplicateIDs() (failures []error) {
	seen := map[string]*policy{}
	for _, p := range s.policies {
		if other := seen[p.ID]; other != nil {
			failures = append(failures, fmt.Errorf("%s:%d: duplicate policy ID %s; also defined at %s:%d", p.file, p.line, p.ID, other.file, other.line))
		}
		if slices.Contains(s.config.ReservedIDs, p.ID) {
			failures = append(failures, fmt.Errorf("%s:%d: policy ID %s is the ID of a built-in rule; rename the package", p.file, p.line, p.ID))
		}
		seen[p.ID] = p
	}
	return failures
}
