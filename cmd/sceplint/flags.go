package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/suppress"
)

// addCommon adds the flags that say what profiles are judged by, whatever is
// done with them.
func (f *checkFlags) addCommon(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.target, "target", "", "`SYSTEMS` the profiles are meant for, as in ios=17,macos=14")
	flags.StringVar(&f.now, "now", "", "judge expiry at this `TIME`, in RFC 3339, instead of the present")
	flags.StringVar(&f.stdinName, "stdin-filename", "<stdin>", "`NAME` of standard input in findings")
	flags.BoolVar(&f.showSecrets, "show-secrets", false, "print challenges, passwords and keys instead of masking them, and let policies see them")
	completeWith(cmd, "target", targetWords)
}

// addVerbose adds the flag that lists what is not checked.
func (f *checkFlags) addVerbose(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "list on standard error the paths that are skipped or excluded, each with its reason")
	cmd.MarkFlagsMutuallyExclusive("quiet", "verbose")
}

// setCommon does what these flags ask for.
func (f *checkFlags) setCommon(c *checker.Checker) (err error) {
	c.ShowSecrets = f.showSecrets
	if c.Now, err = f.time(); err != nil {
		return err
	}
	if f.target != "" {
		if c.Targets, err = checker.ParseTargets(f.target); err != nil {
			return fmt.Errorf("--target: %w", err)
		}
	}
	return nil
}

// time is that of the run.
func (f *checkFlags) time() (time.Time, error) {
	if f.now == "" {
		return time.Now(), nil
	}
	now, err := time.Parse(time.RFC3339, f.now)
	if err != nil {
		return now, fmt.Errorf("--now %q is not a time in RFC 3339; write it as in 2026-01-31T12:00:00Z", f.now)
	}
	return now, nil
}

// checker makes the checker that the flags ask for.
func (f *checkFlags) checker(ctx context.Context) (*checker.Checker, error) {
	const most = 1024
	if f.jobs < 0 || f.jobs > most {
		return nil, fmt.Errorf("--jobs %d: write a number of workers up to %d, or 0 for one a processor", f.jobs, most)
	}
	c := &checker.Checker{Jobs: f.jobs, NoIgnores: f.noIgnores, KnownRuleIDs: append(shippedIDs(), probe.IDs()...)}
	err := f.setCommon(c)
	if err != nil {
		return nil, err
	}
	f.policies.lazy = !f.describes()
	c.Rules, f.notes, err = f.policies.all(ctx)
	if err != nil {
		return nil, err
	}
	if f.target == "" {
		c.Targets = f.policies.config.Targets
	}
	if c.Verify, err = f.verify(); err != nil {
		return nil, err
	}
	if err := f.settings(c); err != nil {
		return nil, err
	}
	if id := f.policies.trace; id != "" && !slices.ContainsFunc(c.Rules, func(r checker.Rule) bool { return r.ID == id && r.Pack != "" }) {
		return nil, fmt.Errorf("--trace: unknown policy %q; sceplint rules lists those that are loaded", id)
	}
	switch {
	case f.unsafeFixes && !f.fix && !f.diff:
		return nil, errors.New("--unsafe-fixes does nothing alone; add --fix, or --diff to look first")
	case f.fix && f.diff:
		return nil, errors.New("--fix and --diff do not go together: one changes files, the other only shows")
	case f.unsafeFixes:
		c.Fix = checker.FixAll
	case f.fix || f.diff:
		c.Fix = checker.FixSafe
	}
	return c, nil
}

// withhold sets what keeps findings back, and gives the baseline, if there is
// one.
func (f *checkFlags) withhold(ctx context.Context, c *checker.Checker) (*baselineRun, error) {
	var list []func(*checker.Finding) *checker.Suppression
	if len(f.policies.config.Ignore) > 0 {
		list = append(list, f.policies.config.withhold)
	}
	known, err := f.baselines()
	if err != nil {
		return nil, err
	}
	if known != nil {
		list = append(list, known.suppress)
	}
	if f.newFrom != "" {
		if f.writeBaseline != "" {
			return nil, errors.New("--write-baseline and --new-from do not go together: a baseline holds all findings")
		}
		if c.Earlier, err = f.since(ctx); err != nil {
			return nil, fmt.Errorf("--new-from: %w", err)
		}
	}
	if len(list) > 0 {
		c.Suppress = func(found *checker.Finding) *checker.Suppression {
			for _, withhold := range list {
				if s := withhold(found); s != nil {
					return s
				}
			}
			return nil
		}
	}
	return known, nil
}

// since opens the revision that --new-from names. It is read until ctx ends.
func (f *checkFlags) since(ctx context.Context) (*suppress.Revision, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	revision, err := suppress.OpenRevision(ctx, here, f.newFrom)
	if err != nil {
		return nil, err
	}
	revision.Selected = func(path string) bool {
		if slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return strings.HasPrefix(part, ".") }) {
			return false
		}
		return !f.policies.config.excluded(filepath.Join(revision.Root(), filepath.FromSlash(path)))
	}
	return revision, nil
}

// describes reports whether a report tells what the rules are about.
func (f *checkFlags) describes() bool {
	return slices.ContainsFunc(report.Formats, func(x report.NamedFormat) bool {
		return x.Rules && slices.ContainsFunc(f.formats, func(spec string) bool {
			name, _, _ := strings.Cut(spec, "=")
			return name == x.Name
		})
	})
}

// threshold gives the least severity that fails; Off means that nothing does.
func (f *checkFlags) threshold() (checker.Severity, error) {
	level := f.failOn
	if level == "" {
		level = cmp.Or(f.policies.config.FailOn, "error")
	}
	if level == "never" {
		return checker.Off, nil
	}
	s, err := checker.ParseSeverity(level)
	if err != nil || s == checker.Off {
		return 0, fmt.Errorf("unknown --fail-on %q; write error, warning, info or never", level)
	}
	return s, nil
}

func (f *checkFlags) inputs(t *terminal, paths []string) (*inputs, error) {
	in := &inputs{paths: paths, stdin: t.in, stdinName: f.stdinName, config: &f.policies.config, forceExclude: f.forceExclude}
	if len(paths) == 0 {
		in.paths = []string{"."}
	}
	stdin := slices.Contains(paths, "-")
	switch {
	case stdin && f.fix:
		return nil, errors.New("--fix cannot change standard input; use --diff, or name the file")
	case f.stdinNamed && !stdin:
		return nil, errors.New("--stdin-filename names standard input, which is not read; add - to the paths")
	}
	return in, in.check()
}
