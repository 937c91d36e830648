package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/report"
)

// addCommon adds the flags that say what profiles are judged by, whatever is
// done with them.
func (f *checkFlags) addCommon(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.target, "target", "", "`SYSTEMS` the profiles are meant for, as in ios=17,macos=14")
	flags.StringVar(&f.now, "now", "", "judge expiry at this `TIME`, in RFC 3339, instead of the present")
	flags.StringVar(&f.stdinName, "stdin-filename", "<stdin>", "`NAME` of standard input in findings")
	flags.BoolVar(&f.showSecrets, "show-secrets", false, "print challenges, passwords and keys instead of masking them, and let policies see them")
	complete(cmd, "target", checker.Systems...)
}

// setCommon does what these flags ask for.
func (f *checkFlags) setCommon(c *checker.Checker) (err error) {
	c.ShowSecrets, c.Now = f.showSecrets, time.Now()
	if f.target != "" {
		if c.Targets, err = checker.ParseTargets(f.target); err != nil {
			return fmt.Errorf("--target: %w", err)
		}
	}
	if f.now != "" {
		if c.Now, err = time.Parse(time.RFC3339, f.now); err != nil {
			return fmt.Errorf("--now %q is not a time in RFC 3339; write it as in 2026-01-31T12:00:00Z", f.now)
		}
	}
	return nil
}

// checker makes the checker that the flags ask for.
func (f *checkFlags) checker(ctx context.Context) (*checker.Checker, error) {
	const most = 1024
	if f.jobs < 0 || f.jobs > most {
		return nil, fmt.Errorf("--jobs %d: write a number of workers up to %d, or 0 for one a processor", f.jobs, most)
	}
	c := &checker.Checker{Jobs: f.jobs, Elsewhere: shippedIDs()}
	err := f.setCommon(c)
	if err != nil {
		return nil, err
	}
	f.policies.lazy = !f.describes()
	c.Rules, f.notes, err = f.policies.all(ctx)
	if err != nil {
		return nil, err
	}
	if c.Verify, err = f.verify(); err != nil {
		return nil, err
	}
	if c.Severities, err = f.severities(c.Rules); err != nil {
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

// describes reports whether a report tells what the rules are about.
func (f *checkFlags) describes() bool {
	return slices.ContainsFunc(report.Formats, func(x report.NamedFormat) bool {
		return x.Rules && slices.ContainsFunc(f.formats, func(spec string) bool {
			name, _, _ := strings.Cut(spec, "=")
			return name == x.Name
		})
	})
}

// severities works out which rules are off, and which weigh otherwise.
func (f *checkFlags) severities(all []checker.Rule) (map[string]checker.Severity, error) {
	chosen := map[string]checker.Severity{}
	each := func(flag, pattern string, do func(id string)) error {
		matched := false
		for _, r := range all {
			ok, err := path.Match(pattern, r.ID)
			if err != nil {
				return fmt.Errorf("--%s %q: not a valid pattern", flag, pattern)
			}
			if long, _ := path.Match(pattern, r.Pack+"/"+r.ID); ok || r.Pack != "" && long {
				matched = true
				do(r.ID)
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
