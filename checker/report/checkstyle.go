package report

import (
	"bufio"
	"encoding/xml"
	"io"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
)

type checkstyleFile struct {
	XMLName xml.Name          `xml:"file"`
	Name    string            `xml:"name,attr"`
	Errors  []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr,omitempty"`
	Column   int    `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// checkstyleRoot is the start of the root, with the version of the format: that
// of the Checkstyle that introduced it.
const checkstyleRoot = xml.Header + `<checkstyle version="4.3">`

// Checkstyle writes the XML of Checkstyle, which many programs read.
func Checkstyle(w io.Writer, r *Report) error {
	out := bufio.NewWriterSize(w, 64<<10)
	out.WriteString(checkstyleRoot)
	elements := newXMLElements(out)
	for x := range r.byFile() {
		file := checkstyleFile{Name: printable.Text(slashed(x.file))}
		for _, f := range x.findings {
			file.Errors = append(file.Errors, newCheckstyleError(f))
		}
		for _, err := range x.errors {
			file.Errors = append(file.Errors, checkstyleError{Severity: checker.Error.String(), Message: errorText(err), Source: analysisError})
		}
		if err := elements.write(file); err != nil {
			return err
		}
	}
	out.WriteString("\n</checkstyle>\n")
	return out.Flush()
}

func newCheckstyleError(f *checker.Finding) checkstyleError {
	x := checkstyleError{Severity: reportedSeverity(f).String(), Message: withRemedy(f), Source: f.Rule.ID}
	if f.Placed {
		x.Line, x.Column = f.Start.Line, f.Start.Column
	}
	return x
}
