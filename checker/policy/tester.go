package policy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// TestConfig is which tests of policies run, and how.
type TestConfig struct {
	Config
	Now      time.Time      // the clock of the run
	Secrets  bool           // whether tests may see secrets, with an option
	Only     *regexp.Regexp // names of tests to run, such as data.policies.acme.ca_host_test.test_x; nil for all
	Jobs     int            // tests to run at once; 0 for one per processor
	Timeout  time.Duration  // of one test
	Coverage bool           // record which lines the tests reach
}

// Outcome is how a test ended.
type Outcome string

// The outcomes. Errored is a test without a result, for example because a file
// is missing or its time is over.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Errored Outcome = "error"
	Skipped Outcome = "skip"
)

// Test is a test rule with its outcome.
type Test struct {
	File     string
	Line     int
	Package  string // such as data.policies.acme.ca_host_test
	Name     string
	Outcome  Outcome
	Duration time.Duration
	Failure  *Failure // why it failed
	Err      error    // why it has no result
	Output   []string // the lines that it printed
	Cases    []Case   // of a test that is a table
}

// Case is one case of a test of the form test_x[case].
type Case struct {
	Name    string // the parts of its name, with / between them
	Outcome Outcome
	Failure *Failure
}

// TestRun is the result of a run of tests, ordered by file and line.
type TestRun struct {
	Tests    []Test
	Coverage *Coverage // nil unless requested
	Untested []Untested
	Duration time.Duration
}

// Untested is a policy that has no finding in any of the tests.
type Untested struct {
	File string
	Line int
	ID   string
}

// Count returns the number of tests with an outcome.
func (r *TestRun) Count(o Outcome) (n int) {
	for i := range r.Tests {
		if r.Tests[i].Outcome == o {
			n++
		}
	}
	return n
}

// ErrNoTests is the error of a run without tests.
var ErrNoTests = errors.New("no tests found; a test is a rule test_… in a file …_test.rego")

// RunTests runs the test_ rules next to policies. The policies must be valid for
// Load, and neither they nor their tests have access to more than policies do,
// except for the profiles next to a test. The error is that of the run; failed
// tests are in the TestRun.
func RunTests(ctx context.Context, config TestConfig) (*TestRun, error) {
	given, _ := config.Data["config"].(map[string]any)
	names := slices.Sorted(maps.Keys(given))
	s, err := open(ctx, config.Config)
	if err != nil {
		return nil, err
	}
	if err := s.compile(); err != nil {
		return nil, err
	}
	t := &tests{TestConfig: config, Set: s, samples: newTestProfiles(s.config.Files, config.Now, config.Secrets)}
	if err := compileInTime(ctx, t.compileTests); err != nil {
		return nil, err
	}
	if err := s.checkRead(t.tested.Modules); err != nil {
		return nil, err
	}
	for _, name := range names {
		if p := parametersOf(t.tested.Modules); !p.Has(name) {
			return nil, fmt.Errorf("--data: %w", p.Unknown(name, true))
		}
	}
	if len(t.rules) == 0 {
		if config.Only != nil {
			return nil, fmt.Errorf("no test name matches %q", config.Only)
		}
		return nil, ErrNoTests
	}
	start := time.Now()
	if config.Coverage {
		t.cover = cover.New()
	}
	if config.Only == nil {
		t.finding = newFindingTracer(s.policies, t.tested, t.cover)
	}
	results, err := t.runAll(ctx)
	if err != nil {
		return nil, err
	}
	run := &TestRun{Duration: time.Since(start)}
	for _, r := range results {
		run.Tests = append(run.Tests, t.toTest(r))
	}
	inOrder(run.Tests)
	if config.Coverage {
		run.Coverage = t.covered()
	}
	if t.finding != nil {
		run.Untested = t.finding.untested(s.policies)
	}
	return run, nil
}

// tests are the tests of a set of policies.
type tests struct {
	TestConfig
	*Set    // with the policies compiled as they are for profiles
	samples *testProfiles
	all     map[string]*ast.Module // policies, libraries and tests
	tested  *ast.Compiler          // of all of them
	rules   map[testName]testRule
	cover   *cover.Cover
	finding *findingTracer // nil if not all tests run
}

// testName is what OPA's tester calls a test.
type testName struct{ pkg, name string }

// testRule is the rule of a test.
type testRule struct {
	rule *ast.Rule
	ref  ast.Ref // its full name
}

// compileTests compiles the tests with the policies, and finds the tests.
func (t *tests) compileTests() error {
	t.all = map[string]*ast.Module{}
	for _, modules := range []map[string]*ast.Module{t.modules, t.testFiles} {
		for name, m := range modules {
			t.all[name] = m
		}
	}
	compiler, err := t.compileTogether(t.all, testCapabilities())
	if err != nil {
		return err
	}
	var mocked []ast.Ref
	for name := range t.testFiles {
		ast.WalkExprs(compiler.Modules[name], func(x *ast.Expr) bool {
			for _, with := range x.With {
				if ref, ok := with.Target.Value.(ast.Ref); ok {
					mocked = append(mocked, ref)
				}
			}
			return false
		})
	}
	if err := t.undefined(compiler, t.testFiles, mocked); err != nil {
		return err
	}
	// OPA's tester compiles for itself, and does so when it is told to run. With
	// a context that is over it runs nothing.
	t.tested = newCompiler(testCapabilities()).WithSchemas(schemas()).WithRewriteTestRules(true)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	none, err := t.runner().SetModules(t.all).RunTests(over, t.txn)
	if err != nil {
		return explain(err, "")
	}
	for range none {
	}
	t.findRules()
	return nil
}

// findRules finds the tests as OPA's tester does.
func (t *tests) findRules() {
	t.rules = map[testName]testRule{}
	for _, m := range t.tested.Modules {
		for _, r := range m.Rules {
			var ref ast.Ref
			for _, step := range r.Head.Ref().GroundPrefix() {
				ref = ref.Append(step)
				name, _ := step.Value.(ast.String)
				if v, ok := step.Value.(ast.Var); ok {
					name = ast.String(v)
				}
				if !strings.HasPrefix(string(name), tester.TestPrefix) && !strings.HasPrefix(string(name), tester.SkipTestPrefix) {
					continue
				}
				if full := m.Package.Path.Extend(ref); t.Only == nil || t.Only.MatchString(full.String()) {
					t.rules[testName{m.Package.Path.String(), ref.String()}] = testRule{r, full}
				}
				break
			}
		}
	}
}

// runner returns a runner of OPA for these tests.
func (t *tests) runner() *tester.Runner {
	r := tester.NewRunner().SetCompiler(t.tested).SetStore(t.store).SetParallel(t.Jobs).SetTimeout(t.Timeout).
		AddCustomBuiltins(t.samples.builtins())
	switch {
	case t.finding != nil:
		r.SetCoverageQueryTracer(t.finding).SetCoverageRuns(nil)
	case t.cover != nil:
		r.SetCoverageQueryTracer(t.cover).SetCoverageRuns(nil)
	}
	if t.Only != nil {
		r.Filter(t.Only.String())
	}
	return r
}

// toTest says of a result what people want to know of it.
func (t *tests) toTest(r *tester.Result) Test {
	test := Test{
		File: r.Location.File, Line: r.Location.Row, Package: r.Package, Name: r.Name,
		Duration: r.Duration, Output: outputOf(r.Output), Outcome: Passed,
	}
	rule := t.rules[testName{r.Package, r.Name}]
	table := rule.rule.Head.DocKind() == ast.PartialObjectDoc
	switch {
	case r.Skip:
		test.Outcome = Skipped
	case len(rule.rule.Head.Args) > 0:
		test.Outcome, test.Failure = Failed, newFollowing(rule.rule, t.config.Files).failure()
	case r.Error != nil:
		test.Outcome, test.Err = Errored, t.testError(r.Error)
	case r.Fail:
		test.Outcome = Failed
		seen := t.follow(rule)
		test.Failure = seen.failure()
		test.Cases = seen.cases(r.SubResults)
	case table && len(r.SubResults) == 0:
		// OPA lets a table of no cases pass, and one whose cases are never begun.
		test.Outcome = Failed
		test.Failure = t.follow(rule).failure()
	case table:
		test.Cases = (&failureTracer{}).cases(r.SubResults)
	}
	return test
}

// testError says what kept a test from an answer.
func (t *tests) testError(err error) error {
	switch {
	case errors.Is(err, errMemory):
		return err
	case topdown.IsCancel(err):
		return fmt.Errorf("timed out after %v", t.Timeout)
	}
	return located(err)
}

// outputOf returns the lines that a test printed.
func outputOf(text []byte) (lines []string) {
	for line := range strings.Lines(string(text)) {
		if len(lines) == maxPrints {
			return append(lines, "…")
		}
		if line = strings.TrimRight(line, "\r\n"); len(line) > maxPrintBytes {
			line = strings.ToValidUTF8(line[:maxPrintBytes], "") + "…"
		}
		lines = append(lines, clean(line))
	}
	return lines
}

// inOrder sorts tests by location. To OPA, several with one name in a package
// are several tests, which it numbers in any order; here they are numbered by
// location.
func inOrder(list []Test) {
	numbered := regexp.MustCompile(`#\d\d+$`)
	slices.SortFunc(list, func(a, b Test) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Name, b.Name)
	})
	seen := map[string]int{}
	for i := range list {
		list[i].Name = numbered.ReplaceAllString(list[i].Name, "")
		full := list[i].Package + "." + list[i].Name
		if n := seen[full]; n > 0 {
			list[i].Name += fmt.Sprintf("#%02d", n)
		}
		seen[full]++
	}
}
