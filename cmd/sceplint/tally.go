package main

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

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
	rules   map[string]int // findings, for statistics
	fixed   int
	failed  bool // something could not be done
	found   bool // something at or above the threshold

	exports  emptyExports
	unfixed  string       // the file of which it was said last
	baseline *baselineRun // nil: there is none
	progress *progress
	patch    io.Writer // of --diff
	applied  bool      // it may be read by a program that applies it, and not only on a terminal
}

// watch passes results on, and does on the way what findings are not for.
func (y *tally) watch(results iter.Seq[*checker.Result]) iter.Seq[*checker.Result] {
	return func(yield func(*checker.Result) bool) {
		for r := range results {
			if empty := y.exports.add(r); empty != nil && !y.yield(empty, yield) {
				return
			}
			if !r.IsFileSet {
				y.progress.step()
			}
			if !y.yield(r, yield) {
				return
			}
		}
		if empty := y.exports.add(&checker.Result{}); empty != nil {
			y.yield(empty, yield)
		}
	}
}

func (y *tally) yield(r *checker.Result, yield func(*checker.Result) bool) bool {
	y.take(r)
	return yield(r)
}

func (y *tally) take(r *checker.Result) {
	if r.Excluded || r.Skipped.Reason != "" {
		y.summary.Add(r)
		y.flags.noteLeftOut(y.t.err, r)
		return
	}
	for _, line := range r.PolicyOutput {
		fmt.Fprintln(y.t.err, line)
	}
	switch {
	case r.Err != nil:
	case r.After != nil && y.flags.diff:
		r.Err = report.Diff(y.patch, r.File, r.Before, r.After, y.flags.showSecrets, y.applied)
		r.Findings = r.FindingsBeforeFix // nothing was fixed
	case r.After != nil:
		if r.Err = replace(r.File, r.Before, r.After); r.Err != nil {
			r.Findings = r.FindingsBeforeFix
		} else {
			y.fixed += r.Fixed
		}
	case r.FixSkipReason != "" && !(r.Part && r.File == y.unfixed):
		y.unfixed = r.File
		y.note("%s: not fixed: %s", checker.Printable(r.File), r.FixSkipReason)
	}
	y.summary.Add(r)
	for i := range r.Findings {
		f := &r.Findings[i]
		y.found = y.found || y.failOn != checker.Off && f.Severity >= y.failOn
		if y.flags.statistics {
			y.rules[f.Rule.ID]++
		}
	}
	if y.baseline != nil {
		y.baseline.recordResult(r)
	}
	if r.Err != nil {
		y.failed = true
		fmt.Fprintf(y.t.err, "sceplint: %v\n", r.Err)
	}
}

// note prints one line, whatever the arguments hold.
func (y *tally) note(format string, args ...any) {
	if !y.flags.quiet {
		fmt.Fprintln(y.t.err, checker.Printable(fmt.Sprintf(format, args...)))
	}
}

// close prints the summary and settles the exit code.
func (y *tally) close(in *inputs, c *checker.Checker) error {
	switch {
	case y.summary.Files > 0:
	case y.failed:
		return errSaid
	case in.forceExclude && y.summary.Excluded > 0:
		y.note("nothing to check: %s excluded by %s", count(y.summary.Excluded, "file"), in.config.File)
		return nil // all that was named is excluded on purpose
	default:
		return nothing(in, &y.summary)
	}
	s := y.summary
	if y.fixed > 0 {
		y.note("fixed %s", count(y.fixed, "finding"))
	}
	tail := fmt.Sprintf("in %s (%s)", count(s.Files, "file"), count(s.SCEP, "SCEP payload"))
	if s.Suppressed > 0 {
		tail += fmt.Sprintf(", %d suppressed", s.Suppressed)
	}
	tail += s.LeftOut()
	if s.Errors+s.Warnings+s.Infos == 0 && !y.failed {
		y.note("no findings %s", tail)
	} else {
		incomplete := ""
		if y.failed {
			incomplete = "results are incomplete: "
		}
		y.note("%s%s, %s, %s %s", incomplete, count(s.Errors, "error"), count(s.Warnings, "warning"), count(s.Infos, "info"), tail)
	}
	if y.flags.statistics {
		y.statistics()
	}
	if y.baseline != nil {
		if err := y.baseline.close(y, c); err != nil {
			return err
		}
	}
	switch {
	case y.failed:
		return errSaid
	case y.found:
		y.t.exit = exitFindings
	}
	return nil
}

// noteLeftOut reports a path that was skipped, or excluded, on standard error:
// always if it may hold what was meant to be checked, and else with --verbose.
func (f *checkFlags) noteLeftOut(w io.Writer, r *checker.Result) {
	switch {
	case f.quiet:
	case r.Excluded && f.verbose:
		fmt.Fprintf(w, "%s: excluded by %s\n", checker.Printable(r.File), f.policies.config.File)
	case r.Skipped.Reason == "", r.Part:
	case f.verbose, r.Skipped.Kind == checker.SkipNoted:
		fmt.Fprintf(w, "%s: skipped: %s\n", checker.Printable(r.File), checker.Printable(r.Skipped.Reason))
	}
}

// nothing says that no profile was found, and where.
func nothing(in *inputs, s *report.Summary) error {
	where := checker.Printable(strings.Join(in.paths, ", "))
	if where == "." {
		where, _ = filepath.Abs(".")
	}
	hint := s.LeftOut()
	if s.Excluded > 0 {
		hint += " by " + in.config.File
	}
	if hint == "" && s.Skipped > 0 {
		hint = "; use --verbose to list the files that were skipped"
	}
	return fmt.Errorf("nothing to check: no profile and no export in %s%s", where, hint)
}

// statistics says how many findings each rule has, the most first.
func (y *tally) statistics() {
	ids := slices.SortedFunc(maps.Keys(y.rules), func(a, b string) int {
		return cmp.Or(cmp.Compare(y.rules[b], y.rules[a]), cmp.Compare(a, b))
	})
	table := tabwriter.NewWriter(y.t.err, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, id := range ids {
		fmt.Fprintf(table, "%d\t  %s\n", y.rules[id], id)
	}
	table.Flush()
}

func count(n int, what string) string { return plural(n, what, what+"s") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
