package main

import (
	"fmt"
	"io"
	"iter"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/printable"
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
	rules   report.Statistics
	fixed   int
	failed  bool // a file could not be checked
	found   bool // a finding at or above the threshold

	hintsNDES bool // suggest the pack ndes if profiles enroll at NDES
	ndes      int  // those profiles

	exports  source.EmptyExports
	unfixed  string              // the file that was last reported as not fixed
	baseline *suppress.Baselines // nil: there is none
	progress *terminal.Progress

	unreached []string  // IDs of policies that had nothing to check
	patch     io.Writer // of --diff
	applied   bool      // it may be read by a program that applies it, and not only on a terminal
}

// process records results and passes them on.
func (s *runSummary) process(results iter.Seq[*checker.Result]) iter.Seq[*checker.Result] {
	return func(yield func(*checker.Result) bool) {
		for r := range results {
			if empty := s.exports.Add(r); empty != nil && !s.passOn(empty, yield) {
				return
			}
			if !r.IsFileSet {
				s.progress.Step()
			}
			if !s.passOn(r, yield) {
				return
			}
		}
		if empty := s.exports.Add(&checker.Result{}); empty != nil {
			s.passOn(empty, yield)
		}
	}
}

func (s *runSummary) passOn(r *checker.Result, yield func(*checker.Result) bool) bool {
	s.record(r)
	return yield(r)
}

func (s *runSummary) record(r *checker.Result) {
	if r.Excluded || r.Skipped.Reason != "" {
		s.summary.Add(r)
		s.flags.reportSkipped(s.t.err, r)
		return
	}
	for _, line := range r.PolicyOutput {
		fmt.Fprintln(s.t.err, line)
	}
	switch {
	case r.Err != nil:
	case r.After != nil && s.flags.diff:
		r.Err = report.Diff(s.patch, r.File, r.Before, r.After, s.flags.showSecrets, s.applied)
		r.Findings = r.FindingsBeforeFix // nothing was fixed
	case r.After != nil:
		if r.Err = localfile.Replace(r.File, r.Before, r.After); r.Err != nil {
			r.Findings = r.FindingsBeforeFix
		} else {
			s.fixed += r.Fixed
		}
	case r.FixSkipReason != "" && !(r.Part && r.File == s.unfixed):
		s.unfixed = r.File
		s.note("%s: not fixed: %s", printable.Text(r.File), r.FixSkipReason)
	}
	s.summary.Add(r)
	s.ndes += r.NDES
	for i := range r.Findings {
		f := &r.Findings[i]
		s.found = s.found || s.failOn != checker.Off && f.Severity >= s.failOn
		if s.flags.statistics {
			s.rules.Add(f)
		}
	}
	if s.baseline != nil {
		s.baseline.Record(r)
	}
	if r.Err != nil {
		s.failed = true
		fmt.Fprintf(s.t.err, "sceplint: %v\n", r.Err)
	}
}

// note prints one line, whatever the arguments hold.
func (s *runSummary) note(format string, args ...any) {
	if !s.flags.quiet {
		fmt.Fprintln(s.t.err, printable.Text(fmt.Sprintf(format, args...)))
	}
}

// notes returns what there is to say about all profiles of the run.
func (s *runSummary) notes() []string {
	if s.ndes == 0 || !s.hintsNDES {
		return nil
	}
	return []string{fmt.Sprintf("%s an enrollment URL of NDES; add --pack ndes to check what NDES requires", report.Plural(s.ndes, "profile has", "profiles have"))}
}

// isNDESDecided reports whether packs were chosen, or a policy of the pack ndes is off.
func (f *checkFlags) isNDESDecided() bool {
	conf := &f.policies.Project
	return len(f.policies.Packs) > 0 || f.policies.NoDefaultPack || conf.Config != nil && (conf.Packs != nil ||
		slices.ContainsFunc(conf.Rules, func(l config.Level) bool {
			return l.Level == "off" && strings.HasPrefix(path.Base(l.Rule.Value), "ndes-")
		}))
}

// close prints the summary and sets the exit code.
func (s *runSummary) close(in *source.Inputs, c *checker.Checker) error {
	switch {
	case s.summary.Files > 0:
	case s.failed:
		return errReported
	case in.ForceExclude && s.summary.Excluded > 0:
		s.note("no files checked: %s excluded by %s", report.Plural(s.summary.Excluded, "file", "files"), s.flags.policies.Project.File)
		return nil // all files are excluded on purpose
	default:
		return noProfilesError(in, s.flags.policies.Project.File, &s.summary)
	}
	counts := &s.summary
	if s.fixed > 0 {
		s.note("fixed %s", report.Plural(s.fixed, "finding", "findings"))
	}
	tail := fmt.Sprintf("in %s (%s)", report.Plural(counts.Files, "file", "files"), report.Plural(counts.SCEP, "SCEP payload", "SCEP payloads"))
	if counts.Suppressed > 0 {
		tail += fmt.Sprintf(", %d suppressed", counts.Suppressed)
	}
	tail += counts.LeftOut() + counts.FixHint(s.flags.fix)
	if counts.Errors+counts.Warnings+counts.Infos == 0 && !s.failed {
		s.note("no findings %s", tail)
	} else {
		incomplete := ""
		if s.failed {
			incomplete = "results are incomplete: "
		}
		s.note("%s%s, %s, %s %s", incomplete, report.Plural(counts.Errors, "error", "errors"), report.Plural(counts.Warnings, "warning", "warnings"), report.Plural(counts.Infos, "info", "infos"), tail)
	}
	for _, text := range s.notes() {
		s.note("note: %s", text)
	}
	if s.flags.statistics {
		if err := s.rules.Write(s.t.err); err != nil {
			return err
		}
		if len(s.unreached) > 0 {
			fmt.Fprintf(s.t.err, "no profile has what these policies read: %s\n", strings.Join(s.unreached, ", "))
		}
	}
	if s.baseline != nil {
		if err := s.baseline.Close(c, s.failed, s.note); err != nil {
			return err
		}
	}
	switch {
	case s.failed:
		return errReported
	case s.found:
		s.t.exit = exitFindings
	}
	return nil
}

// reportSkipped reports a path that was skipped or excluded on standard error:
// always if it may contain a profile, and otherwise with --verbose.
func (f *checkFlags) reportSkipped(w io.Writer, r *checker.Result) {
	switch {
	case f.quiet:
	case r.Excluded && f.verbose:
		fmt.Fprintf(w, "%s: excluded by %s\n", printable.Text(r.File), f.policies.Project.File)
	case r.Skipped.Reason == "", r.Part:
	case f.verbose, r.Skipped.Kind == checker.SkipNoted:
		fmt.Fprintf(w, "%s: skipped: %s\n", printable.Text(r.File), printable.Text(r.Skipped.Reason))
	}
}

// noProfilesError reports that no profile was found, and where.
func noProfilesError(in *source.Inputs, config string, s *report.Summary) error {
	where := printable.Text(strings.Join(in.Paths, ", "))
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
