package main

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/report"
)

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
	for _, line := range r.Prints {
		fmt.Fprintln(y.t.err, line)
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
