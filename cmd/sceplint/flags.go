package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/source"
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
func (f *checkFlags) checker(ctx context.Context, added ...checker.Rule) (*checker.Checker, error) {
	const most = 1024
	if f.jobs < 0 || f.jobs > most {
		return nil, fmt.Errorf("--jobs %d: write a number of workers up to %d, or 0 for one a processor", f.jobs, most)
	}
	c := &checker.Checker{Jobs: f.jobs, NoIgnores: f.noIgnores, KnownRuleIDs: append(policy.ShippedIDs(), probe.IDs()...)}
	err := f.setCommon(c)
	if err != nil {
		return nil, err
	}
	f.policies.Lazy = !f.describesRules()
	c.Rules, f.notes, err = loadRules(ctx, &f.policies, added...)
	if err != nil {
		return nil, err
	}
	if f.target == "" {
		c.Targets = f.policies.Project.Targets
	}
	if c.Verify, err = f.verify(); err != nil {
		return nil, err
	}
	if err := f.policies.Project.Apply(c, config.Selection{
		Enable: f.enable, Disable: f.disable, Severity: f.severity, Targets: f.target != "", AlsoKnown: append(audit.DriftIDs(), probe.IDs()...),
	}); err != nil {
		return nil, err
	}
	if id := f.policies.Trace; id != "" && !slices.ContainsFunc(c.Rules, func(r checker.Rule) bool { return r.ID == id && r.Pack != "" }) {
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

// suppression sets what keeps findings back, and gives the baseline, if there is
// one.
func (f *checkFlags) suppression(ctx context.Context, c *checker.Checker) (*suppress.Baselines, error) {
	var list []func(*checker.Finding) *checker.Suppression
	if len(f.policies.Project.Ignore) > 0 {
		list = append(list, f.policies.Project.Suppress)
	}
	known, err := f.openBaselines()
	if err != nil {
		return nil, err
	}
	if known != nil {
		list = append(list, known.Suppress)
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
		return !f.policies.Project.IsExcluded(filepath.Join(revision.Root(), filepath.FromSlash(path)))
	}
	return revision, nil
}

// describesRules reports whether a report tells what the rules are about.
func (f *checkFlags) describesRules() bool {
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
		level = cmp.Or(f.policies.Project.FailOn, "error")
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

func (f *checkFlags) inputs(t *ioStreams, paths []string) (*source.Inputs, error) {
	in := &source.Inputs{Paths: paths, Stdin: t.in, StdinName: f.stdinName, Excluded: f.policies.Project.IsExcluded, ForceExclude: f.forceExclude}
	if len(paths) == 0 {
		in.Paths = []string{"."}
	}
	stdin := slices.Contains(paths, "-")
	switch {
	case stdin && f.fix:
		return nil, errors.New("--fix cannot change standard input; use --diff, or name the file")
	case f.stdinNamed && !stdin:
		return nil, errors.New("--stdin-filename names standard input, which is not read; add - to the paths")
	}
	return in, in.Validate()
}

// openBaselines opens the baselines that the flags or the configuration name; nil if there is nothing to do with
// one.
func (f *checkFlags) openBaselines() (*suppress.Baselines, error) {
	conf := &f.policies.Project
	path, read := f.baseline, localfile.Read
	if path == "" && conf.Baseline != "" {
		path = conf.ShortPath(conf.Absolute(conf.Baseline))
		read = func(_ string, limit int64) ([]byte, error) { return conf.ReadFile(conf.Absolute(conf.Baseline), limit) }
	}
	switch {
	case f.pruneBaseline && path == "" && f.writeBaseline == "":
		return nil, errors.New("--prune-baseline: no baseline is set; add --baseline FILE")
	case f.writeBaseline != "" && (f.fix || f.diff):
		return nil, errors.New("--write-baseline does not go with --fix or --diff; fix first, then write down what is left")
	case f.pruneBaseline && (f.fix || f.diff):
		return nil, errors.New("--prune-baseline does not go with --fix or --diff; fix first, then prune")
	}
	return suppress.OpenBaselines(suppress.BaselineOptions{Path: path, Read: read, Write: f.writeBaseline, Prune: f.pruneBaseline})
}

// rootFile is a file of root certificates.
type rootFile struct {
	read func() ([]byte, error)
	fail func(error) error // tells where it is named
}

// verify does what --verify-signatures and --trust, or the configuration, ask for;
// nil if that is nothing. Flags override the configuration.
func (f *checkFlags) verify() (*checker.Verify, error) {
	conf := f.policies.Project.Config
	on := f.verifySignatures || conf.VerifySignatures && !f.verifyGiven
	files := f.rootFiles()
	switch {
	case !on && len(f.trust) > 0:
		return nil, errors.New("--trust does nothing alone; add --verify-signatures")
	case !on && len(files) > 0 && !f.verifyGiven:
		return nil, files[0].fail(errors.New("does nothing alone; add verify-signatures: true"))
	case !on:
		return nil, nil
	case len(files) == 0:
		roots, err := x509.SystemCertPool()
		if err != nil || roots.Equal(x509.NewCertPool()) {
			f.notes = append(f.notes, "this system has no root certificates, so that it is not looked at who signed; name roots with --trust")
			return &checker.Verify{}, nil
		}
		return &checker.Verify{Roots: roots}, nil
	}
	roots := x509.NewCertPool()
	for _, file := range files {
		text, err := file.read()
		if err == nil {
			err = checker.AddRoots(roots, text)
		}
		if err != nil {
			return nil, file.fail(err)
		}
	}
	return &checker.Verify{Roots: roots, Named: true}, nil
}

// rootFiles are the files of roots that --trust names, or else the configuration.
func (f *checkFlags) rootFiles() (files []rootFile) {
	for _, path := range f.trust {
		files = append(files, rootFile{
			func() ([]byte, error) { return localfile.Read(path, localfile.MaxSize) },
			func(err error) error { return fmt.Errorf("--trust %s: %w", path, err) },
		})
	}
	if len(files) > 0 {
		return files
	}
	conf := &f.policies.Project
	for _, t := range conf.Trust {
		files = append(files, rootFile{
			func() ([]byte, error) { return conf.ReadFile(conf.Absolute(t.Value), localfile.MaxSize) },
			func(err error) error { return conf.Wrong(t.Place, "trust: %v", err) },
		})
	}
	return files
}
