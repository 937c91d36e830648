package policy

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
)

// TestFormat writes the result of tests. verbose includes tests that passed.
type TestFormat func(w io.Writer, run *TestRun, verbose bool) error

// TestFormats are the formats of sceplint policy test.
var TestFormats = []struct {
	Name   string
	Format TestFormat
}{
	{"text", writeText},
	{"json", writeJSON},
	{"junit", writeJUnit},
}

var outcomeWords = map[Outcome]string{Passed: "PASS", Failed: "FAIL", Errored: "ERROR", Skipped: "SKIP"}

// writeText writes a line for each test that did not pass, with the reason
// under it, then the coverage and a summary.
func writeText(out io.Writer, run *TestRun, verbose bool) error {
	w := bufio.NewWriter(out)
	for i := range run.Tests {
		t := &run.Tests[i]
		if !verbose && (t.Outcome == Passed || t.Outcome == Skipped) {
			continue
		}
		fmt.Fprintf(w, "%s %s:%d %s", outcomeWords[t.Outcome], oneLine(t.File), t.Line, oneLine(t.Package+"."+t.Name))
		if t.Outcome != Skipped {
			fmt.Fprintf(w, " (%s)", rounded(t.Duration))
		}
		fmt.Fprintln(w)
		fmt.Fprint(w, indented(t.Reason(), "  "))
		for _, c := range t.Cases {
			if verbose || c.Outcome != Passed {
				fmt.Fprintf(w, "  %s case %q\n", outcomeWords[c.Outcome], clean(c.Name))
			}
			if c.Failure != nil {
				fmt.Fprint(w, indented(c.Failure.String(), "    "))
			}
		}
		if len(t.Output) > 0 {
			fmt.Fprintf(w, "  printed:\n%s", indented(strings.Join(t.Output, "\n"), "    "))
		}
	}
	if run.Coverage != nil {
		writeCoverage(w, run.Coverage)
	}
	for _, u := range run.Untested {
		fmt.Fprintf(w, "%s:%d: policy %s has no finding in any test\n", oneLine(u.File), u.Line, u.ID)
	}
	fmt.Fprintf(w, "%s: %d passed, %d failed, %s, %d skipped\n", plural(len(run.Tests), "test"),
		run.Count(Passed), run.Count(Failed), plural(run.Count(Errored), "error"), run.Count(Skipped))
	return w.Flush()
}

// Reason returns why the test did not pass; "" if it did, or if its cases say
// it.
func (t *Test) Reason() string {
	switch {
	case t.Err != nil:
		return clean(t.Err.Error())
	case t.Failure == nil, len(t.Cases) > 0:
		return ""
	}
	return t.Failure.String()
}

// String returns the location, the message, the source, and, if values are
// compared, how they differ.
func (f *Failure) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s\n", oneLine(f.File), f.Line, f.Message)
	for line := range strings.SplitSeq(f.Expression, "\n") {
		fmt.Fprintf(&b, "  | %s\n", line)
	}
	switch {
	case f.Relation == "==":
		// The labels stand where the names of files do.
		b.WriteString(clean(difference(f.Got, f.Expected)))
	case f.Relation == "in":
		fmt.Fprintf(&b, "got:\n%sexpected to be in it:\n%s", indented(string(f.Got), "  "), indented(string(f.Expected), "  "))
	case len(f.Values) > 0:
		fmt.Fprintf(&b, "with %s", strings.Join(f.Values, " and "))
	}
	return strings.TrimRight(b.String(), "\n")
}

// difference returns how two values differ, in a limited number of lines.
func difference(got, expected []byte) string {
	const most = 200
	_, text, _ := strings.Cut(string(diff.Diff("got", []byte(string(got)+"\n"), "expected", []byte(string(expected)+"\n"))), "\n")
	all := strings.SplitAfter(text, "\n")
	if len(all) <= most {
		return strings.Join(all, "")
	}
	return strings.Join(all[:most], "") + fmt.Sprintf("… and %s more; --format json has all\n", plural(len(all)-most, "line"))
}

func writeCoverage(w io.Writer, c *Coverage) {
	fmt.Fprintln(w, "coverage:")
	for i := range c.Files {
		f := &c.Files[i]
		covered, uncovered := f.Count()
		fmt.Fprintf(w, "  %s %s", oneLine(f.File), share(covered, uncovered))
		if uncovered > 0 {
			fmt.Fprintf(w, "; not covered: %s", ranges(f.Uncovered))
		}
		if covered > 0 {
			fmt.Fprintf(w, "; covered: %s", ranges(f.Covered))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "total coverage: %s\n", share(c.Count()))
}

// share words how many lines are covered; the percentage is rounded down, so
// that 100 means all.
func share(covered, uncovered int) string {
	return fmt.Sprintf("%s%% (%d of %s)", tenths(percent(covered, uncovered)), covered, plural(covered+uncovered, "line"))
}

func tenths(x float64) string { return fmt.Sprintf("%.1f", math.Floor(x*10)/10) }

func ranges(list []Lines) string {
	texts := make([]string, len(list))
	for i, l := range list {
		texts[i] = fmt.Sprint(l.First)
		if l.Last > l.First {
			texts[i] = fmt.Sprintf("%d-%d", l.First, l.Last)
		}
	}
	return strings.Join(texts, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// rounded returns a duration in about three digits.
func rounded(d time.Duration) time.Duration {
	for unit := time.Second; unit > 1; unit /= 10 {
		if d >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}

// oneLine returns a name without what would break the line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(clean(text))
}

func indented(text, indent string) string {
	if text == "" {
		return ""
	}
	return indent + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+indent) + "\n"
}
