package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
)

// The elements of JUnit's XML, as build servers read it.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		File     string      `xml:"file,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string       `xml:"name,attr"`
		Class   string       `xml:"classname,attr"`
		Time    string       `xml:"time,attr"`
		Skipped *junitReason `xml:"skipped"`
		Error   *junitReason `xml:"error"`
		Failure *junitReason `xml:"failure"`
		Output  string       `xml:"system-out,omitempty"`
	}
	junitReason struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// noTime is what a test took: nobody measures it, and readers want a number.
const noTime = "0"

// JUnit writes a suite a file, and in it a failed test case a finding, or one
// that passed if there are none. A suppressed finding, where it is shown, is a
// skipped test.
func JUnit(w io.Writer, r *Report) error {
	suites := new(spool) // the root stands before them, and counts their tests
	defer suites.close()
	elements, words := newXMLElements(suites), &inWords{palette: newPalette(false)}
	var tests, failures, errors int
	for x := range r.byFile() {
		suite := newJUnitSuite(x, words)
		tests += suite.Tests
		failures += suite.Failures
		errors += suite.Errors
		if err := elements.write(suite); err != nil {
			return err
		}
	}
	out := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprintf(out, xml.Header+`<testsuites name="sceplint" tests="%d" failures="%d" errors="%d">`, tests, failures, errors)
	if _, err := suites.WriteTo(out); err != nil {
		return err
	}
	out.WriteString("\n</testsuites>\n")
	return out.Flush()
}

func newJUnitSuite(x *fileReport, words *inWords) junitSuite {
	name := printable.Text(slashed(x.file))
	suite := junitSuite{Name: name, File: name, Time: noTime}
	names := map[string]int{}
	add := func(name string) *junitCase {
		if names[name]++; names[name] > 1 { // of equal names GitLab shows the first
			name = fmt.Sprintf("%s (%d)", name, names[name])
		}
		suite.Tests++
		suite.Cases = append(suite.Cases, junitCase{Name: name, Class: suite.Name, Time: noTime})
		return &suite.Cases[len(suite.Cases)-1]
	}
	for _, f := range x.findings {
		c := add(printable.Text(strings.TrimSpace(f.Rule.ID + " " + PathText(f.Path))))
		if f.Suppression != nil {
			suite.Skipped++
			c.Skipped, c.Output = &junitReason{Message: suppressed(f.Suppression)}, words.of(f)
			continue
		}
		suite.Failures++
		c.Failure = &junitReason{f.Rule.ID, withRemedy(f), words.of(f)}
	}
	for _, err := range x.errors {
		suite.Errors++
		add(analysisError).Error = &junitReason{analysisError, errorText(err), errorText(err)}
	}
	if suite.Tests == 0 {
		add("no findings")
	}
	return suite
}

// inWords writes findings as the text format shows them.
type inWords struct {
	palette *palette
	text    strings.Builder
	out     bufio.Writer
}

func (x *inWords) of(f *checker.Finding) string {
	x.text.Reset()
	x.out.Reset(&x.text)
	x.palette.finding(&x.out, f)
	x.out.Flush()
	return strings.TrimSpace(x.text.String())
}
