package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
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
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

// addCommon adds the flags that checks, audits, and policy input share.
func (f *checkFlags) addCommon(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.targets, "target", nil, "check against target `PLATFORMS`, such as ios=17,macos=14 (repeatable)")
	addNowFlag(cmd, &f.now)
	flags.StringVar(&f.stdinName, "stdin-filename", "<stdin>", "report `NAME` as the file name of standard input (default <stdin>)")
	flags.BoolVar(&f.showSecrets, "show-secrets", false, "do not mask challenges, passwords, and private keys in output and policy input")
	completeWith(cmd, "target", targetWords)
}

func addNowFlag(cmd *cobra.Command, now *string) {
	cmd.Flags().StringVar(now, "now", "", "evaluate expiry at `TIME` in RFC 3339, such as 2026-01-31T12:00:00Z (default now)")
}

// addRuleFlags adds the flags that select rules, and those about how they run.
func (f *checkFlags) addRuleFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(usage.CommaList{Values: &f.enable}, "enable", "enable rules that match `ID[,ID]`: rules that are off by default or disabled; * is a wildcard (repeatable)")
	flags.Var(usage.CommaList{Values: &f.disable}, "disable", "disable rules that match `ID[,ID]`; * is a wildcard (repeatable)")
	flags.Var(usage.CommaList{Values: &f.severity}, "severity", "set the severity of rules with `ID=LEVEL`: error, warning, info, or off (repeatable)")
	addFailOnFlag(cmd, &f.failOn)
	flags.IntVar(&f.jobs, "jobs", 0, "check `N` files in parallel; 0 means one per CPU (default 0)")
	flags.BoolVar(&f.noProgress, "no-progress", false, "do not show the progress bar, which long runs show on a terminal")
	completeWith(cmd, "enable", usage.CommaWords(ruleWords))
	completeWith(cmd, "disable", usage.CommaWords(ruleWords))
	completeWith(cmd, "severity", usage.CommaWords(severityWords))
}

func addFailOnFlag(cmd *cobra.Command, failOn *string) {
	cmd.Flags().StringVar(failOn, "fail-on", "", "exit with code 1 for findings of `SEVERITY` or higher: error, warning, info, or never (default error)")
	complete(cmd, "fail-on", "error", "warning", "info", "never")
}

// addVerbose adds the flag that lists the files that are not checked.
func (f *checkFlags) addVerbose(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "list skipped and excluded paths with the reason on standard error")
	cmd.MarkFlagsMutuallyExclusive("quiet", "verbose")
}

// setCommon does what these flags ask for.
func (f *checkFlags) setCommon(c *checker.Checker) (err error) {
	c.ShowSecrets = f.showSecrets
	if c.Now, err = f.time(); err != nil {
		return err
	}
	if len(f.targets) > 0 {
		if c.Targets, err = checker.ParseTargets(strings.Join(f.targets, ",")); err != nil {
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
		return now, fmt.Errorf("invalid --now %q: expected RFC 3339, such as 2026-01-31T12:00:00Z", f.now)
	}
	return now, nil
}

// validateJobs rejects a number of workers that is out of range.
func validateJobs(jobs int) error {
	const maxJobs = 1024
	if jobs < 0 || jobs > maxJobs {
		return fmt.Errorf("invalid --jobs %d: expected 0 to %d; 0 means one per CPU", jobs, maxJobs)
	}
	return nil
}

// checker makes the checker that the flags ask for.
func (f *checkFlags) checker(ctx context.Context, added ...checker.Rule) (*checker.Checker, error) {
	if err := validateJobs(f.jobs); err != nil {
		return nil, err
	}
	c := &checker.Checker{Jobs: f.jobs, NoIgnores: f.noIgnores, KnownRuleIDs: append(policy.ShippedIDs(), probe.IDs()...)}
	err := f.setCommon(c)
	if err != nil {
		return nil, err
	}
	f.policies.Lazy = !f.writes(func(x report.NamedFormat) bool { return x.Rules })
	c.Rules, f.sets, err = loadRules(ctx, &f.policies, added...)
	if err != nil {
		return nil, err
	}
	f.notes = f.sets.Warnings()
	if len(f.targets) == 0 {
		c.Targets = f.policies.Project.Targets
	}
	if c.Verify, err = f.verify(); err != nil {
		return nil, err
	}
	if err := f.policies.Project.Apply(c, config.Selection{
		Enable: f.enable, Disable: f.disable, Severity: f.severity, Targets: len(f.targets) > 0, AlsoKnown: append(audit.DriftIDs(), probe.IDs()...),
	}); err != nil {
		return nil, err
	}
	if id := f.policies.Trace; id != "" && !slices.ContainsFunc(c.Rules, func(r checker.Rule) bool { return r.ID == id && r.Pack != "" }) {
		return nil, fmt.Errorf("--trace: unknown policy %q; run `sceplint rules` to list loaded policies", id)
	}
	switch {
	case f.unsafeFixes && !f.fix && !f.diff:
		return nil, errors.New("--unsafe-fixes requires --fix or --diff")
	case f.fix && f.diff:
		return nil, errors.New("--fix and --diff cannot be used together")
	case f.unsafeFixes:
		c.Fix = checker.FixAll
	case f.fix || f.diff:
		c.Fix = checker.FixSafe
	}
	return c, nil
}

// suppression sets what suppresses findings, and gives the baseline, if there is
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
			return nil, errors.New("--write-baseline and --new-from cannot be used together: a baseline lists all findings")
		}
		if c.Earlier, err = f.since(ctx); err != nil {
			return nil, fmt.Errorf("--new-from: %w", err)
		}
	}
	c.OmitFingerprints = len(list) == 0 && c.Earlier == nil && !f.writes(func(x report.NamedFormat) bool { return x.Fingerprints })
	if len(list) > 0 {
		c.Suppress = func(found *checker.Finding) *checker.Suppression {
			for _, suppressBy := range list {
				if s := suppressBy(found); s != nil {
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

// writes reports whether one of the formats that are written is of a kind.
func (f *checkFlags) writes(kind func(report.NamedFormat) bool) bool {
	return slices.ContainsFunc(report.Formats, func(x report.NamedFormat) bool {
		return kind(x) && slices.ContainsFunc(f.formats, func(spec string) bool {
			name, _, _ := strings.Cut(spec, "=")
			return name == x.Name
		})
	})
}

// threshold gives the lowest severity that fails; Off means that none does.
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
		return 0, fmt.Errorf("invalid --fail-on %q: expected error, warning, info, or never", level)
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
		return nil, errors.New("--fix cannot change standard input; use --diff, or give the path of the file")
	case f.stdinNamed && !stdin:
		return nil, errors.New("--stdin-filename requires standard input; add - to the paths")
	}
	return in, in.Validate()
}

// openBaselines opens the baselines of the flags or the configuration; nil if there are none.
func (f *checkFlags) openBaselines() (*suppress.Baselines, error) {
	conf := &f.policies.Project
	path, read := f.baseline, localfile.Read
	if path == "" && conf.Baseline != "" {
		path = conf.ShortPath(conf.Absolute(conf.Baseline))
		read = func(_ string, limit int64) ([]byte, error) { return conf.ReadFile(conf.Absolute(conf.Baseline), limit) }
	}
	switch {
	case f.pruneBaseline && path == "" && f.writeBaseline == "":
		return nil, errors.New("--prune-baseline requires a baseline; add --baseline FILE")
	case f.writeBaseline != "" && (f.fix || f.diff):
		return nil, errors.New("--write-baseline cannot be used with --fix or --diff; apply fixes first")
	case f.pruneBaseline && (f.fix || f.diff):
		return nil, errors.New("--prune-baseline cannot be used with --fix or --diff; apply fixes first")
	}
	return suppress.OpenBaselines(suppress.BaselineOptions{Path: path, Read: read, Write: f.writeBaseline, Prune: f.pruneBaseline})
}

// rootFile is a file of root certificates.
type rootFile struct {
	read func() ([]byte, error)
	fail func(error) error // adds the location that names it
}

// verify does what --verify-signatures and --trust, or the configuration, ask for;
// nil if that is nothing. Flags override the configuration.
func (f *checkFlags) verify() (*checker.Verify, error) {
	conf := f.policies.Project.Config
	on := f.verifySignatures || conf.VerifySignatures && !f.verifyGiven
	files := f.rootFiles()
	switch {
	case !on && len(f.trust) > 0:
		return nil, errors.New("--trust requires --verify-signatures")
	case !on && len(files) > 0 && !f.verifyGiven:
		return nil, files[0].fail(errors.New("requires `verify-signatures: true`"))
	case !on:
		return nil, nil
	case len(files) == 0:
		roots, err := x509.SystemCertPool()
		if err != nil || roots.Equal(x509.NewCertPool()) {
			f.notes = append(f.notes, "signer trust was not checked: this system has no root certificates; add them with --trust")
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

func addColorFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "color", "auto", "colorize output `WHEN`: auto, always, or never; auto honors NO_COLOR and CLICOLOR_FORCE (default auto)")
	complete(cmd, "color", "auto", "always", "never")
}

// showProgress starts to show progress on w, unless flags say otherwise.
func (f *checkFlags) showProgress(w io.Writer, total func() int) *terminal.Progress {
	if f.noProgress || f.quiet {
		return nil
	}
	return terminal.ShowProgress(w, total)
}
