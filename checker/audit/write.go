package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker/printable"
)

// Views are the ways to group a fleet, for --by.
var Views = []string{"configuration", "rule", "ca", "keysize", "device"}

// Report is the input of the formats of an audit.
type Report struct {
	Fleet   *Fleet
	By      string // one of Views
	Version string // of sceplint
	Width   int    // of the text, in columns; 0 means 80
	Drift   []Drift
	Against bool            // whether profiles were compared with a repository
	State   json.RawMessage // for Merge; nil: no state is written
}

// documentHead and documentTail are what a document has before and after its
// configurations, of which there may be many.
type documentHead struct {
	Version int             `json:"version"`
	Tool    tool            `json:"tool"`
	Summary documentSummary `json:"summary"`
}

type documentTail struct {
	Rules       []RuleRow       `json:"rules"`
	CAs         []GroupRow      `json:"cas"`
	Keysizes    []GroupRow      `json:"keysizes"`
	Devices     []DeviceRow     `json:"devices,omitempty"`
	Drift       *[]Drift        `json:"drift,omitempty"`
	Errors      []Failure       `json:"errors"`
	MoreErrors  int             `json:"more_errors,omitempty"`
	NotCompared bool            `json:"challenges_not_compared,omitempty"`
	State       json.RawMessage `json:"state,omitempty"`
}

type documentSummary struct {
	Summary
	Drift *Counts `json:"drift,omitempty"` // where it was looked for
}

type tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// JSON writes one document. Devices are listed if they are requested.
func (r *Report) JSON(w io.Writer) error {
	f := r.Fleet
	head := documentHead{Version: 1, Tool: tool{"sceplint", r.Version}, Summary: documentSummary{Summary: f.Summary()}}
	tail := documentTail{Rules: f.Rules(), CAs: f.CAs(), Keysizes: f.Keysizes(), NotCompared: !f.Comparable(), State: r.State}
	tail.Errors, tail.MoreErrors = f.Failures()
	if r.By == "device" {
		tail.Devices = f.Devices()
	}
	if r.Against {
		drift := append([]Drift{}, r.Drift...)
		n := CountDrift(drift)
		tail.Drift, head.Summary.Drift = &drift, &n
	}
	out := bufio.NewWriter(w)
	write := func(prefix string, v any, from, to string) error {
		text, err := indented(prefix, v)
		_, _ = out.Write(bytes.TrimSuffix(bytes.TrimPrefix(text, []byte(from)), []byte(to))) // Flush returns its error
		return err
	}
	err := write("", head, "", "\n}")
	_, _ = out.WriteString(",\n  \"configurations\": [")
	between, end := "\n    ", "]"
	for x := range f.Configurations() {
		_, _ = out.WriteString(between)
		err = errors.Join(err, write("    ", x, "", ""))
		between, end = ",\n    ", "\n  ]"
	}
	_, _ = out.WriteString(end + ",")
	err = errors.Join(err, write("", tail, "{", ""))
	_ = out.WriteByte('\n')
	return errors.Join(err, out.Flush())
}

// indented returns a value as JSON, each of its lines but the first after a prefix.
func indented(prefix string, v any) ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent(prefix, "  ")
	err := out.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// table returns the rows of the requested view, below their heads.
func (r *Report) table() (head []string, rows iter.Seq[[]string]) {
	if r.By == "" || r.By == "configuration" {
		return append([]string{"id", "profiles", "devices", "url", "keysize", "key usage", "fingerprint", "challenge", "errors", "warnings", "infos", "worst rule"}, optionalColumns...), r.configurationRows()
	}
	head, list := r.shortTable()
	return head, slices.Values(list)
}

// configurationRows makes a row at a time, for there may be many.
func (r *Report) configurationRows() iter.Seq[[]string] {
	n, list := strconv.Itoa, r.Fleet.Configurations()
	return func(yield func([]string) bool) {
		for x := range list {
			if !yield([]string{
				x.ID, n(x.Profiles), n(x.Devices), x.URL, x.Keysize, x.KeyUsage, x.Fingerprint, x.ChallengeText(), n(x.Errors), n(x.Warnings), n(x.Infos), x.worstRule(),
				x.Name, x.Subject, x.SubjectAltName, x.KeyType, x.CAFingerprint, x.Retries, x.RetryDelay, x.AllowAllAppsAccess, x.KeyIsExtractable,
			}) {
				return
			}
		}
	}
}

// shortTable is table for the views other than that of configurations.
func (r *Report) shortTable() (head []string, rows [][]string) {
	n := strconv.Itoa
	f := r.Fleet
	switch r.By {
	case "rule":
		head = []string{"rule", "severity", "findings", "profiles", "devices"}
		for _, x := range f.Rules() {
			rows = append(rows, []string{x.Rule, x.Severity, n(x.Findings), n(x.Profiles), n(x.Devices)})
		}
	case "ca", "keysize":
		list := f.CAs()
		if r.By == "keysize" {
			list = f.Keysizes()
		}
		head = []string{r.By, "configurations", "profiles", "devices", "errors", "warnings", "infos", "worst rule"}
		for _, x := range list {
			rows = append(rows, []string{x.Value, n(x.Configurations), n(x.Profiles), n(x.Devices), n(x.Errors), n(x.Warnings), n(x.Infos), x.WorstRule})
		}
	case "device":
		head = []string{"device", "profiles", "scep", "errors", "warnings", "infos", "worst rule", "configuration IDs"}
		for _, x := range f.Devices() {
			rows = append(rows, []string{x.Device, n(x.Profiles), n(x.SCEP), n(x.Errors), n(x.Warnings), n(x.Infos), x.WorstRule, strings.Join(x.Configurations, " ")})
		}
	}
	return head, rows
}

// optionalColumns are the columns of a configuration that people see where its rows
// differ in them.
var optionalColumns = []string{"name", "subject", "subject alt name", "key type", "ca fingerprint", "retries", "retry delay", "all apps", "extractable"}

// dropUniformColumns removes the columns of optionalColumns whose value is the same in all rows.
func dropUniformColumns(head []string, rows iter.Seq[[]string]) ([]string, iter.Seq[[]string]) {
	var first []string
	differs := make([]bool, len(head))
	for row := range rows {
		if first == nil {
			first = row
		}
		for i := range row {
			differs[i] = differs[i] || row[i] != first[i]
		}
	}
	kept := func(row []string) (short []string) {
		for i, cell := range row {
			if differs[i] || !slices.Contains(optionalColumns, head[i]) {
				short = append(short, cell)
			}
		}
		return short
	}
	return kept(head), mapRows(rows, kept)
}

// mapRows changes each row.
func mapRows(rows iter.Seq[[]string], do func([]string) []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for row := range rows {
			if !yield(do(row)) {
				return
			}
		}
	}
}

// ChallengeText returns the kind of challenge, and whether several share a
// hard-coded one.
func (x *ConfigurationRow) ChallengeText() string {
	if x.Static == nil {
		return x.Challenge
	}
	least := ""
	if x.Static.NotCompared {
		least = "at least "
	}
	switch {
	case x.Static.Devices > 1:
		return fmt.Sprintf("hard-coded, one on %s%d devices", least, x.Static.Devices)
	case x.Static.Profiles > 1:
		return fmt.Sprintf("hard-coded, one in %s%d profiles", least, x.Static.Profiles)
	case x.Static.NotCompared:
		return "hard-coded, not compared"
	}
	return "hard-coded"
}

// driftHead are the columns of drift in a table of another view.
var driftHead = []string{
	"drift", "drift severity", "drift profile", "drift file", "drift setting", "deployed", "repository", "drift profiles", "drift devices",
}

// tableWithDrift is table with columns for drift, and a row for each.
func (r *Report) tableWithDrift() (head []string, rows iter.Seq[[]string]) {
	head, own := r.table()
	if !r.Against {
		return head, own
	}
	columns := len(head)
	return append(head, driftHead...), func(yield func([]string) bool) {
		for row := range own {
			if !yield(append(row, make([]string, len(driftHead))...)) {
				return
			}
		}
		for i := range r.Drift {
			d := &r.Drift[i]
			if !yield(append(make([]string, columns), d.Rule, d.Severity, d.Identifier, d.File, d.Key, d.Deployed, d.Repository,
				strconv.Itoa(d.Profiles), strconv.Itoa(d.Devices))) {
				return
			}
		}
	}
}

// CSV writes the requested view as a table, with drift in rows and columns of
// its own. Cells are safe to open in a spreadsheet.
func (r *Report) CSV(w io.Writer) error {
	head, rows := r.tableWithDrift()
	out := csv.NewWriter(&printable.LogWriter{To: w})
	if err := out.Write(head); err != nil {
		return err
	}
	for row := range rows {
		for i, cell := range row {
			row[i] = printable.CSVCell(cell)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Text writes the requested view for people, with a summary.
func (r *Report) Text(to io.Writer) error {
	w := &printable.LogWriter{To: to}
	head, rows := r.table()
	if r.By == "" || r.By == "configuration" {
		head, rows = dropUniformColumns(head, rows)
	}
	cells := mapRows(rows, func(row []string) []string {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = printableCell(cell)
		}
		return safe
	})
	some, err := writeTable(w, head, cells, cmp.Or(r.Width, defaultWidth))
	if err != nil {
		return err
	}
	if some {
		fmt.Fprintln(w)
	}
	if r.Against {
		for _, d := range r.Drift {
			fmt.Fprintln(w, printableCell(d.String()))
		}
		if len(r.Drift) == 0 {
			fmt.Fprintln(w, "no drift: the deployed profiles match the repository")
		}
		fmt.Fprintln(w)
	}
	if !r.Fleet.Comparable() {
		var b strings.Builder
		writeWrapped(&b, "", "note: "+NotCompared, cmp.Or(r.Width, defaultWidth))
		fmt.Fprintln(w, b.String())
	}
	s := r.Fleet.Summary()
	leftOut := ""
	if s.Skipped > 0 {
		leftOut += fmt.Sprintf(", skipped: %d", s.Skipped)
	}
	if s.Excluded > 0 {
		leftOut += fmt.Sprintf(", excluded: %d", s.Excluded)
	}
	drift := ""
	if r.Against {
		n := CountDrift(r.Drift)
		drift = fmt.Sprintf("; drift: errors: %d, warnings: %d, infos: %d", n.Errors, n.Warnings, n.Infos)
	}
	_, err = fmt.Fprintf(w, "configurations: %d, SCEP payloads: %d, profiles: %d, devices: %s\nfiles: %d%s; errors: %d, warnings: %d, infos: %d%s\n",
		s.Configurations, s.SCEP, s.Profiles, devices(s.Devices), s.Files, leftOut, s.Errors, s.Warnings, s.Infos, drift)
	return err
}

func devices(n int) string {
	if n == 0 {
		return "unknown"
	}
	return strconv.Itoa(n)
}

// printableCell returns a text that is safe for a terminal and for one cell of a table.
func printableCell(s string) string { return strings.ReplaceAll(printable.Text(s), "\t", `\u{9}`) }
