package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/sceplint/sceplint/checker"
)

// Statistics counts findings by rule and severity: a rule may report several severities.
type Statistics map[statisticsRow]ruleStatistics

type statisticsRow struct {
	id       string
	severity checker.Severity
}

type ruleStatistics struct{ findings, fixable int }

// Add counts a finding.
func (s Statistics) Add(f *checker.Finding) {
	row := statisticsRow{f.Rule.ID, f.Severity}
	n := s[row]
	n.findings++
	if f.Fix != nil {
		n.fixable++
	}
	s[row] = n
}

// Write writes a table with a row for each rule and severity, most findings first. It
// writes nothing if there are no findings.
func (s Statistics) Write(w io.Writer) error {
	if len(s) == 0 {
		return nil
	}
	rows := slices.SortedFunc(maps.Keys(s), func(a, b statisticsRow) int {
		return cmp.Or(cmp.Compare(s[b].findings, s[a].findings), cmp.Compare(b.severity, a.severity), cmp.Compare(a.id, b.id))
	})
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FINDINGS\tFIXABLE\tSEVERITY\tRULE")
	for _, row := range rows {
		n := s[row]
		fmt.Fprintf(table, "%d\t%d\t%v\t%s\n", n.findings, n.fixable, row.severity, row.id)
	}
	return table.Flush()
}
