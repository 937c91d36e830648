// Package report writes findings and rules for people and programs, one file a
// format.
package report

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/probe"
)

// Report is what a format writes.
type Report struct {
	Version string         // of sceplint
	Rules   []checker.Meta // those that ran
	Now     time.Time      // of the run
	Results iter.Seq[*checker.Result]
	Color   bool
	Shipped []string // the IDs of the policies that policies/README.md documents

	Servers []probe.Server // that were asked; nil: none were to be

	// Notes returns what else there is to say about the run, once Results ended; may be nil.
	Notes func() []string

	ShowSuppressed bool // show what is suppressed as well; a format with a place for it always does
}

// Format writes a report. It walks the results once.
type Format func(io.Writer, *Report) error

// NamedFormat is a format with what a user calls it.
type NamedFormat struct {
	Name   string
	Format Format
	Title  string
	Rules  bool // it describes the rules that ran
	Survey bool // it shows what the files hold, beside what was found in them

	Fingerprints bool // it has the fingerprints of findings
}

// Formats are the formats in the order help shows them.
var Formats = []NamedFormat{
	{Name: "text", Format: Text, Title: "source lines with the finding underlined"},
	{Name: "concise", Format: Concise, Title: "one line per finding"},
	{Name: "json", Format: JSON, Title: "one JSON document", Fingerprints: true},
	{Name: "jsonl", Format: JSONLines, Title: "one JSON object per line and finding, streamed", Fingerprints: true},
	{Name: "sarif", Format: SARIF, Title: "SARIF 2.1.0, for code scanning", Rules: true, Fingerprints: true},
	{Name: "github", Format: GitHub, Title: "GitHub Actions workflow commands, shown as annotations"},
	{Name: "gitlab", Format: GitLab, Title: "GitLab Code Quality report", Fingerprints: true},
	{Name: "junit", Format: JUnit, Title: "JUnit XML, one test case per finding"},
	{Name: "checkstyle", Format: Checkstyle, Title: "Checkstyle XML"},
	{Name: "rdjsonl", Format: ReviewdogLines, Title: "reviewdog (rdjsonl), with fixes as suggestions"},
	{Name: "csv", Format: CSV, Title: "table that is safe to open in a spreadsheet", Fingerprints: true},
	{Name: "html", Format: HTML, Title: "HTML page with totals, profile contents, and findings to filter and sort", Rules: true, Survey: true},
}

// Summary counts what a run found.
type Summary struct {
	Files      int `json:"files"`
	Profiles   int `json:"profiles"`
	Payloads   int `json:"payloads"`
	SCEP       int `json:"scep"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Infos      int `json:"infos"`
	Suppressed int `json:"suppressed"`
	Fixable    int `json:"fixable"` // findings with a fix, safe or not
	Skipped    int `json:"skipped"`
	Excluded   int `json:"excluded"`

	safeFixes int    // of the fixable findings, those with a safe fix
	unrelated int    // of those that were skipped, paths whose names are not those of profiles or exports
	part      string // the file that was counted last and has several results
}

// Add counts one result. A path counts as a file if it was checked, as skipped, or
// as excluded; one that could not be read counts as an error.
func (s *Summary) Add(r *checker.Result) {
	switch {
	case r.Excluded:
		s.Excluded++
		return
	case r.Skipped.Reason != "":
		if r.Part { // the entry of an export is about something else, and no path
			return
		}
		s.Skipped++
		if r.Skipped.Kind == checker.SkipUnrelated {
			s.unrelated++
		}
		return
	case r.Profiles == 0 && !r.IsFileSet:
		return
	}
	if !r.IsFileSet && !(r.Part && r.File == s.part) { // else it is counted already
		s.Files++
		s.part = ""
		if r.Part {
			s.part = r.File
		}
	}
	s.Profiles += r.Profiles
	s.Payloads += r.Payloads
	s.SCEP += r.SCEP
	s.Suppressed += len(r.Suppressed)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Fix != nil {
			s.Fixable++
			if f.Fix.Safe {
				s.safeFixes++
			}
		}
		switch f.Severity {
		case checker.Error:
			s.Errors++
		case checker.Warning:
			s.Warnings++
		case checker.Info:
			s.Infos++
		}
	}
}

// FixHint describes, for the end of a line, how many findings are fixable and by which flags. Fixed reports whether
// --fix is among the flags of the run.
func (s *Summary) FixHint(fixed bool) string {
	safe, unsafe := s.safeFixes, s.Fixable-s.safeFixes
	switch {
	case safe > 0 && unsafe > 0:
		return fmt.Sprintf("; %d fixable with --fix, %d more with --unsafe-fixes", safe, unsafe)
	case safe > 0:
		return fmt.Sprintf("; %d fixable with --fix", safe)
	case unsafe > 0 && fixed:
		return fmt.Sprintf("; %d more fixable with --unsafe-fixes", unsafe)
	case unsafe > 0:
		return fmt.Sprintf("; %d fixable with --fix --unsafe-fixes", unsafe)
	}
	return ""
}

// LeftOut returns, for the end of a line, how many paths were skipped or
// excluded. Paths whose names are not those of profiles or exports are not
// counted.
func (s *Summary) LeftOut() string {
	text := ""
	if n := s.Skipped - s.unrelated; n > 0 {
		text += fmt.Sprintf(", %d skipped", n)
	}
	if s.Excluded > 0 {
		text += fmt.Sprintf(", %d excluded", s.Excluded)
	}
	return text
}

// findings gives what is shown of a result.
func (r *Report) findings(result *checker.Result) []*checker.Finding {
	if r.ShowSuppressed {
		return allFindings(result)
	}
	shown := make([]*checker.Finding, len(result.Findings))
	for i := range result.Findings {
		shown[i] = printableFinding(&result.Findings[i])
	}
	return shown
}

// allFindings gives those of a result with those that are suppressed.
func allFindings(result *checker.Result) []*checker.Finding {
	all := result.All()
	for i, f := range all {
		all[i] = printableFinding(f)
	}
	return all
}

// printableFinding makes the texts of a finding that are for people printable.
// Names and values that programs use stay as they are; where a format shows those
// to people, it makes them printable itself.
func printableFinding(f *checker.Finding) *checker.Finding {
	if isPrintable(f) {
		return f
	}
	x := *f
	x.Message, x.Help = printable.Lines(x.Message), printable.Lines(x.Help)
	if x.Fix != nil {
		fix := *x.Fix
		fix.Message = printable.Lines(fix.Message)
		x.Fix = &fix
	}
	if x.Suppression != nil {
		suppression := *x.Suppression
		suppression.Justification = printable.Lines(suppression.Justification)
		x.Suppression = &suppression
	}
	x.Related = slices.Clone(x.Related)
	for i := range x.Related {
		x.Related[i].Message = printable.Lines(x.Related[i].Message)
	}
	return &x
}

func isPrintable(f *checker.Finding) bool {
	is := func(text string) bool { return printable.Lines(text) == text }
	return is(f.Message) && is(f.Help) && (f.Fix == nil || is(f.Fix.Message)) && (f.Suppression == nil || is(f.Suppression.Justification)) &&
		!slices.ContainsFunc(f.Related, func(r checker.RelatedLocation) bool { return !is(r.Message) })
}

// errorText is an error, which may have several lines, for people.
func errorText(err error) string { return printable.Lines(err.Error()) }

// Plural writes a number with the word for one or for many.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
