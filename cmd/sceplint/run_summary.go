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
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/source"
	"github.com/sceplint/sceplint/checker/suppress"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
)

// runSummary counts results, writes notices to standard error, and determines the
// exit code.
type runSummary struct {
	t       *ioStreams
	flags   *checkFlags
	failOn  checker.Severity
	summary report.Summary
	rules   map[ruleCount]*ruleStatistics
	fixed   int
	failed  bool // a file could not be checked
	found   bool // a finding at or above the threshold

	exports  source.EmptyExports
	unfixed  string              // the file that was last reported as not fixed
	baseline *suppress.Baselines // nil: there is none
	progress *terminal.Progress

	unreached []string  // IDs of policies that had nothing to check
	patch     io.Writer // of --diff
	applied   bool      // it may be read by a program that applies it, and not only on a terminal
}

// process records results and passes them on.
func (y *runSummary) process(results iter.Seq[*checker.Result]) iter.Seq[*checker.Result] {
	return func(yield func(*checker.Result) bool) {
		for r := range results {
			if empty := y.exports.Add(r); empty != nil && !y.passOn(empty, yield) {
				return
			}
			if !r.IsFileSet {
				y.progress.Step()
			}
			if !y.passOn(r, yield) {
				return
			}
		}
		if empty := y.exports.Add(&checker.Result{}); empty != nil {
			y.passOn(empty, yield)
		}
	}
}

func (y *runSummary) passOn(r *checker.Result, yield func(*checker.Result) bool) bool {
	y.record(r)
	return yield(r)
}

func (y *runSummary) record(r *checker.Result) {
	if r.Excluded || r.Skipped.Reason != "" {
		y.summary.Add(r)
		y.flags.reportSkipped(y.t.err, r)
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
		if r.Err = localfile.Replace(r.File, r.Before, r.After); r.Err != nil {
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
			key := ruleCount{f.Rule.ID, f.Severity}
			if y.rules[key] == nil {
				y.rules[key] = &ruleStatistics{}
			}
			y.rules[key].add(f)
		}
	}
	if y.baseline != nil {
		y.baseline.Record(r)
	}
	if r.Err != nil {
		y.failed = true
		fmt.Fprintf(y.t.err, "sceplint: %v\n", r.Err)
	}
}

// note prints one line, whatever the arguments hold.
func (y *runSummary) note(format string, args ...any) {
	if !y.flags.quiet {
		fmt.Fprintln(y.t.err, checker.Printable(fmt.Sprintf(format, args...)))
	}
}

// close prints the summary and sets the exit code.
func (y *runSummary) close(in *source.Inputs, c *checker.Checker) error {
	switch {
	case y.summary.Files > 0:
	case y.failed:
		return errReported
	case in.ForceExclude && y.summary.Excluded > 0:
		y.note("no files checked: %s excluded by %s", report.Plural(y.summary.Excluded, "file", "files"), y.flags.policies.Project.File)
		return nil // all files are excluded on purpose
	default:
		return noProfilesError(in, y.flags.policies.Project.File, &y.summary)
	}
	s := y.summary
	if y.fixed > 0 {
		y.note("fixed %s", report.Plural(y.fixed, "finding", "findings"))
	}
	tail := fmt.Sprintf("in %s (%s)", report.Plural(s.Files, "file", "files"), report.Plural(s.SCEP, "SCEP payload", "SCEP payloads"))
	if s.Suppressed > 0 {
		tail += fmt.Sprintf(", %d suppressed", s.Suppressed)
	}
	tail += s.LeftOut() + s.FixHint(y.flags.fix)
	if s.Errors+s.Warnings+s.Infos == 0 && !y.failed {
		y.note("no findings %s", tail)
	} else {
		incomplete := ""
		if y.failed {
			incomplete = "results are incomplete: "
		}
		y.note("%s%s, %s, %s %s", incomplete, report.Plural(s.Errors, "error", "errors"), report.Plural(s.Warnings, "warning", "warnings"), report.Plural(s.Infos, "info", "infos"), tail)
	}
	if y.flags.statistics {
		y.statistics()
	}
	if y.baseline != nil {
		if err := y.baseline.Close(c, y.failed, y.note); err != nil {
			return err
		}
	}
	switch {
	case y.failed:
		return errReported
	case y.found:
		y.t.exit = exitFindings
	}
	return nil
}

// reportSkipped reports a path that was skipped or excluded on standard error:
// always if it may contain a profile, and otherwise with --verbose.
func (f *checkFlags) reportSkipped(w io.Writer, r *checker.Result) {
	switch {
	case f.quiet:
	case r.Excluded && f.verbose:
		fmt.Fprintf(w, "%s: excluded by %s\n", checker.Printable(r.File), f.policies.Project.File)
	case r.Skipped.Reason == "", r.Part:
	case f.verbose, r.Skipped.Kind == checker.SkipNoted:
		fmt.Fprintf(w, "%s: skipped: %s\n", checker.Printable(r.File), checker.Printable(r.Skipped.Reason))
	}
}

// noProfilesError reports that no profile was found, and where.
func noProfilesError(in *source.Inputs, config string, s *report.Summary) error {
	where := checker.Printable(strings.Join(in.Paths, ", "))
	if where == "." {
		where, _ = filepath.Abs(".")
	}
	hint := s.LeftOut()
	if s.Excluded > 0 {
		hint += " by " + config
	}
	if hint == "" && s.Skipped > 0 {
		hint = "; use --verbose to list skipped files"
	}
	return fmt.Errorf("no profiles found in %s%s", where, hint)
}

// ruleCount is a row of the statistics. A rule may report several severities.
type ruleCount struct {
	id       string
	severity checker.Severity
}

type ruleStatistics struct{ findings, fixable int }

func (s *ruleStatistics) add(f *checker.Finding) {
	s.findings++
	if f.Fix != nil {
		s.fixable++
	}
}

// statistics prints how many findings each rule has, most first, and which
// policies had nothing to check.
func (y *runSummary) statistics() {
	if len(y.unreached) > 0 {
		defer fmt.Fprintf(y.t.err, "no profile has what these policies read: %s\n", strings.Join(y.unreached, ", "))
	}
	if len(y.rules) == 0 {
		return
	}
	rows := slices.SortedFunc(maps.Keys(y.rules), func(a, b ruleCount) int {
		return cmp.Or(cmp.Compare(y.rules[b].findings, y.rules[a].findings), cmp.Compare(b.severity, a.severity), cmp.Compare(a.id, b.id))
	})
	table := tabwriter.NewWriter(y.t.err, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FINDINGS\tFIXABLE\tSEVERITY\tRULE")
	for _, row := range rows {
		n := y.rules[row]
		fmt.Fprintf(table, "%d\t%d\t%v\t%s\n", n.findings, n.fixable, row.severity, row.id)
	}
	table.Flush()
}
