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
	"github.com/sceplint/sceplint/rules"
)

func policyCommand(t *ioStreams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Write and test policies of your own",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				return fmt.Errorf("unknown command %q; did you mean sceplint policy %s?", args[0], near[0])
			}
			return fmt.Errorf("unknown command %q; there are sceplint policy test and sceplint policy init", args[0])
		},
		SuggestionsMinimumDistance: 2,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
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
		Short: "Run the tests of policies: rules test_… in files …_test.rego",
		Long: `Run the rules test_… of the policies in directories, .rego files or bundles. A test passes if it
is true; rules todo_test_… are skipped. The policies are compiled as sceplint check compiles them.

Tests see profiles that lie beside them as policies do, through two functions of their own:
  sceplint.input("bad.mobileconfig")
  sceplint.input_with("bad.mobileconfig", {"targets": "ios=17", "now": "2026-01-31T12:00:00Z"})
The path is relative to the file of the test, and stays below it. Further options are
"profile": 0, for a file that holds several profiles, and "show_secrets": true, which is an error
without the flag --show-secrets: secrets are masked for tests as they are for policies.

--format json gives every test with file, line, package, name, result (pass, fail, error or skip),
duration in seconds, output and, if it failed, failure: the expression, expected and got.

Exit codes: 0 all tests passed, 1 a test did not pass or the coverage is below --threshold, 2 the
job could not be done: policies that are refused, an unreadable path, no tests.`,
		Example: `  sceplint policy test policies
  sceplint policy test --coverage --threshold 90 policies
  sceplint policy test --run ca_host -v policies`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name the directory of the policies to test, as in: sceplint policy test policies")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.thresholdGiven = cmd.Flags().Changed("threshold")
			return t.policyTest(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", strings.Join(testFormatNames(), ", "))
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "name the tests that passed or were skipped as well")
	flags.StringVar(&f.only, "run", "", "run only tests whose full name `REGEX` matches, as data.policies.acme.ca_host_test.test_x")
	flags.BoolVar(&f.coverage, "coverage", false, "tell which lines of the policies the tests reach")
	flags.Float64Var(&f.threshold, "threshold", 0, "fail below this coverage in `PERCENT`; implies --coverage")
	flags.StringArrayVar(&f.data, "data", nil, "`FILE` of JSON or YAML with the parameters of policies: {config: {…}}, or the parameters alone (repeatable)")
	flags.BoolVar(&f.showSecrets, "show-secrets", false, "allow tests to see challenges, passwords, and keys with the option show_secrets")
	flags.StringVar(&f.now, "now", "", "run the tests at this `TIME`, in RFC 3339, instead of the present")
	flags.DurationVar(&f.timeout, "timeout", 5*time.Second, "the most that one test may take")
	flags.IntVar(&f.jobs, "jobs", 0, "tests run at once; 0 is one a processor")
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

// policyTest does the job of sceplint policy test.
func (t *ioStreams) policyTest(ctx context.Context, f *testFlags, paths []string) error {
	i := slices.Index(testFormatNames(), f.format)
	if i < 0 {
		return fmt.Errorf("unknown format %q; write one of %s", f.format, strings.Join(testFormatNames(), ", "))
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
				continue // it lies below two of the paths
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
	var out io.Writer = newTerminalWriter(t.out) // tests print what they like
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
		fmt.Fprintf(t.err, "sceplint: the coverage is %.1f%%, below the threshold of %v%%; cover the lines named above, or lower --threshold\n",
			math.Floor(10*run.Coverage.Percent())/10, f.threshold)
	}
	return nil
}

// config reads the flags.
func (f *testFlags) config() (policy.TestConfig, error) {
	const most = 1024
	tests := policy.TestConfig{Jobs: f.jobs, Timeout: f.timeout, Coverage: f.coverage || f.thresholdGiven, Secrets: f.showSecrets}
	switch {
	case f.jobs < 0 || f.jobs > most:
		return tests, fmt.Errorf("--jobs %d: write a number of workers up to %d, or 0 for one a processor", f.jobs, most)
	case f.timeout <= 0 || f.timeout > time.Hour:
		return tests, fmt.Errorf("--timeout %v: write a duration up to 1h, as in 5s", f.timeout)
	case !(f.threshold >= 0 && f.threshold <= 100):
		return tests, fmt.Errorf("--threshold %v: write a percentage from 0 to 100", f.threshold)
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
			return tests, fmt.Errorf("--run %q: not a regular expression: %w", f.only, err)
		}
		tests.Only = only
	}
	tests.Taken = config.RuleIDs(rules.All())
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
