// Package checkertest reads what test data asks for: profiles with comments
// that say what is to be found on their line.
package checkertest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker"
)

// Now is the time at which test data is checked.
var Now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Want is one finding that test data asks for.
type Want struct {
	Line, Column int            // Column 0: any; Line 0: no place
	Text         *regexp.Regexp // of "severity: message"
}

var (
	wantComment = regexp.MustCompile(`<!-- want ((?:(?:\d+:)?"(?:[^"\\]|\\.)*" ?)+)-->`)
	wantText    = regexp.MustCompile(`(?:(\d+):)?("(?:[^"\\]|\\.)*")`)
	wantLine    = regexp.MustCompile(`^(\d+|-)(?::(\d+))? (".*")$`)
)

// Wants reads what a file of test data wants: from comments of the form
//
//	<!-- want "regexp" 12:"regexp at column 12" -->
//
// on the line of the finding, or, for files that cannot hold comments, from a
// file of the same name with .want after it, with lines of the form
//
//	LINE[:COLUMN] "regexp"
//
// where "-" stands for a finding that has no place.
func Wants(t *testing.T, file string, src []byte) []Want {
	t.Helper()
	var list []Want
	add := func(line, column int, quoted string) {
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s:%d: want %s: %v", file, line, quoted, err)
		}
		list = append(list, Want{line, column, regexp.MustCompile(text)})
	}
	for i, line := range strings.Split(string(src), "\n") {
		for _, m := range wantComment.FindAllStringSubmatch(line, -1) {
			for _, w := range wantText.FindAllStringSubmatch(m[1], -1) {
				column, _ := strconv.Atoi(w[1])
				add(i+1, column, w[2])
			}
		}
	}
	side, err := os.ReadFile(file + ".want")
	if err != nil {
		return list
	}
	for line := range strings.Lines(string(side)) {
		m := wantLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			t.Fatalf("%s.want: cannot read %q", file, line)
		}
		at, _ := strconv.Atoi(m[1])
		column, _ := strconv.Atoi(m[2])
		add(at, column, m[3])
	}
	return list
}

// Targets reads <!-- targets ios=17,macos=14 --> from test data.
func Targets(t *testing.T, text []byte) checker.Targets {
	m := regexp.MustCompile(`<!-- targets (\S+) -->`).FindSubmatch(text)
	if m == nil {
		return nil
	}
	targets, err := checker.ParseTargets(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return targets
}

var configComment = regexp.MustCompile(`<!-- config (\{.*\}) -->`)

// Config reads <!-- config {"keysize_minimum": 4096} --> from test data: the
// parameters of policies.
func Config(t *testing.T, text []byte) map[string]any {
	t.Helper()
	m := configComment.FindSubmatch(text)
	if m == nil {
		return nil
	}
	var config map[string]any
	if err := json.Unmarshal(m[1], &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// Read reads a file.
func Read(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Files gives the files that a pattern matches, without those that say what is
// wanted of others.
func Files(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool {
		return strings.HasSuffix(f, ".want") || strings.HasSuffix(f, ".fixed") || strings.HasSuffix(f, ".unsafe-fixed")
	})
}

// Compare holds the findings of a rule against what is wanted: every want is met
// by a finding on its line, and every finding is wanted.
func Compare(t *testing.T, file, id string, wants []Want, findings []checker.Finding) {
	t.Helper()
	for _, f := range findings {
		if f.Rule.ID != id {
			continue
		}
		i := slices.IndexFunc(wants, func(w Want) bool {
			return w.Line == f.Start.Line && (w.Column == 0 || w.Column == f.Start.Column) && w.Text.MatchString(f.Severity.String()+": "+f.Message)
		})
		if i < 0 {
			t.Errorf("%s:%d:%d: unwanted: %s: %s", file, f.Start.Line, f.Start.Column, f.Severity, f.Message)
			continue
		}
		wants = slices.Delete(slices.Clone(wants), i, i+1)
	}
	for _, w := range wants {
		t.Errorf("%s:%d:%d: no finding matches %q", file, w.Line, w.Column, w.Text)
	}
}

// Complete holds what the description of every rule must have.
func Complete(t *testing.T, r *checker.Meta) {
	t.Helper()
	if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(r.ID) {
		t.Errorf("%s: the ID is not in kebab-case", r.ID)
	}
	if r.Title == "" || r.Help == "" || len(r.Doc) < 80 || r.Example.Bad == "" || r.Example.Good == "" {
		t.Errorf("%s: its description is not complete", r.ID)
	}
	if len(r.Refs) == 0 {
		t.Errorf("%s rests on nothing: it has no references", r.ID)
	}
	if r.Severity == checker.Off {
		t.Errorf("%s has no severity", r.ID)
	}
	if strings.HasSuffix(r.Title, ".") || strings.HasSuffix(r.Help, ".") || r.Help[:1] != strings.ToLower(r.Help[:1]) {
		t.Errorf("%s: title and help are in lower case and end without a period", r.ID)
	}
}

// File is one file of a run.
type File struct {
	Name string
	Text []byte
}

// Sets gives the folders set* under a folder of test data. The files of each
// form one run.
func Sets(t *testing.T, dir string) []string {
	t.Helper()
	sets, err := filepath.Glob(filepath.Join(dir, "set*"))
	if err != nil {
		t.Fatal(err)
	}
	return sets
}

var fileComment = regexp.MustCompile(`(?m)^<!-- (\S+\.(?:mobileconfig|json)) -->\n`)

// Documents makes whole profiles of an example: one, or those that comments
// with their names part it into:
//
//	<!-- wifi.mobileconfig -->
func Documents(name string, scope checker.Scope, text string) []File {
	starts := fileComment.FindAllStringSubmatchIndex(text, -1)
	if len(starts) == 0 {
		return []File{{name, []byte(Document(scope, text))}}
	}
	var files []File
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		files = append(files, File{text[at[2]:at[3]], []byte(Document(scope, text[at[1]:end]))})
	}
	return files
}

// Document makes a whole profile of an example.
func Document(scope checker.Scope, text string) string {
	const payload = `<dict>
<key>PayloadType</key><string>com.apple.security.scep</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>org.corp.scep</string>
<key>PayloadUUID</key><string>3F1E44B2-6A0B-4F1C-9C1D-0E6B7A9D2C55</string>
<key>PayloadContent</key>
<dict>
%s
</dict>
</dict>`
	const top = `<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>org.corp</string>
<key>PayloadUUID</key><string>7A1D1A36-93C1-4B0E-8D0C-5C2B1F6E9A11</string>
<key>PayloadContent</key>
<array>
%s
</array>`
	switch scope {
	case checker.ScopeSCEP:
		text = fmt.Sprintf(top, fmt.Sprintf(payload, text))
	case checker.ScopePayload:
		text = fmt.Sprintf(top, text)
	case checker.ScopeDocument:
		return text
	}
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n" + text + "\n</dict>\n</plist>\n"
}
