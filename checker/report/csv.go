package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
)

var csvHeader = []string{
	"file", "line", "column", "end_line", "end_column", "severity", "rule", "message", "help",
	"path", "profile", "payload_type", "payload", "fix", "suppressed", "fingerprint",
}

// CSV writes a header and a row a finding, as RFC 4180 has it, with cells that are
// safe to open in a spreadsheet.
func CSV(w io.Writer, r *Report) error {
	out := csv.NewWriter(&printable.LogWriter{To: w})
	out.UseCRLF = true
	rows := [][]string{csvHeader}
	for result := range r.Results {
		for _, f := range r.findings(result) {
			rows = append(rows, csvRow(f))
		}
		if result.Err != nil {
			row := make([]string, len(csvHeader))
			row[0], row[5], row[6], row[7] = cell(result.File), checker.Error.String(), analysisError, cell(result.Err.Error())
			rows = append(rows, row)
		}
		if err := out.WriteAll(rows); err != nil {
			return err
		}
		rows = rows[:0]
	}
	return out.WriteAll(rows) // the header, if there was nothing else
}

func csvRow(f *checker.Finding) []string {
	row := make([]string, 0, len(csvHeader))
	row = append(row, f.File)
	for _, n := range []int{f.Start.Line, f.Start.Column, f.End.Line, f.End.Column} {
		if f.Placed {
			row = append(row, strconv.Itoa(n))
		} else {
			row = append(row, "")
		}
	}
	row = append(row, f.Severity.String(), f.Rule.ID, f.Message, f.Help, PathText(f.Path), f.Profile.Identifier)
	if p := f.Payload; p != nil {
		row = append(row, p.Type, p.Identifier)
	} else {
		row = append(row, "", "")
	}
	fix, held := "", ""
	if f.Fix != nil && !f.Fix.Secret {
		fix = f.Fix.Message
	}
	if s := f.Suppression; s != nil {
		held = strings.TrimPrefix(suppressed(s), "suppressed by ")
	}
	row = append(row, fix, held, f.Fingerprint)
	for i, text := range row {
		row[i] = cell(text)
	}
	return row
}

func cell(text string) string { return printable.CSVCell(text) }
