package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
	"github.com/sceplint/sceplint/rules"
)

func policyCommand(t *ioStreams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Create and test custom policies",
		Args:  usage.RequireSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(policyTestCommand(t), policyInitCommand(t))
	return cmd
}

// testFlags are the flags of sceplint policy test as they were given.
type testFlags struct {
	format, only, now string
	data              []string
	verbose, coverage bool
	showSecrets       bool
	threshold         float64
	thresholdGiven    bool
	jobs              int
	timeout           time.Duration
}

func policyTestCommand(t *ioStreams) *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test DIR…",
		Short: "Run policy tests (test_ rules in *_test.rego files)",
		Long: `Run the test_ rules of policies in directories, .rego files, or bundles. A test passes if it is true;
todo_test_ rules are skipped. Policies are compiled as by sceplint check.

Tests read profiles with two functions that return the policy input document:
  sceplint.input("bad.mobileconfig")
  sceplint.input_with("bad.mobileconfig",
    {"targets": "ios=17", "now": "2026-01-31T12:00:00Z"})
The path is relative to the test file and must stay below its directory. Other options are "profile": 0,
for files with several profiles, and "show_secrets": true, which requires --show-secrets: secrets are masked for
tests as for policies.

Policies that have no finding in any test are named, except with --run.

--format json lists every test with file, line, package, name, result (pass, fail, error, or skip),
duration in seconds, output, and failure: the expression with the expected and actual values. It lists the
policies without a finding under untested.

Exit codes:
  0  all tests passed
  1  a test failed, or coverage is below --threshold
  2  the run failed: invalid policies, an unreadable path, or no tests`,
		Example: `  sceplint policy test policies
  sceplint policy test --coverage --threshold 90 policies
  sceplint policy test --run ca_host -v policies`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("missing path; run, for example, `sceplint policy test policies`")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.thresholdGiven = cmd.Flags().Changed("threshold")
			return t.policyTest(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.format, "format", "f", "text", "write results as `NAME`: "+strings.Join(testFormatNames(), ", ")+" (default text)")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "also list tests that passed or were skipped")
	flags.StringVar(&f.only, "run", "", "run only tests whose full name matches `REGEX`, such as data.policies.acme.ca_host_test.test_x")
	flags.BoolVar(&f.coverage, "coverage", false, "report line coverage of the policies")
	flags.Float64Var(&f.threshold, "threshold", 0, "exit with code 1 if coverage is below `PERCENT`; implies --coverage")
	addDataFlag(cmd, &f.data)
	flags.BoolVar(&f.showSecrets, "show-secrets", false, "allow tests to read challenges, passwords, and private keys with the option show_secrets")
	addNowFlag(cmd, &f.now)
	flags.DurationVar(&f.timeout, "timeout", 5*time.Second, "set the timeout of a test to `DURATION` (default 5s)")
	flags.IntVar(&f.jobs, "jobs", 0, "run `N` tests in parallel; 0 means one per CPU (default 0)")
	complete(cmd, "format", testFormatNames()...)
	return cmd
}

func testFormatNames() []string {
	var names []string
	for _, f := range policy.TestFormats {
		names = append(names, f.Name)
	}
	return names
}

// policyTest runs sceplint policy test.
func (t *ioStreams) policyTest(ctx context.Context, f *testFlags, paths []string) error {
	i := slices.Index(testFormatNames(), f.format)
	if i < 0 {
		return fmt.Errorf("invalid --format %q: expected %s", f.format, strings.Join(testFormatNames(), ", "))
	}
	tests, err := f.config()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, path := range paths {
		files, done, err := policy.TestFiles(path)
		if err != nil {
			return err
		}
		defer done()
		for _, file := range files {
			if place, err := filepath.Abs(file.Name); err == nil && seen[place] {
				continue // it is below two of the paths
			} else {
				seen[place] = true
			}
			tests.Files = append(tests.Files, file)
		}
	}
	run, err := policy.RunTests(ctx, tests)
	if errors.Is(err, policy.ErrNoTests) {
		return fmt.Errorf("%s: %w", strings.Join(paths, ", "), err)
	}
	if err != nil {
		return err
	}
	var out io.Writer = terminal.NewWriter(t.out) // tests print what they like
	if policy.TestFormats[i].Name == "json" {
		out = report.Escaped{To: t.out}
	}
	var text bytes.Buffer
	if err := policy.TestFormats[i].Format(&text, run, f.verbose); err != nil {
		return err
	}
	if _, err := out.Write(text.Bytes()); err != nil {
		return err
	}
	if run.Count(policy.Failed)+run.Count(policy.Errored) > 0 {
		t.exit = exitFindings
	}
	if f.thresholdGiven && run.Coverage.Percent() < f.threshold {
		t.exit = exitFindings
		fmt.Fprintf(t.err, "sceplint: coverage is %.1f%%, below the threshold of %v%%; add tests for the lines listed above, or lower --threshold\n",
			math.Floor(10*run.Coverage.Percent())/10, f.threshold)
	}
	return nil
}

// config reads the flags.
func (f *testFlags) config() (policy.TestConfig, error) {
	tests := policy.TestConfig{Jobs: f.jobs, Timeout: f.timeout, Coverage: f.coverage || f.thresholdGiven, Secrets: f.showSecrets}
	switch {
	case validateJobs(f.jobs) != nil:
		return tests, validateJobs(f.jobs)
	case f.timeout <= 0 || f.timeout > time.Hour:
		return tests, fmt.Errorf("invalid --timeout %v: expected a duration up to 1h, such as 5s", f.timeout)
	case !(f.threshold >= 0 && f.threshold <= 100):
		return tests, fmt.Errorf("invalid --threshold %v: expected 0 to 100", f.threshold)
	}
	common := checkFlags{now: f.now}
	c := &checker.Checker{}
	if err := common.setCommon(c); err != nil {
		return tests, err
	}
	tests.Now = c.Now
	if f.only != "" {
		only, err := regexp.Compile(f.only)
		if err != nil {
			return tests, fmt.Errorf("invalid --run %q: %s", f.only, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		tests.Only = only
	}
	tests.ReservedIDs = config.RuleIDs(rules.All())
	for _, path := range f.data {
		if tests.Data == nil {
			tests.Data = map[string]any{}
		}
		if _, err := policy.ReadData(tests.Data, path); err != nil {
			return tests, fmt.Errorf("--data: %w", err)
		}
	}
	return tests, nil
}
