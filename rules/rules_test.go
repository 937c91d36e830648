package rules

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/profile"
)

const testdata = "../testdata"

// run checks files with the given rules and gives their findings by file;
// ignore rules always run along.
func run(t *testing.T, files map[string][]byte, targets checker.Targets, rules ...checker.Rule) map[string][]checker.Finding {
	t.Helper()
	c := &checker.Checker{Rules: rules, Now: checkertest.Now, Jobs: 1, Targets: targets, Verify: &checker.Verify{}}
	var inputs []checker.Input
	for _, file := range slices.Sorted(maps.Keys(files)) {
		inputs = append(inputs, checker.Input{Name: file, Read: func() ([]byte, error) { return slices.Clone(files[file]), nil }})
	}
	findings := map[string][]checker.Finding{}
	for r := range c.Run(context.Background(), slices.Values(inputs)) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		findings[r.File] = append(findings[r.File], r.Findings...)
	}
	return findings
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
// on its line, and every finding is wanted. The files of a folder set* in it
// form one run.
func TestRules(t *testing.T) {
	for _, rule := range All() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(testdata, rule.ID)
			bad, good := checkertest.Files(t, dir+"/bad*"), checkertest.Files(t, dir+"/good*")
			if len(bad) == 0 || len(good) == 0 {
				t.Fatalf("%s needs bad and good files; it has %d and %d", dir, len(bad), len(good))
			}
			for _, file := range append(bad, good...) {
				text := checkertest.Read(t, file)
				wants := checkertest.Wants(t, file, text)
				if isBad := slices.Contains(bad, file); isBad != (len(wants) > 0) {
					t.Errorf("%s: %d wants", file, len(wants))
				}
				findings := run(t, map[string][]byte{file: text}, checkertest.Targets(t, text), with(rule)...)
				checkertest.Compare(t, file, rule.ID, wants, findings[file])
				if slices.Contains(bad, file) {
					compareFixed(t, file, text, rule)
				}
			}
			sets, err := filepath.Glob(dir + "/set*")
			if err != nil {
				t.Fatal(err)
			}
			for _, set := range sets {
				runSet(t, set, rule)
			}
		})
	}
}

// runSet runs a rule over a folder of files that form one run. The targets of
// any of them are those of the run.
func runSet(t *testing.T, dir string, rule checker.Rule) {
	t.Helper()
	files := map[string][]byte{}
	var targets checker.Targets
	for _, file := range checkertest.Files(t, dir+"/*") {
		files[file] = checkertest.Read(t, file)
		if targets == nil {
			targets = checkertest.Targets(t, files[file])
		}
	}
	if len(files) < 2 {
		t.Errorf("%s has %d files; a run of one is a file beside it", dir, len(files))
	}
	findings := run(t, files, targets, with(rule)...)
	for file, text := range files {
		checkertest.Compare(t, file, rule.ID, checkertest.Wants(t, file, text), findings[file])
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
		c := &checker.Checker{Rules: rules, Now: checkertest.Now, Jobs: 1, Fix: mode, Targets: checkertest.Targets(t, text)}
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
		for _, f := range run(t, map[string][]byte{file: text}, checkertest.Targets(t, text), All()...)[file] {
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
	if !slices.IsSorted(appleTypes) || len(appleTypes) < 100 {
		t.Errorf("the list of %d payload types is not in order", len(appleTypes))
	}
}

// TestExamples runs the examples of the documentation. One that is about
// targets names them in a comment, as test data does.
func TestExamples(t *testing.T) {
	for _, rule := range All() {
		for name, text := range map[string]string{"bad": rule.Example.Bad, "good": rule.Example.Good} {
			document := checkertest.Document(rule.Example.Scope, text)
			findings := run(t, map[string][]byte{name: []byte(document)}, checkertest.Targets(t, []byte(document)), with(rule)...)
			n := 0
			for _, f := range findings[name] {
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

// TestOneCause holds that rules about one cause do not speak at once.
func TestOneCause(t *testing.T) {
	for file, want := range map[string][]string{
		"reference-case/bad":              {"reference-case"},
		"reference-dangling/bad-space":    {"reference-dangling"},
		"reference-dangling/good-block":   nil,
		"reference-unused/good-dangling":  {"reference-dangling"},
		"payload-type-unknown-case/bad":   nil,
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
		for _, f := range run(t, map[string][]byte{file: text}, checkertest.Targets(t, text), All()...)[file] {
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
