package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/report"
)

// sighting is a finding as a report tells it, as far as all of them do.
type sighting struct {
	File         string
	Line, Column int // 0 where there is none
	Rule         string
	Message      string
	Held         bool // it is suppressed

	remedy string // what JSON has of it in fields of its own
}

// oddFiles are test data by the names they are checked under.
var oddFiles = map[string]string{
	"a b.mobileconfig":         "demo/enroll.mobileconfig",
	"clean.mobileconfig":       "demo/clean.mobileconfig",
	"ü漢.mobileconfig":          "wide",
	"crlf.mobileconfig":        "wide, CRLF",
	"=e%20,f.mobileconfig":     "scep-value-type/bad.mobileconfig",
	"binary.mobileconfig":      "scep-value-type/bad-binary.mobileconfig",
	"signed.mobileconfig":      "profile-signature/bad-content.mobileconfig",
	"syntax.mobileconfig":      "plist-syntax/bad.mobileconfig",
	"utf-16.mobileconfig":      "plist-encoding/bad-utf-16-le.mobileconfig",
	"lines.mobileconfig":       "ignore-unused/bad-lines-crlf.mobileconfig",
	"subject.mobileconfig":     "scep-subject-structure/bad.mobileconfig",
	"one/copied.mobileconfig":  "demo/enroll.mobileconfig",
	"c:d.mobileconfig":         "scep-url/bad-binary.mobileconfig",
	"back\\slash.mobileconfig": "scep-keysize/bad.mobileconfig",
	"esc\x1b.mobileconfig":     "profile-type/bad-typo.mobileconfig",
}

var endOfUUID = regexp.MustCompile(`([0-9A-F]{6})([0-9A-F]{6})\b`)

// oddFolder makes a folder of them, makes it the working directory, and gives
// the arguments to check it with.
func oddFolder(t *testing.T) []string {
	t.Helper()
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for name, from := range oddFiles {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, ":\\\x1b") {
			continue // it has no such files
		}
		text := []byte(wide)
		switch from {
		case "wide":
		case "wide, CRLF":
			text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		default:
			text, err = os.ReadFile(filepath.Join(testdata, from))
		}
		if name == "clean.mobileconfig" { // others have its UUIDs
			text = endOfUUID.ReplaceAll(text, []byte("$2$1"))
		}
		if err == nil {
			err = os.MkdirAll(filepath.Dir(name), 0o755)
		}
		if err == nil {
			err = os.WriteFile(name, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, set := range []string{"fileset-uuid-duplicate/set-copied", "fileset-identifier-duplicate/set-signed"} {
		if err := os.CopyFS(filepath.Base(set), os.DirFS(filepath.Join(testdata, set))); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"check", "--quiet", "--verify-signatures", "--now", "2026-01-01T00:00:00Z", ".", "missing.mobileconfig"}
}

// wide has findings and fixes behind characters of several bytes, and one that
// is suppressed.
const wide = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadContent</key>
			<dict>
				<!-- é 漢字 🔑 --><key>KeyUsage</key><integer>5</integer> <!-- ü --><key>Keysize</key><string>2048</string>
				<key>URL</key> <string>http://ca.corp.net/scep?é</string>
				<key>Retries</key> <!-- sceplint:ignore scep-retries the token, 漢字, wants it -->
				<integer>-1</integer>
			</dict>
			<key>PayloadType</key>
			<string>com.apple.security.scep</string>
		</dict>
	</array>
</dict>
</plist>
`

// fileFormats are the formats that list findings.
func fileFormats() (names []string) {
	for _, f := range report.Formats {
		if readers[f.Name] != nil {
			names = append(names, f.Name)
		}
	}
	return names
}

// reports runs the command once with all formats and gives what they wrote.
func reports(t *testing.T, args ...string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range fileFormats() {
		args = append(args, "--format", name+"="+filepath.Join(dir, name))
	}
	code, out, says := sceplint(t, args...)
	if code != exitFailed || out != "" {
		t.Fatalf("exit code %d\n%s%s", code, out, says)
	}
	texts := map[string]string{}
	for _, name := range fileFormats() {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

// TestFormatsAgree runs the command once with all formats and compares what
// they tell.
func TestFormatsAgree(t *testing.T) {
	for _, shown := range []bool{false, true} {
		t.Run("suppressed "+strconv.FormatBool(shown), func(t *testing.T) {
			args := oddFolder(t)
			if shown {
				args = append(args, "--show-suppressed")
			}
			texts := reports(t, args...)
			want := readers["json"](t, texts["json"])
			held := 0
			for _, s := range want {
				if s.Held {
					held++
				}
			}
			if len(want) < 100 || held > 0 != shown {
				t.Fatalf("only %d findings, %d of them suppressed", len(want), held)
			}
			for _, name := range fileFormats() {
				got := readers[name](t, texts[name])
				if name == "sarif" && !shown {
					got = slices.DeleteFunc(got, func(s sighting) bool { return s.Held })
				}
				if name != "jsonl" && name != "json" && name != "text" && name != "concise" {
					got = failed(t, name, got)
				}
				expected := slices.Clone(want)
				for i := range expected {
					expected[i] = told(name, expected[i])
				}
				sortSightings(expected)
				sortSightings(got)
				if diff := cmp.Diff(expected, got, cmpopts.IgnoreUnexported(sighting{})); diff != "" {
					t.Errorf("%s does not tell what json does:\n%s", name, diff)
				}
			}
		})
	}
}

// failed takes out the file that could not be judged, which must be there.
func failed(t *testing.T, format string, list []sighting) []sighting {
	t.Helper()
	is := func(s sighting) bool { return s.Rule == "analysis-error" }
	i := slices.IndexFunc(list, is)
	if i < 0 || list[i].File != "missing.mobileconfig" || !strings.Contains(list[i].Message, "no such file") && runtime.GOOS != "windows" {
		t.Errorf("%s: the missing file is missing", format)
	}
	return slices.DeleteFunc(list, is)
}

func sortSightings(list []sighting) {
	slices.SortFunc(list, func(a, b sighting) int {
		return strings.Compare(strings.Join([]string{a.File, strconv.Itoa(1e6 + a.Line), a.Rule, strconv.Itoa(1e6 + a.Column), a.Message}, "\x00"),
			strings.Join([]string{b.File, strconv.Itoa(1e6 + b.Line), b.Rule, strconv.Itoa(1e6 + b.Column), b.Message}, "\x00"))
	})
}

// told is what a format makes of a finding: none has all of it.
func told(format string, s sighting) sighting {
	s.File = filepath.ToSlash(s.File)
	escape := strings.NewReplacer("\x1b", `\u{1b}`)
	switch format {
	case "text", "concise", "github", "csv", "junit", "checkstyle":
		s.File = escape.Replace(s.File)
	case "gitlab":
		s.Line = max(s.Line, 1)
	case "rdjsonl":
		s.Column = 0 // counted in bytes, which TestFixesInReports looks at
	}
	if slices.Contains([]string{"github", "gitlab", "checkstyle", "rdjsonl", "junit"}, format) {
		if s.Held && format != "junit" {
			s.Message += " (suppressed by comment: the token, 漢字, wants it)"
		} else if s.remedy != "" && !s.Held {
			s.Message += "; " + s.remedy
		}
	}
	if slices.Contains([]string{"github", "gitlab", "checkstyle", "rdjsonl"}, format) {
		s.Held = false
	}
	return s
}

// readers read reports back.
var readers = map[string]func(*testing.T, string) []sighting{
	"text": readText, "concise": readConcise, "json": readJSON, "jsonl": readJSONLines, "sarif": readSARIF, "github": readGitHub, "gitlab": readGitLab,
	"junit": readJUnit, "checkstyle": readCheckstyle, "rdjsonl": readRDJSONLines, "csv": readCSV,
}

// TestReaders holds that no format is left out.
func TestReaders(t *testing.T) {
	for _, f := range report.Formats {
		if readers[f.Name] == nil && !f.Survey {
			t.Errorf("nobody reads %s", f.Name)
		}
	}
}

type jsonFinding struct {
	Rule, Message, File string
	Start               struct{ Line, Column int }
	Suppression         *struct{ By string }
	Help                string
	Fix                 *struct{ Message string }
}

func (f jsonFinding) sighting() sighting {
	remedy := f.Help
	if f.Fix != nil {
		remedy = f.Fix.Message
	}
	return sighting{f.File, f.Start.Line, f.Start.Column, f.Rule, f.Message, f.Suppression != nil, remedy}
}

func decode(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatal(err)
	}
}

func readJSON(t *testing.T, text string) (list []sighting) {
	var d struct{ Findings []jsonFinding }
	decode(t, text, &d)
	for _, f := range d.Findings {
		list = append(list, f.sighting())
	}
	return list
}

func readJSONLines(t *testing.T, text string) (list []sighting) {
	for line := range strings.Lines(text) {
		var f jsonFinding
		decode(t, line, &f)
		list = append(list, f.sighting())
	}
	return list
}

var textLine = regexp.MustCompile(`^(?:(.+):(\d+):(\d+)|(.+)): (?:error|warning|info): (.*) \[([a-z0-9-]+)\]$`)

func readText(t *testing.T, text string) (list []sighting) {
	for line := range strings.Lines(text) {
		if m := textLine.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			list = append(list, sighting{m[1] + m[4], number(m[2]), number(m[3]), m[6], m[5], false, ""})
		} else if strings.HasPrefix(line, "  suppressed by") {
			list[len(list)-1].Held = true
		}
	}
	return list
}

func readConcise(t *testing.T, text string) (list []sighting) {
	for line := range strings.Lines(text) {
		line, held, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " (suppressed by ")
		m := textLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("not a finding: %q", line)
		}
		list = append(list, sighting{m[1] + m[4], number(m[2]), number(m[3]), m[6], m[5], held != "", ""})
	}
	return list
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func readSARIF(t *testing.T, text string) (list []sighting) {
	type location struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine, StartColumn int }
		}
	}
	var d struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID       string
				RuleIndex    int
				Message      struct{ Text string }
				Locations    []location
				Suppressions []struct{ Kind string }
			}
			Invocations []struct {
				ExecutionSuccessful        bool
				ToolExecutionNotifications []struct {
					Level     string
					Message   struct{ Text string }
					Locations []location
				}
			}
		}
	}
	decode(t, text, &d)
	file := func(l location) string {
		u, err := url.Parse(l.PhysicalLocation.ArtifactLocation.URI)
		if err != nil || u.IsAbs() {
			t.Fatal(u, err)
		}
		return u.Path
	}
	run := d.Runs[0]
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("rule %d is not %s", r.RuleIndex, r.RuleID)
		}
		region := r.Locations[0].PhysicalLocation.Region
		list = append(list, sighting{file(r.Locations[0]), region.StartLine, region.StartColumn, r.RuleID, r.Message.Text, len(r.Suppressions) > 0, ""})
	}
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		if n.Level != "error" { // what is no error stands beside the other formats
			continue
		}
		list = append(list, sighting{File: file(n.Locations[0]), Rule: "analysis-error", Message: n.Message.Text})
	}
	if run.Invocations[0].ExecutionSuccessful {
		t.Error("sarif: a run with a missing file was a success")
	}
	return list
}

func readGitHub(t *testing.T, text string) (list []sighting) {
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	for line := range strings.Lines(text) {
		head, data, ok := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "::"), "::")
		_, properties, also := strings.Cut(head, " ")
		if !ok || !also {
			t.Fatalf("%q is no command", line)
		}
		p := map[string]string{}
		for property := range strings.SplitSeq(properties, ",") {
			name, value, _ := strings.Cut(property, "=")
			p[name] = unescape.Replace(value)
		}
		list = append(list, sighting{p["file"], number(p["line"]), number(p["col"]), p["title"], unescape.Replace(data), false, ""})
	}
	return list
}

func readGitLab(t *testing.T, text string) (list []sighting) {
	var d []struct {
		Description, Fingerprint, Severity string
		CheckName                          string `json:"check_name"`
		Location                           struct {
			Path      string
			Lines     struct{ Begin int }
			Positions struct{ Begin struct{ Line, Column int } }
		}
	}
	decode(t, text, &d)
	prints := map[string]bool{}
	for _, x := range d {
		if prints[x.Fingerprint] || x.Fingerprint == "" || !slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, x.Severity) {
			t.Errorf("gitlab: fingerprint %q, severity %q", x.Fingerprint, x.Severity)
		}
		prints[x.Fingerprint] = true
		if p := x.Location.Positions.Begin.Line; p != 0 && p != x.Location.Lines.Begin {
			t.Errorf("gitlab: lines %d and %d", p, x.Location.Lines.Begin)
		}
		list = append(list, sighting{x.Location.Path, x.Location.Lines.Begin, x.Location.Positions.Begin.Column, x.CheckName, x.Description, false, ""})
	}
	return list
}

func readJUnit(t *testing.T, text string) (list []sighting) {
	type reason struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type counts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
	}
	var d struct {
		counts
		Suites []struct {
			counts
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string  `xml:"name,attr"`
				Class   string  `xml:"classname,attr"`
				Failure *reason `xml:"failure"`
				Error   *reason `xml:"error"`
				Skipped *reason `xml:"skipped"`
				Output  string  `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	var all counts
	passed := 0
	for _, suite := range d.Suites {
		var n counts
		names := map[string]bool{}
		for _, c := range suite.Cases {
			n.Tests++
			if names[c.Name] || c.Class != suite.Name {
				t.Errorf("junit: %s %s is there twice, or in the wrong class", c.Class, c.Name)
			}
			names[c.Name] = true
			switch {
			case c.Failure != nil:
				n.Failures++
				s := readText(t, c.Failure.Text)[0]
				list = append(list, sighting{c.Class, s.Line, s.Column, c.Failure.Type, c.Failure.Message, false, ""})
			case c.Skipped != nil:
				s := readText(t, c.Output)[0]
				list = append(list, sighting{c.Class, s.Line, s.Column, s.Rule, s.Message, true, ""})
			case c.Error != nil:
				n.Errors++
				list = append(list, sighting{File: c.Class, Rule: c.Error.Type, Message: c.Error.Message})
			default:
				passed++
			}
		}
		if n != suite.counts {
			t.Errorf("junit: %s counts %v, but has %v", suite.Name, suite.counts, n)
		}
		all = counts{all.Tests + n.Tests, all.Failures + n.Failures, all.Errors + n.Errors}
	}
	if all != d.counts || passed != 1 {
		t.Errorf("junit: counts %v, but has %v; %d tests passed", d.counts, all, passed)
	}
	return list
}

func readCheckstyle(t *testing.T, text string) (list []sighting) {
	var d struct {
		Files []struct {
			Name   string `xml:"name,attr"`
			Errors []struct {
				Line    int    `xml:"line,attr"`
				Column  int    `xml:"column,attr"`
				Message string `xml:"message,attr"`
				Source  string `xml:"source,attr"`
			} `xml:"error"`
		} `xml:"file"`
	}
	if err := xml.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range d.Files {
		if names[file.Name] {
			t.Errorf("checkstyle: %s is there twice", file.Name)
		}
		names[file.Name] = true
		for _, e := range file.Errors {
			list = append(list, sighting{file.Name, e.Line, e.Column, e.Source, e.Message, false, ""})
		}
	}
	return list
}

type rdPosition struct{ Line, Column int }

type rdFinding struct {
	Message  string
	Location struct {
		Path  string
		Range struct{ Start rdPosition }
	}
	Code        struct{ Value string }
	Suggestions []struct {
		Range struct{ Start, End rdPosition }
		Text  string
	}
}

func readRDJSONLines(t *testing.T, text string) (list []sighting) {
	for line := range strings.Lines(text) {
		var d rdFinding
		decode(t, line, &d)
		list = append(list, sighting{d.Location.Path, d.Location.Range.Start.Line, 0, d.Code.Value, d.Message, false, ""})
	}
	return list
}

func readCSV(t *testing.T, text string) (list []sighting) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		x := map[string]string{}
		for i, name := range rows[0] {
			x[name] = row[i]
		}
		file := x["file"]
		if strings.HasPrefix(file, "'=") {
			file = file[1:]
		}
		list = append(list, sighting{file, number(x["line"]), number(x["column"]), x["rule"], x["message"], x["suppressed"] != "", ""})
	}
	return list
}

// TestFixesInReports applies the fixes that reports tell to the file, by line and
// column, and compares what comes of it with what --fix writes.
func TestFixesInReports(t *testing.T) {
	args := oddFolder(t)
	if err := os.Remove("lines.mobileconfig"); err != nil { // its fixes do not fit together
		t.Fatal(err)
	}
	const secret = "=e%20,f.mobileconfig" // the fix of its Challenge is in no report
	text, err := os.ReadFile(secret)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("<key>Challenge</key> <integer> 482915</integer>"), nil, 1)
	if err := os.WriteFile(secret, text, 0o644); err != nil {
		t.Fatal(err)
	}
	texts := reports(t, args...)
	byFormat := map[string]map[string][]checker.TextEdit{"sarif": sarifEdits(t, texts["sarif"]), "rdjsonl": rdEdits(t, texts["rdjsonl"])}
	files := slices.Sorted(maps.Keys(byFormat["rdjsonl"]))
	if len(files) < 3 || !slices.Contains(files, "ü漢.mobileconfig") {
		t.Fatalf("fixes for %q only", files)
	}
	for _, file := range files {
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		after := map[string]string{}
		for format, edits := range byFormat {
			text, err := checker.Apply(before, edits[file])
			if err != nil {
				t.Errorf("%s: %s: %v", format, file, err)
			}
			after[format] = string(text)
		}
		if err := os.WriteFile(file, before, 0o644); err != nil {
			t.Fatal(err)
		}
		sceplint(t, "check", "--quiet", "--fix", "--unsafe-fixes", "--disable", "fileset-*", file)
		fixed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for format, text := range after {
			if diff := cmp.Diff(string(fixed), text); diff != "" {
				t.Errorf("%s: %s:\n%s", format, file, diff)
			}
		}
	}
}

// offset is where a line and column are, counted in characters or in bytes.
func offset(t *testing.T, text string, line, column int, inBytes bool) int {
	t.Helper()
	at := 0
	for range line - 1 {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	if inBytes {
		return at + column - 1
	}
	return at + len(string([]rune(text[at:])[:column-1]))
}

func rdEdits(t *testing.T, text string) map[string][]checker.TextEdit {
	edits := map[string][]checker.TextEdit{}
	for line := range strings.Lines(text) {
		var d rdFinding
		decode(t, line, &d)
		for _, s := range d.Suggestions {
			text := contents(t, d.Location.Path)
			from, to := s.Range.Start, s.Range.End
			edits[d.Location.Path] = append(edits[d.Location.Path], checker.TextEdit{
				Start: offset(t, text, from.Line, from.Column, true), End: offset(t, text, to.Line, to.Column, true), Text: s.Text,
			})
		}
	}
	return edits
}

func sarifEdits(t *testing.T, text string) map[string][]checker.TextEdit {
	var d struct {
		Runs []struct {
			Results []struct {
				Fixes []struct {
					ArtifactChanges []struct {
						ArtifactLocation struct{ URI string }
						Replacements     []struct {
							DeletedRegion   struct{ StartLine, StartColumn, EndLine, EndColumn int }
							InsertedContent struct{ Text string }
						}
					}
				}
			}
		}
	}
	decode(t, text, &d)
	edits := map[string][]checker.TextEdit{}
	for _, r := range d.Runs[0].Results {
		for _, fix := range r.Fixes {
			change := fix.ArtifactChanges[0]
			file, err := url.PathUnescape(change.ArtifactLocation.URI)
			if err != nil {
				t.Fatal(err)
			}
			text := contents(t, file)
			for _, x := range change.Replacements {
				at := x.DeletedRegion
				edits[file] = append(edits[file], checker.TextEdit{
					Start: offset(t, text, at.StartLine, at.StartColumn, false), End: offset(t, text, at.EndLine, at.EndColumn, false), Text: x.InsertedContent.Text,
				})
			}
		}
	}
	return edits
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
