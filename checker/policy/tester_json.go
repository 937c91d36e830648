package policy

import (
	"encoding/json"
	"io"
	"math"
)

// The shape of sceplint policy test --format json. Durations are in seconds;
// empty fields are omitted.
type (
	runJSON struct {
		Version  int            `json:"version"`
		Summary  summaryJSON    `json:"summary"`
		Tests    []testJSON     `json:"tests"`
		Untested []untestedJSON `json:"untested,omitempty"` // policies without a finding in any test
		Coverage *coverageJSON  `json:"coverage,omitempty"`
	}
	untestedJSON struct {
		File string `json:"file"`
		Line int    `json:"line"`
		ID   string `json:"policy"`
	}
	summaryJSON struct {
		Tests    int     `json:"tests"`
		Passed   int     `json:"passed"`
		Failed   int     `json:"failed"`
		Errors   int     `json:"errors"`
		Skipped  int     `json:"skipped"`
		Duration float64 `json:"duration"`
	}
	testJSON struct {
		File     string       `json:"file"`
		Line     int          `json:"line"`
		Package  string       `json:"package"`
		Name     string       `json:"name"`
		Outcome  Outcome      `json:"result"` // pass, fail, error or skip
		Duration float64      `json:"duration"`
		Failure  *failureJSON `json:"failure,omitempty"`
		Error    string       `json:"error,omitempty"`
		Output   []string     `json:"output,omitempty"` // the lines that it printed
		Cases    []caseJSON   `json:"cases,omitempty"`
	}
	caseJSON struct {
		Name    string       `json:"name"`
		Outcome Outcome      `json:"result"`
		Failure *failureJSON `json:"failure,omitempty"`
	}
	failureJSON struct {
		File       string          `json:"file"`
		Line       int             `json:"line"`
		Expression string          `json:"expression"`
		Message    string          `json:"message"`
		Relation   string          `json:"relation,omitempty"` // what should hold of got and expected: == or in
		Got        json.RawMessage `json:"got,omitempty"`
		Expected   json.RawMessage `json:"expected,omitempty"`
		Values     []string        `json:"values,omitempty"`
	}
	coverageJSON struct {
		Percent   float64            `json:"percent"` // rounded down to hundredths
		Covered   int                `json:"covered"` // lines
		Uncovered int                `json:"uncovered"`
		Files     []fileCoverageJSON `json:"files"`
	}
	fileCoverageJSON struct {
		File      string      `json:"file"`
		Percent   float64     `json:"percent"`
		Covered   []linesJSON `json:"covered"`
		Uncovered []linesJSON `json:"uncovered"`
	}
	linesJSON struct {
		First int `json:"first"`
		Last  int `json:"last"`
	}
)

// writeJSON writes all that is known of a run as JSON.
func writeJSON(w io.Writer, run *TestRun, _ bool) error {
	out := runJSON{Version: 1, Tests: []testJSON{}, Summary: summaryJSON{
		Tests: len(run.Tests), Passed: run.Count(Passed), Failed: run.Count(Failed),
		Errors: run.Count(Errored), Skipped: run.Count(Skipped), Duration: run.Duration.Seconds(),
	}}
	for i := range run.Tests {
		t := &run.Tests[i]
		x := testJSON{
			File: t.File, Line: t.Line, Package: t.Package, Name: t.Name, Outcome: t.Outcome,
			Duration: t.Duration.Seconds(), Failure: failureOf(t.Failure), Output: t.Output,
		}
		if t.Err != nil {
			x.Error = t.Err.Error()
		}
		for _, c := range t.Cases {
			x.Cases = append(x.Cases, caseJSON{c.Name, c.Outcome, failureOf(c.Failure)})
		}
		out.Tests = append(out.Tests, x)
	}
	for _, u := range run.Untested {
		out.Untested = append(out.Untested, untestedJSON(u))
	}
	if c := run.Coverage; c != nil {
		covered, uncovered := c.Count()
		out.Coverage = &coverageJSON{hundredths(c.Percent()), covered, uncovered, []fileCoverageJSON{}}
		for i := range c.Files {
			f := &c.Files[i]
			out.Coverage.Files = append(out.Coverage.Files, fileCoverageJSON{
				f.File, hundredths(percent(f.Count())), linesOf(f.Covered), linesOf(f.Uncovered),
			})
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

func failureOf(f *Failure) *failureJSON {
	if f == nil {
		return nil
	}
	return &failureJSON{f.File, f.Line, f.Expression, f.Message, f.Relation, f.Got, f.Expected, f.Values}
}

func linesOf(list []Lines) []linesJSON {
	out := make([]linesJSON, len(list))
	for i, l := range list {
		out[i] = linesJSON(l)
	}
	return out
}

func hundredths(x float64) float64 { return math.Floor(x*100) / 100 }
