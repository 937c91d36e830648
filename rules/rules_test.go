package rules

import (
	"context"
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
	"github.com/sceplint/sceplint/checker/profile"
)

const testdata = "../testdata"

// now is the time that test data is judged at.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// expectation is one regular expression of a want comment.
type expectation struct {
	line, column int // column 0: any
	text         *regexp.Regexp
}

var (
	wantComment = regexp.MustCompile(`<!-- want ((?:(?:\d+:)?"(?:[^"\\]|\\.)*" ?)+)-->`)
	wantText    = regexp.MustCompile(`(?:(\d+):)?("(?:[^"\\]|\\.)*")`)
	wantLine    = regexp.MustCompile(`^(\d+|-)(?::(\d+))? (".*")$`)
)

// expectations reads what a file of test data wants: from comments of the form
//
//	<!-- want "regexp" 12:"regexp at column 12" -->
//
// on the line of the finding, or, for files that cannot hold comments, from a
// file of the same name with .want after it, with lines of the form
//
//	LINE[:COLUMN] "regexp"
//
// where "-" stands for a finding that has no place.
func expectations(t *testing.T, file string, src []byte) []expectation {
	t.Helper()
	var list []expectation
	add := func(line, column int, quoted string) {
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s:%d: want %s: %v", file, line, quoted, err)
		}
		list = append(list, expectation{line, column, regexp.MustCompile(text)})
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

// run checks one file with the given rules; ignore rules always run along.
func run(t *testing.T, file string, text []byte, targets checker.Targets, rules ...checker.Rule) *checker.Result {
	t.Helper()
	c := &checker.Checker{Rules: rules, Now: now, Jobs: 1, Targets: targets}
	var result *checker.Result
	input := checker.Input{Name: file, Read: func() ([]byte, error) { return slices.Clone(text), nil }}
	for r := range c.Run(context.Background(), slices.Values([]checker.Input{input})) {
		result = r
	}
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	return result
}

// targetsOf reads <!-- targets ios=17,macos=14 --> from test data.
func targetsOf(t *testing.T, text []byte) checker.Targets {
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

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool {
		return strings.HasSuffix(f, ".want") || strings.HasSuffix(f, ".fixed") || strings.HasSuffix(f, ".unsafe-fixed")
	})
}

// with gives the rules that a folder of test data runs: its own, and for the
// rules about suppressions all the others too, for these must have something
// to suppress.
func with(rule checker.Rule) []checker.Rule {
	if rule.CheckIgnores == nil {
		return []checker.Rule{rule}
	}
	return All()
}

// TestRules runs each rule over its own folder: every want is met by a finding
// on its line, and every finding is wanted.
func TestRules(t *testing.T) {
	for _, rule := range All() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(testdata, rule.ID)
			bad, good := glob(t, dir+"/bad*"), glob(t, dir+"/good*")
			if len(bad) == 0 || len(good) == 0 {
				t.Fatalf("%s needs bad and good files; it has %d and %d", dir, len(bad), len(good))
			}
			for _, file := range append(bad, good...) {
				text := read(t, file)
				wants := expectations(t, file, text)
				if isBad := slices.Contains(bad, file); isBad != (len(wants) > 0) {
					t.Errorf("%s: %d wants", file, len(wants))
				}
				result := run(t, file, text, targetsOf(t, text), with(rule)...)
				compare(t, file, rule.ID, wants, result.Findings)
				if slices.Contains(bad, file) {
					compareFixed(t, file, text, rule)
				}
			}
		})
	}
}

func compare(t *testing.T, file, id string, wants []expectation, findings []checker.Finding) {
	t.Helper()
	for _, f := range findings {
		if f.Rule.ID != id {
			continue
		}
		i := slices.IndexFunc(wants, func(w expectation) bool {
			return w.line == f.Start.Line && (w.column == 0 || w.column == f.Start.Column) && w.text.MatchString(f.Severity.String()+": "+f.Message)
		})
		if i < 0 {
			t.Errorf("%s:%d:%d: unwanted: %s: %s", file, f.Start.Line, f.Start.Column, f.Severity, f.Message)
			continue
		}
		wants = slices.Delete(slices.Clone(wants), i, i+1)
	}
	for _, w := range wants {
		t.Errorf("%s:%d:%d: no finding matches %q", file, w.line, w.column, w.text)
	}
}

// compareFixed holds the fixes of a bad file against bad….fixed (safe ones)
// and bad….unsafe-fixed (all of them). A file whose findings have fixes must
// have the one it needs.
func compareFixed(t *testing.T, file string, text []byte, rule checker.Rule) {
	t.Helper()
	for _, kind := range []struct {
		suffix string
		mode   checker.FixMode
	}{{".fixed", checker.FixSafe}, {".unsafe-fixed", checker.FixAll}} {
		suffix, mode := kind.suffix, kind.mode
		want, err := os.ReadFile(file + suffix)
		rules := with(rule)
		for i := range rules {
			if rules[i].ID != rule.ID { // the others only find
				rules[i] = withoutFixes(rules[i])
			}
		}
		c := &checker.Checker{Rules: rules, Now: now, Jobs: 1, Fix: mode, Targets: targetsOf(t, text)}
		got := text
		input := checker.Input{Name: file, Read: func() ([]byte, error) { return slices.Clone(text), nil }}
		for r := range c.Run(context.Background(), slices.Values([]checker.Input{input})) {
			if r.Err != nil {
				t.Error(r.Err)
			}
			if r.After != nil {
				got = r.After
			}
		}
		changed := string(got) != string(text)
		switch {
		case err != nil && changed && suffix == ".fixed":
			t.Errorf("%s: a fix applies; %s%s is missing. It would be:\n%s", file, file, suffix, got)
			writeUpdate(t, file+suffix, got)
		case err != nil && changed && suffix == ".unsafe-fixed":
			if _, err := os.ReadFile(file + ".fixed"); err != nil {
				t.Errorf("%s: an unsafe fix applies; %s%s is missing", file, file, suffix)
				writeUpdate(t, file+suffix, got)
			}
		case err == nil && string(want) != string(got):
			t.Errorf("%s%s differs from what the fixes make:\n%s", file, suffix, got)
			writeUpdate(t, file+suffix, got)
		}
	}
}

func withoutFixes(r checker.Rule) checker.Rule {
	strip := func(check func(*checker.Pass) error) func(*checker.Pass) error {
		if check == nil {
			return nil
		}
		return func(p *checker.Pass) error {
			err := check(p)
			p.DropFixes()
			return err
		}
	}
	r.Check, r.CheckDocument = strip(r.Check), strip(r.CheckDocument)
	return r
}

// TestFolders holds that every folder of test data belongs to a rule.
func TestFolders(t *testing.T) {
	others := []string{"ok", "script", "demo", "forms"}
	entries, err := os.ReadDir(testdata)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(others, e.Name()) && !slices.ContainsFunc(All(), func(r checker.Rule) bool { return r.ID == e.Name() }) {
			t.Errorf("%s/%s belongs to no rule", testdata, e.Name())
		}
	}
}

// TestOK runs all rules over profiles that work: none may have a finding.
func TestOK(t *testing.T) {
	files := glob(t, testdata+"/ok/*")
	if len(files) == 0 {
		t.Fatal("no profiles in ok/")
	}
	for _, file := range files {
		text := read(t, file)
		for _, f := range run(t, file, text, targetsOf(t, text), All()...).Findings {
			t.Errorf("%s:%d:%d: %s: %s [%s]", file, f.Start.Line, f.Start.Column, f.Severity, f.Message, f.Rule.ID)
		}
	}
}

// TestMeta holds what every rule's description must have.
func TestMeta(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range All() {
		if seen[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		seen[r.ID] = true
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
		name := strings.ReplaceAll(r.ID, "-", "_") + ".go"
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s is not in a file %s", r.ID, name)
		}
	}
	if len(seen) == 0 {
		t.Error("there are no rules")
	}
}

// TestAppleTypes holds the order that the search in the list relies on.
func TestAppleTypes(t *testing.T) {
	if !slices.IsSorted(appleTypes) || len(appleTypes) < 100 {
		t.Errorf("the list of %d payload types is not in order", len(appleTypes))
	}
}

// TestExamples runs the examples of the documentation.
func TestExamples(t *testing.T) {
	for _, rule := range All() {
		for name, text := range map[string]string{"bad": rule.Example.Bad, "good": rule.Example.Good} {
			document := embed(rule.Example.Scope, text)
			result := run(t, name+".mobileconfig", []byte(document), nil, with(rule)...)
			n := 0
			for _, f := range result.Findings {
				if f.Rule.ID == rule.ID {
					n++
				}
			}
			if (n > 0) != (name == "bad") {
				t.Errorf("%s: the %s example has %d findings:\n%s", rule.ID, name, n, document)
			}
			profiles, _ := profile.Parse(name, []byte(document))
			if err := profiles[0].Err; err != nil && rule.ID != "plist-syntax" && !err.Template {
				t.Errorf("%s: the %s example cannot be read: %v", rule.ID, name, err)
			}
		}
	}
}

// embed makes a whole profile of an example.
func embed(scope checker.Scope, text string) string {
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
