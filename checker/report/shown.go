package report

import (
	"iter"

	"github.com/sceplint/sceplint/checker"
)

// analysisError stands instead of a rule for a file that could not be checked.
const analysisError = "analysis-error"

// suppressed says what suppresses a finding, and why.
func suppressed(s *checker.Suppression) string {
	text := "suppressed by " + string(s.Kind)
	if s.Justification != "" {
		text += ": " + s.Justification
	}
	return text
}

// reportedSeverity is the severity of a finding for a format that has no place for what
// suppresses it: then it is only worth knowing.
func reportedSeverity(f *checker.Finding) checker.Severity {
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

// fileReport is what is reported of a file.
type fileReport struct {
	file     string
	findings []*checker.Finding
	errors   []error // why it was not checked
}

// maxFileFindings is how many findings end a fileReport: a file may hold the
// profiles of a whole fleet.
const maxFileFindings = 1000

// byFile yields what is reported of each file. Results of a file that follow one
// another are one report, unless they are very many; findings that the comparison
// of all profiles adds later are another one of the same file.
func (r *Report) byFile() iter.Seq[*fileReport] {
	return func(yield func(*fileReport) bool) {
		var x *fileReport
		for result := range r.Results {
			if result.Excluded || result.Skipped.Reason != "" {
				continue
			}
			if x == nil || x.file != result.File || len(x.findings) >= maxFileFindings {
				if x != nil && !yield(x) {
					return
				}
				x = &fileReport{file: result.File}
			}
			x.findings = append(x.findings, r.findings(result)...)
			if result.Err != nil {
				x.errors = append(x.errors, result.Err)
			}
		}
		if x != nil {
			yield(x)
		}
	}
}
