package report

import (
	"bufio"
	"io"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
)

// The Diagnostic message of reviewdog, as JSON.
type (
	rdFinding struct {
		Message     string         `json:"message"`
		Location    rdLocation     `json:"location"`
		Severity    string         `json:"severity"`
		Source      rdLink         `json:"source"`
		Code        *rdCode        `json:"code,omitempty"`
		Suggestions []rdSuggestion `json:"suggestions,omitempty"`
		Related     []rdRelated    `json:"related_locations,omitempty"`
	}
	rdLocation struct {
		Path  string   `json:"path"`
		Range *rdRange `json:"range,omitempty"`
	}
	rdRange struct {
		Start rdPosition  `json:"start"`
		End   *rdPosition `json:"end,omitempty"`
	}
	// rdPosition has a column in bytes of UTF-8, counted from 1.
	rdPosition struct {
		Line   int `json:"line"`
		Column int `json:"column"`
	}
	rdLink struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	rdCode struct {
		Value string `json:"value"`
		URL   string `json:"url,omitempty"`
	}
	rdSuggestion struct {
		Range rdRange `json:"range"`
		Text  string  `json:"text"`
	}
	rdRelated struct {
		Message  string     `json:"message,omitempty"`
		Location rdLocation `json:"location"`
	}
)

var rdSource = rdLink{"sceplint", home}

// ReviewdogLines writes each finding as a line of reviewdog's rdjsonl.
func ReviewdogLines(w io.Writer, r *Report) error {
	out := bufio.NewWriter(w)
	lines := newJSONLines(out)
	for result := range r.Results {
		for _, f := range r.findings(result) {
			if err := lines.write(r.newRDFinding(f)); err != nil {
				return err
			}
		}
		if result.Err != nil {
			failed := rdFinding{
				Message: errorText(result.Err), Location: rdLocation{Path: slashed(result.File)}, Severity: "ERROR",
				Source: rdSource, Code: &rdCode{Value: analysisError},
			}
			if err := lines.write(failed); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (r *Report) newRDFinding(f *checker.Finding) rdFinding {
	severity := [...]string{checker.Off: "INFO", checker.Info: "INFO", checker.Warning: "WARNING", checker.Error: "ERROR"}
	x := rdFinding{
		Message: withRemedy(f), Location: rdLocation{Path: slashed(f.File)}, Severity: severity[reportedSeverity(f)],
		Source: rdSource, Code: &rdCode{f.Rule.ID, r.page(f.Rule)},
	}
	if f.Placed {
		x.Location.Range = newRDRange(f.Start, f.End)
	}
	for i, e := range fixEdits(f) {
		place := f.Fix.Places[i]
		x.Suggestions = append(x.Suggestions, rdSuggestion{*newRDRange(place.Start, place.End), e.Text})
	}
	for _, related := range f.Related {
		y := rdRelated{related.Message, rdLocation{Path: slashed(related.File)}}
		if related.Placed {
			y.Location.Range = &rdRange{Start: newRDPosition(related.Start)}
		}
		x.Related = append(x.Related, y)
	}
	return x
}

func newRDRange(start, end plist.Position) *rdRange {
	last := newRDPosition(end)
	return &rdRange{newRDPosition(start), &last}
}

func newRDPosition(p plist.Position) rdPosition { return rdPosition{p.Line, p.ByteColumn} }
