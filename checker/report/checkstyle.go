package report

import (
	"encoding/xml"
	"io"

	"github.com/sceplint/sceplint/checker"
)

type checkstyleXML struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"` // of the format, by that of the first tool to write it
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr,omitempty"`
	Column   int    `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// Checkstyle writes the XML of Checkstyle, which many programs read.
func Checkstyle(w io.Writer, r *Report) error {
	doc := checkstyleXML{Version: "4.3"}
	for _, x := range r.byFile() {
		file := checkstyleFile{Name: printable(slashed(x.file))}
		for _, f := range x.findings {
			file.Errors = append(file.Errors, newCheckstyleError(f))
		}
		for _, err := range x.errors {
			file.Errors = append(file.Errors, checkstyleError{Severity: checker.Error.String(), Message: errorText(err), Source: analysisError})
		}
		doc.Files = append(doc.Files, file)
	}
	return writeXML(w, doc)
}

func newCheckstyleError(f *checker.Finding) checkstyleError {
	x := checkstyleError{Severity: weight(f).String(), Message: withRemedy(f), Source: f.Rule.ID}
	if f.Placed {
		x.Line, x.Column = f.Start.Line, f.Start.Column
	}
	return x
}
