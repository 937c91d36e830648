package rules

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

const testdata = "../testdata"

// run checks one file with the given rules; ignore rules always run along.
func run(t *testing.T, file string, text []byte, targets checker.Targets, rules ...checker.Rule) *checker.Result {
	t.Helper()
	return runAll(t, []checkertest.File{{Name: file, Text: text}}, targets, rules...)[file]
}

// runAll checks several files in one run.
func runAll(t *testing.T, files []checkertest.File, targets checker.Targets, rules ...checker.Rule) map[string]*checker.Result {
	t.Helper()
	return runWith(t, files, targets, enabled(rules), rules)
}

// runWith checks several files in one run with severities of its own.
func runWith(t *testing.T, files []checkertest.File, targets checker.Targets, severities map[string]checker.Severity, rules []checker.Rule) map[string]*checker.Result {
	t.Helper()
	c := &checker.Checker{Rules: rules, Severities: severities, Now: checkertest.Now, Jobs: 1, Targets: targets, Verify: &checker.Verify{}}
	results := map[string]*checker.Result{}
	inputs := func(yield func(checker.Input) bool) {
		for _, f := range files {
			if !yield(checker.Input{Name: f.Name, Read: func() ([]byte, error) { return slices.Clone(f.Text), nil }}) {
				return
			}
		}
	}
	for r := range c.Run(context.Background(), inputs) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		if r.IsFileSet {
			results[r.File].Findings = append(results[r.File].Findings, r.Findings...)
		} else {
			results[r.File] = r
		}
	}
	return results
}

// enabled enables a rule that is disabled by default where it runs alone.
func enabled(rules []checker.Rule) map[string]checker.Severity {
	if len(rules) != 1 || !rules[0].DisabledByDefault {
		return nil
	}
	return map[string]checker.Severity{rules[0].ID: rules[0].Severity}
}

// with gives the rules that a folder of test data runs: its own, and for the
// rules about suppressions all the others too, for these must have something
// to suppress.
func with(rule checker.Rule) []checker.Rule {
	if rule.CheckSuppressions == nil {
		return []checker.Rule{rule}
	}
	return All()
}

// TestRules runs each rule over its own folder: every want is met by a finding
// on its line, and every finding is wanted. Each file is a run of its own, but
// those of a folder set* form one.
func TestRules(t *testing.T) {
	for _, rule := range All() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(testdata, rule.ID)
			var runs [][]string
			for _, file := range append(checkertest.Files(t, dir+"/bad*"), checkertest.Files(t, dir+"/good*")...) {
				runs = append(runs, []string{file})
			}
			for _, set := range checkertest.Sets(t, dir) {
				runs = append(runs, checkertest.Files(t, set+"/*"))
			}
			bad, good := 0, 0
			for _, names := range runs {
				b, g := testRun(t, rule, names)
				bad, good = bad+b, good+g
			}
			if bad == 0 || good == 0 {
				t.Fatalf("%s needs bad and good files; it has %d and %d", dir, bad, good)
			}
		})
	}
}

// testRun checks files in one run and gives how many of them are bad and good.
func testRun(t *testing.T, rule checker.Rule, names []string) (bad, good int) {
	t.Helper()
	var files []checkertest.File
	for _, name := range names {
		files = append(files, checkertest.File{Name: name, Text: checkertest.Read(t, name)})
	}
	if len(files) == 0 {
		return 0, 0
	}
	var targets checker.Targets // those that any of the files asks for
	for _, f := range files {
		if targets == nil {
			targets = checkertest.Targets(t, f.Text)
		}
	}
	rules := with(rule)
	if strings.HasPrefix(filepath.Base(files[0].Name), "good") { // others may explain what it finds
		rules = All()
	}
	results := runWith(t, files, targets, enabled([]checker.Rule{rule}), rules)
	for _, f := range files {
		wants := checkertest.Wants(t, f.Name, f.Text)
		isBad := strings.HasPrefix(filepath.Base(f.Name), "bad")
		if isBad != (len(wants) > 0) {
			t.Errorf("%s: %d wants", f.Name, len(wants))
		}
		checkertest.Compare(t, f.Name, rule.ID, wants, results[f.Name].Findings)
		if isBad {
			bad++
			compareFixed(t, f.Name, f.Text, rule)
		} else {
			good++
		}
	}
	return bad, good
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
		c := &checker.Checker{Rules: rules, Severities: enabled(rules), Now: checkertest.Now, Jobs: 1, Fix: mode, Targets: checkertest.Targets(t, text)}
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
	others := []string{"ok", "script", "demo", "forms", "mutations", "config", "exports"}
	policies, err := filepath.Glob("../policies/*/*/*.rego")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range policies {
		others = append(others, strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".rego"), "_", "-"))
	}
	entries, err := os.ReadDir(testdata)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(others, e.Name()) && !slices.ContainsFunc(All(), func(r checker.Rule) bool { return r.ID == e.Name() }) {
			t.Errorf("%s/%s belongs to no rule or policy", testdata, e.Name())
		}
	}
}

// TestOK runs all rules over profiles that work: none may have a finding.
func TestOK(t *testing.T) {
	files := checkertest.Files(t, testdata+"/ok/*")
	if len(files) == 0 {
		t.Fatal("no profiles in ok/")
	}
	for _, file := range files {
		text := checkertest.Read(t, file)
		for _, f := range run(t, file, text, checkertest.Targets(t, text), All()...).Findings {
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
		checkertest.Complete(t, &r.Meta)
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
	if types := appleTypes(); !slices.IsSorted(types) || len(types) < 100 {
		t.Errorf("the list of %d payload types is not in order", len(types))
	}
}

// TestExamples runs the examples of the documentation. One that is about
// targets names them in a comment, as test data does.
func TestExamples(t *testing.T) {
	for _, rule := range All() {
		for name, text := range map[string]string{"bad": rule.Example.Bad, "good": rule.Example.Good} {
			files := checkertest.Documents(name+".mobileconfig", rule.Example.Scope, text)
			n := 0
			for _, result := range runAll(t, files, checkertest.Targets(t, []byte(text)), with(rule)...) {
				for _, f := range result.Findings {
					if f.Rule.ID == rule.ID {
						n++
					}
				}
			}
			if (n > 0) != (name == "bad") {
				t.Errorf("%s: the %s example has %d findings:\n%s", rule.ID, name, n, text)
			}
			for _, f := range files {
				profiles, _ := export.Parse(name, f.Text)
				if err := profiles[0].Err; err != nil && rule.ID != "plist-syntax" && !err.Template {
					t.Errorf("%s: the %s example cannot be read: %v", rule.ID, name, err)
				}
			}
		}
	}
}

// TestReadOnce holds that no file is read again if the profiles of a run have
// nothing to do with one another.
func TestReadOnce(t *testing.T) {
	const files = 40
	reads := map[string]int{}
	inputs := func(yield func(checker.Input) bool) {
		for seed := range uint64(files) {
			name := fmt.Sprint(seed)
			if !yield(checker.Input{Name: name, Read: func() ([]byte, error) { reads[name]++; return profiletest.Generate(seed), nil }}) {
				return
			}
		}
	}
	c := &checker.Checker{Rules: All(), Now: checkertest.Now, Jobs: 1}
	for r := range c.Run(context.Background(), inputs) {
		if r.Err != nil || r.IsFileSet {
			t.Errorf("%s: %v, %v", r.File, r.Err, r.IsFileSet)
		}
	}
	if len(reads) != files {
		t.Errorf("%d files were read", len(reads))
	}
	for name, n := range reads {
		if n != 1 {
			t.Errorf("%s was read %d times", name, n)
		}
	}
}

// TestSetOrder holds that what is found across files does not depend on their
// order, and that a file which is gone when it is read again does no harm.
func TestSetOrder(t *testing.T) {
	var files []checkertest.File
	for _, pattern := range []string{"fileset-*/set*/bad*", "fileset-*/set*/good*"} {
		for _, name := range checkertest.Files(t, filepath.Join(testdata, pattern)) {
			files = append(files, checkertest.File{Name: name, Text: checkertest.Read(t, name)})
		}
	}
	var rules []checker.Rule
	for _, r := range All() {
		if strings.HasPrefix(r.ID, "fileset-") {
			rules = append(rules, r)
		}
	}
	places := func() map[string]int {
		found := map[string]int{}
		for name, r := range runAll(t, files, nil, rules...) {
			for _, f := range r.Findings {
				at := fmt.Sprint(name, f.Start.Line)
				if strings.HasSuffix(f.Rule.ID, "-duplicate") && f.Rule.ID != "fileset-uuid-duplicate" { // reported for one document of those that have the identifier
					at = f.Profile.Identifier
				}
				found[at+f.Rule.ID]++
				if len(f.Related) == 0 {
					t.Errorf("%s:%d: %s names no other place", name, f.Start.Line, f.Rule.ID)
				}
			}
		}
		return found
	}
	want := places()
	slices.Reverse(files)
	if got := places(); !maps.Equal(want, got) || len(want) < 20 {
		t.Errorf("%v\n%v", want, got)
	}
	reads := map[string]int{}
	inputs := func(yield func(checker.Input) bool) {
		for _, f := range files {
			read := func() ([]byte, error) {
				if reads[f.Name]++; reads[f.Name] == 2 {
					return nil, os.ErrNotExist
				}
				return slices.Clone(f.Text), nil
			}
			if !yield(checker.Input{Name: f.Name, Read: read}) {
				return
			}
		}
	}
	c := &checker.Checker{Rules: rules, Now: checkertest.Now, Jobs: 1}
	for r := range c.Run(context.Background(), inputs) {
		for _, f := range r.Findings {
			if strings.Contains(f.Message, `""`) {
				t.Error(f.Message)
			}
		}
		if r.Err != nil && !errors.Is(r.Err, os.ErrNotExist) {
			t.Error(r.Err)
		}
	}
}

// TestOneCause holds that rules about one cause do not speak at once.
func TestOneCause(t *testing.T) {
	for file, want := range map[string][]string{
		"reference-case/bad":              {"reference-case"},
		"reference-dangling/bad-space":    {"reference-dangling"},
		"reference-dangling/good-block":   nil,
		"reference-unused/good-dangling":  {"reference-dangling"},
		"eap-identity-missing/bad-one":    nil,
		"payload-type-case/bad":           nil,
		"target-key/good-payload":         {"reference-dangling", "target-payload"},
		"target-payload/bad-system-scope": {"profile-scope", "reference-dangling", "target-payload", "target-payload"},
	} {
		file := filepath.Join(testdata, file+".mobileconfig")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		var got []string
		for _, f := range run(t, file, text, checkertest.Targets(t, text), All()...).Findings {
			if id := f.Rule.ID; strings.HasPrefix(id, "reference-") || strings.HasPrefix(id, "target-") || id == "profile-scope" {
				got = append(got, id)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
}
