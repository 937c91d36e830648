package policy

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The elements of JUnit's XML, as build servers read it.
type (
	suitesXML struct {
		XMLName xml.Name   `xml:"testsuites"`
		Name    string     `xml:"name,attr"`
		Suites  []suiteXML `xml:"testsuite"`
		countXML
	}
	countXML struct {
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"` // seconds
	}
	suiteXML struct {
		Name string `xml:"name,attr"`
		countXML
		Tests []testXML `xml:"testcase"`
	}
	testXML struct {
		Name    string     `xml:"name,attr"`
		Class   string     `xml:"classname,attr"`
		Time    string     `xml:"time,attr"`
		File    string     `xml:"file,attr"`
		Line    int        `xml:"line,attr"`
		Skipped *struct{}  `xml:"skipped"`
		Error   *reasonXML `xml:"error"`
		Failure *reasonXML `xml:"failure"`
		Output  string     `xml:"system-out,omitempty"`
	}
	reasonXML struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a run as JUnit's XML: a suite for each file, a test case for
// each test.
func writeJUnit(w io.Writer, run *TestRun, _ bool) error {
	all := suitesXML{Name: "sceplint policy test", countXML: counts(run.Tests, run.Duration)}
	for first := 0; first < len(run.Tests); {
		last := first
		total := time.Duration(0)
		suite := suiteXML{Name: run.Tests[first].File}
		for ; last < len(run.Tests) && run.Tests[last].File == suite.Name; last++ {
			suite.Tests = append(suite.Tests, caseOf(&run.Tests[last]))
			total += run.Tests[last].Duration
		}
		suite.countXML = counts(run.Tests[first:last], total)
		all.Suites = append(all.Suites, suite)
		first = last
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func counts(list []Test, d time.Duration) countXML {
	run := TestRun{Tests: list}
	return countXML{len(list), run.Count(Failed), run.Count(Errored), run.Count(Skipped), inSeconds(d)}
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

func caseOf(t *Test) testXML {
	x := testXML{
		Name: t.Name, Class: strings.TrimPrefix(t.Package, "data."), Time: inSeconds(t.Duration),
		File: t.File, Line: t.Line, Output: strings.Join(t.Output, "\n"),
	}
	switch t.Outcome {
	case Skipped:
		x.Skipped = &struct{}{}
	case Errored:
		message, _, _ := strings.Cut(t.Reason(), "\n")
		x.Error = &reasonXML{message, "error", t.Reason()}
	case Failed:
		message := "it failed"
		if t.Failure != nil {
			message = fmt.Sprintf("%s:%d: %s", t.Failure.File, t.Failure.Line, t.Failure.Message)
		}
		text := t.Reason()
		for _, c := range t.Cases {
			if c.Outcome == Failed {
				text += fmt.Sprintf("case %q\n", c.Name)
			}
			if c.Failure != nil {
				text += c.Failure.String() + "\n"
			}
		}
		x.Failure = &reasonXML{message, "failure", text}
	}
	return x
}
