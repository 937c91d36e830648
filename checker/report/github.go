package report

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
)

// GitHub writes each finding as a workflow command, of which GitHub Actions
// makes an annotation.
func GitHub(w io.Writer, r *Report) error {
	out := bufio.NewWriter(w)
	for result := range r.Results {
		for _, f := range r.findings(result) {
			out.WriteString(annotation(f))
		}
		if result.Err != nil {
			out.WriteString("::error file=" + commandProperty(slashed(result.File)) + ",title=" + analysisError + "::" + commandData(result.Err.Error()) + "\n")
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// annotation has an end column only on the line it starts on: GitHub takes no
// others.
func annotation(f *checker.Finding) string {
	level := [...]string{checker.Off: "notice", checker.Info: "notice", checker.Warning: "warning", checker.Error: "error"}
	var b strings.Builder
	b.WriteString("::" + level[reportedSeverity(f)] + " file=" + commandProperty(slashed(f.File)))
	number := func(name string, n int) { b.WriteString("," + name + "=" + strconv.Itoa(n)) }
	if f.Placed {
		number("line", f.Start.Line)
		number("col", f.Start.Column)
		number("endLine", f.End.Line)
		if f.End.Line == f.Start.Line {
			number("endColumn", f.End.Column)
		}
	}
	b.WriteString(",title=" + commandProperty(f.Rule.ID) + "::" + commandData(withRemedy(f)) + "\n")
	return b.String()
}

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// commandData and commandProperty escape as actions/toolkit does, and make the
// rest safe for the log.
func commandData(s string) string     { return onLines(s, dataEscapes) }
func commandProperty(s string) string { return onLines(s, propertyEscapes) }

func onLines(s string, escapes *strings.Replacer) string {
	var b strings.Builder
	for len(s) > 0 {
		end := strings.IndexAny(s, "\r\n")
		if end < 0 {
			b.WriteString(printable.Text(s))
			break
		}
		b.WriteString(printable.Text(s[:end]))
		b.WriteByte(s[end])
		s = s[end+1:]
	}
	return escapes.Replace(printable.LogText(strings.ToValidUTF8(b.String(), "\ufffd")))
}
