package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/rules"
)

// checkFlags are the flags of sceplint check as they were given.
type checkFlags struct {
	formats                    []string
	target, failOn, color, now string
	enable, disable, severity  []string
	fix, unsafeFixes, diff     bool
	quiet, showSecrets         bool
	jobs                       int
	stdinName                  string
	stdinNamed                 bool
}

func checkCommand(t *terminal) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "Check profiles: files, directories, globs, - for standard input",
		Long: `Check profiles and print what is found to standard output, everything else to standard error.

A PATH is a file, a directory, a glob, or - for standard input; none means the working directory.
In a directory, *.mobileconfig files are checked, and *.plist and *.xml files that are profiles;
hidden directories are skipped, and links to directories are not followed. A file that is named is
always checked.

A comment keeps findings back, on its line and the next, or in the whole file:
  <!-- sceplint:ignore ID[,ID] reason -->
  <!-- sceplint:ignore-file ID[,ID] reason -->

Exit codes: 0 nothing found at or above --fail-on, 1 something found, 2 the job could not be done.`,
		Example: `  sceplint check
  sceplint check --format json wifi.mobileconfig
  sceplint check --diff profiles/`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdinNamed = cmd.Flags().Changed("stdin-filename")
			return t.check(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.formats, "format", []string{"text"}, "`NAME[=FILE]`: write findings as "+strings.Join(formatNames(), ", ")+" to standard output or to FILE; repeatable")
	flags.StringVar(&f.target, "target", "", "`SYSTEMS` the profiles are meant for, as in ios=17,macos=14")
	flags.StringArrayVar(&f.enable, "enable", nil, "switch a rule on that --disable switches off; `ID` may hold * (repeatable)")
	flags.StringArrayVar(&f.disable, "disable", nil, "switch a rule off; `ID` may hold * (repeatable)")
	flags.StringArrayVar(&f.severity, "severity", nil, "`ID=LEVEL`: report a rule as error, warning, info or off (repeatable)")
	flags.StringVar(&f.failOn, "fail-on", "error", "the least severity that makes the exit code 1: error, warning, info or never")
	flags.BoolVar(&f.fix, "fix", false, "apply the safe fixes to the files")
	flags.BoolVar(&f.unsafeFixes, "unsafe-fixes", false, "with --fix or --diff: the unsafe fixes too")
	flags.BoolVar(&f.diff, "diff", false, "print what --fix would change, instead of findings, and change nothing")
	flags.IntVar(&f.jobs, "jobs", 0, "files checked at once; 0 is one a processor")
	addColorFlag(cmd, &f.color)
	flags.BoolVar(&f.quiet, "quiet", false, "print no summary and no notes, only findings and errors")
	flags.StringVar(&f.stdinName, "stdin-filename", "<stdin>", "`NAME` of standard input in findings")
	flags.BoolVar(&f.showSecrets, "show-secrets", false, "print challenges, passwords and keys instead of masking them")
	flags.StringVar(&f.now, "now", "", "judge expiry at this `TIME`, in RFC 3339, instead of the present")
	complete(cmd, "format", formatNames()...)
	complete(cmd, "fail-on", "error", "warning", "info", "never")
	complete(cmd, "target", checker.Systems...)
	complete(cmd, "enable", ruleIDs(rules.All())...)
	complete(cmd, "disable", ruleIDs(rules.All())...)
	complete(cmd, "severity", ruleIDs(rules.All())...)
	return cmd
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats {
		names = append(names, f.Name)
	}
	return names
}

// check does the job of sceplint check.
func (t *terminal) check(ctx context.Context, f *checkFlags, paths []string) error {
	c, err := f.checker()
	if err != nil {
		return err
	}
	failOn, err := f.threshold()
	if err != nil {
		return err
	}
	in, err := f.inputs(t, paths)
	if err != nil {
		return err
	}
	colored, err := useColor(f.color, t.out)
	if err != nil {
		return err
	}
	sinks, err := openSinks(f, t, colored)
	if err != nil {
		return err
	}
	tally := &tally{t: t, flags: f, failOn: failOn}
	err = sinks.write(tally.watch(c.Run(ctx, in.all())))
	if err := errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	return tally.close(paths)
}

// checker makes the checker that the flags ask for.
func (f *checkFlags) checker() (*checker.Checker, error) {
	c := &checker.Checker{Rules: rules.All(), ShowSecrets: f.showSecrets, Jobs: f.jobs, Now: time.Now()}
	if f.jobs < 0 {
		return nil, fmt.Errorf("--jobs %d: write a number of workers, or 0 for one a processor", f.jobs)
	}
	var err error
	if f.target != "" {
		if c.Targets, err = checker.ParseTargets(f.target); err != nil {
			return nil, fmt.Errorf("--target: %w", err)
		}
	}
	if f.now != "" {
		if c.Now, err = time.Parse(time.RFC3339, f.now); err != nil {
			return nil, fmt.Errorf("--now %q is not a time in RFC 3339; write it as in 2026-01-31T12:00:00Z", f.now)
		}
	}
	if c.Severities, err = f.severities(c.Rules); err != nil {
		return nil, err
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

// severities works out which rules are off, and which weigh otherwise.
func (f *checkFlags) severities(all []checker.Rule) (map[string]checker.Severity, error) {
	chosen := map[string]checker.Severity{}
	each := func(flag, pattern string, do func(id string)) error {
		matched := false
		for _, id := range ruleIDs(all) {
			ok, err := path.Match(pattern, id)
			if err != nil {
				return fmt.Errorf("--%s %q: not a valid pattern", flag, pattern)
			}
			if ok {
				matched = true
				do(id)
			}
		}
		if !matched {
			return fmt.Errorf("--%s: %w", flag, unknownRule(pattern, all))
		}
		return nil
	}
	for _, id := range f.disable {
		if err := each("disable", id, func(id string) { chosen[id] = checker.Off }); err != nil {
			return nil, err
		}
	}
	for _, id := range f.enable {
		if err := each("enable", id, func(id string) { delete(chosen, id) }); err != nil {
			return nil, err
		}
	}
	for _, setting := range f.severity {
		id, level, ok := strings.Cut(setting, "=")
		if !ok {
			return nil, fmt.Errorf("--severity %q: write ID=LEVEL, as in scep-url-query=error", setting)
		}
		severity, err := checker.ParseSeverity(level)
		if err != nil {
			return nil, fmt.Errorf("--severity %s: %w", id, err)
		}
		if err := each("severity", id, func(id string) {
			if s, ok := chosen[id]; !ok || s != checker.Off {
				chosen[id] = severity
			}
		}); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(all, func(r checker.Rule) bool { s, ok := chosen[r.ID]; return !ok || s != checker.Off }) {
		return nil, errors.New("every rule is switched off, so there is nothing to check for")
	}
	return chosen, nil
}

// threshold reads --fail-on; Off means that nothing fails.
func (f *checkFlags) threshold() (checker.Severity, error) {
	if f.failOn == "never" {
		return checker.Off, nil
	}
	s, err := checker.ParseSeverity(f.failOn)
	if err != nil || s == checker.Off {
		return 0, fmt.Errorf("unknown --fail-on %q; write error, warning, info or never", f.failOn)
	}
	return s, nil
}

func (f *checkFlags) inputs(t *terminal, paths []string) (*inputs, error) {
	in := &inputs{paths: paths, stdin: t.in, stdinName: f.stdinName}
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

// tally counts what goes by, says on standard error what is no finding, and
// knows the exit code.
type tally struct {
	t       *terminal
	flags   *checkFlags
	failOn  checker.Severity
	summary report.Summary
	fixed   int
	failed  bool // something could not be done
	found   bool // something at or above the threshold
}

// watch passes results on, and does on the way what findings are not for.
func (y *tally) watch(results iter.Seq[*checker.Result]) iter.Seq[*checker.Result] {
	return func(yield func(*checker.Result) bool) {
		for r := range results {
			y.take(r)
			if r.Passed != "" {
				continue
			}
			if !yield(r) {
				return
			}
		}
	}
}

func (y *tally) take(r *checker.Result) {
	if r.Passed != "" {
		if r.Passed != checker.NoProfile {
			y.note("%s: passed over: %s", r.File, r.Passed)
		}
		return
	}
	switch {
	case r.Err != nil:
	case r.After != nil && y.flags.diff:
		r.Err = report.Diff(y.t.out, r.File, r.Before, r.After, y.flags.showSecrets)
		r.Findings = r.Found // nothing was fixed
	case r.After != nil:
		if r.Err = replace(r.File, r.Before, r.After); r.Err != nil {
			r.Findings = r.Found
		} else {
			y.fixed += r.Fixed
		}
	case r.Unfixed != "":
		y.note("%s: not fixed: %s", r.File, r.Unfixed)
	}
	y.summary.Add(r)
	for _, f := range r.Findings {
		y.found = y.found || y.failOn != checker.Off && f.Severity >= y.failOn
	}
	if r.Err != nil {
		y.failed = true
		fmt.Fprintf(y.t.err, "sceplint: %v\n", r.Err)
	}
}

func (y *tally) note(format string, args ...any) {
	if !y.flags.quiet {
		fmt.Fprintf(y.t.err, format+"\n", args...)
	}
}

// close prints the summary and settles the exit code.
func (y *tally) close(paths []string) error {
	if y.summary.Files == 0 && y.failed {
		return errSaid
	}
	if y.summary.Files == 0 {
		where := strings.Join(paths, ", ")
		if where == "" {
			where, _ = filepath.Abs(".")
		}
		return fmt.Errorf("nothing to check: no profile (*.mobileconfig, or a *.plist or *.xml that is one) in %s", where)
	}
	s := y.summary
	if y.fixed > 0 {
		y.note("fixed %s", count(y.fixed, "finding"))
	}
	tail := fmt.Sprintf("in %s (%s)", count(s.Files, "file"), count(s.SCEP, "SCEP payload"))
	if s.Suppressed > 0 {
		tail += fmt.Sprintf(", %d suppressed", s.Suppressed)
	}
	if s.Errors+s.Warnings+s.Infos == 0 {
		y.note("no findings %s", tail)
	} else {
		y.note("%s, %s, %s %s", count(s.Errors, "error"), count(s.Warnings, "warning"), count(s.Infos, "info"), tail)
	}
	switch {
	case y.failed:
		return errSaid
	case y.found:
		y.t.exit = exitFindings
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
