package report

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
)

// analysisError stands in the place of a rule for a file that could not be judged.
const analysisError = "analysis-error"

// said is the message of a finding, with what keeps it back, for formats that
// have no place for that.
func said(f *checker.Finding) string {
	if f.Suppression == nil {
		return f.Message
	}
	return f.Message + " (" + suppressed(f.Suppression) + ")"
}

func suppressed(s *checker.Suppression) string {
	text := "suppressed by " + string(s.Kind)
	if s.Justification != "" {
		text += ": " + s.Justification
	}
	return text
}

// weight is the severity of a finding for a format that has no place for what
// keeps it back: then it is only worth knowing.
func weight(f *checker.Finding) checker.Severity {
	if f.Suppression != nil {
		return checker.Info
	}
	return f.Severity
}

// fixEdits gives the edits of a fix that may be printed, if it is known where
// all of them are, in lines as other programs count them.
func fixEdits(f *checker.Finding) []checker.TextEdit {
	if f.Fix == nil || f.Fix.Secret || f.UnmappedLines || len(f.Fix.Places) != len(f.Fix.Edits) {
		return nil
	}
	return f.Fix.Edits
}

// fileReport is all that is said of a file.
type fileReport struct {
	file     string
	findings []*checker.Finding
	errors   []error // why it could not be judged
}

// byFile gathers what is said of each file. Findings about the set of all
// profiles come in results of their own.
func (r *Report) byFile() []*fileReport {
	var list []*fileReport
	files := map[string]*fileReport{}
	for result := range r.Results {
		if result.Excluded || result.Skipped.Reason != "" {
			continue
		}
		x := files[result.File]
		if x == nil {
			x = &fileReport{file: result.File}
			files[result.File] = x
			list = append(list, x)
		}
		x.findings = append(x.findings, r.findings(result)...)
		if result.Err != nil {
			x.errors = append(x.errors, result.Err)
		}
	}
	return slices.Clip(list)
}
