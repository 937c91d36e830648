//go:build consumers

package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The tests of this file hand reports to the programs that read them. They need
// node and the folder that the environment variable CONSUMERS names, with the
// command reviewdog, its schemas in rdf and node_modules; CONTRIBUTING.md says
// how it is made.

func consumer(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("CONSUMERS")
	if root == "" {
		t.Fatal("CONSUMERS names no folder; see CONTRIBUTING.md")
	}
	name := filepath.Join(append([]string{root}, path...)...)
	if _, err := os.Stat(name); err != nil {
		t.Fatal(err)
	}
	return name
}

func ran(t *testing.T, stdin, name string, args ...string) string {
	t.Helper()
	var out, says bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &says
	cmd.Env = append(os.Environ(), "NODE_PATH="+consumer(t, "node_modules"))
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out.String(), says.String())
	}
	return out.String()
}

// judge gives how often the multitool names each of its rules, with the rules
// of SARIF and those of GitHub's code scanning.
func judge(t *testing.T, log string) map[string]int {
	t.Helper()
	file, out := filepath.Join(t.TempDir(), "a.sarif"), filepath.Join(t.TempDir(), "out.sarif")
	if err := os.WriteFile(file, []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	multitool := strings.TrimSpace(ran(t, "", "node", "-p", "require('@microsoft/sarif-multitool')"))
	printed := ran(t, "", multitool, "validate", file, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "--output", out)
	if !strings.Contains(printed, "Analysis completed successfully") {
		t.Fatal(printed)
	}
	var d struct {
		Runs []struct {
			Results []struct{ RuleID, Level string }
		}
	}
	decode(t, contents(t, out), &d)
	told := map[string]int{}
	for _, r := range d.Runs[0].Results {
		if r.Level == "" {
			r.Level = "warning"
		}
		told[r.Level+" "+r.RuleID]++
	}
	return told
}

// notes are what the multitool may remark: texts without placeholders, no
// version control, addresses it cannot reach, rule IDs that are words, places
// without lines, and places that are whole lines or several.
var notes = []string{"note SARIF2002", "note SARIF2003", "note SARIF2006", "note SARIF2009", "note SARIF2010", "note SARIF2011"}

func TestConsumersSARIF(t *testing.T) {
	args := oddFolder(t)
	log := reports(t, args...)["sarif"]
	told := judge(t, log)
	t.Logf("%d bytes: %v", len(log), told)
	for _, what := range slices.Sorted(maps.Keys(told)) {
		if !slices.Contains(notes, what) {
			t.Errorf("the multitool says %s, %d times", what, told[what])
		}
	}
	// What looks at nothing finds nothing.
	_, small, _ := sceplint(t, "check", "--quiet", "--no-default-pack", "--disable", "*", "--enable", "scep-key-misspelled", "--format", "sarif", "ü漢.mobileconfig")
	broken := strings.Replace(small, `"ruleIndex": `, `"ruleIndex": 9`, 1)
	if told := judge(t, broken); told["error SARIF1009"] == 0 {
		t.Errorf("of a broken log the multitool says %v", told)
	}
	schema := consumer(t, "node_modules", "@microsoft", filepath.Base(filepath.Dir(strings.TrimSpace(ran(t, "", "node", "-p", "require('@microsoft/sarif-multitool')")))), "sarif-2.1.0.json")
	validate(t, schema, log)
}

// validate holds a document against a JSON Schema.
func validate(t *testing.T, schema, text string) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiled, err := compiler.Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(document); err != nil {
		t.Errorf("%s: %v", filepath.Base(schema), err)
	}
	if err := compiled.Validate([]any{}); err == nil {
		t.Errorf("%s takes anything", schema)
	}
}

// TestConsumersReviewdog has reviewdog read the three formats it knows, and
// compares what it read with what was found.
func TestConsumersReviewdog(t *testing.T) {
	args := oddFolder(t)
	texts := reports(t, args...)
	ran(t, "", "git", "init", "-q", ".")
	dog := consumer(t, "reviewdog")
	for line := range strings.Lines(texts["rdjsonl"]) {
		validate(t, consumer(t, "rdf", "jsonschema", "Diagnostic.json"), line)
	}
	want := readJSON(t, texts["json"])
	for _, format := range []string{"rdjsonl", "checkstyle", "sarif"} {
		read := ran(t, texts[format], dog, "-f="+format, "-reporter=rdjsonl", "-filter-mode=nofilter")
		got := slices.DeleteFunc(readRDJSONLines(t, read), func(s sighting) bool { return s.Rule == "analysis-error" })
		if format == "sarif" { // it holds what is suppressed as well
			held := slices.DeleteFunc(readSARIF(t, texts["sarif"]), func(s sighting) bool { return !s.Held })
			for _, h := range held {
				h.Held, h.Column = false, 0
				if i := slices.Index(got, h); i >= 0 { // newer ones pass over it
					got = slices.Delete(got, i, i+1)
				}
			}
		}
		expected := slices.Clone(want)
		for i := range expected {
			expected[i] = told(format, expected[i])
			expected[i].Column = 0 // as readRDJSONLines has it
		}
		sortSightings(got)
		sortSightings(expected)
		if diff := cmp.Diff(expected, got, cmpopts.IgnoreUnexported(sighting{})); diff != "" {
			t.Errorf("%s:\n%s", format, diff)
		}
		local := ran(t, texts[format], dog, "-f="+format, "-reporter=local", "-filter-mode=nofilter")
		t.Logf("%s: reviewdog read %d findings; it printed %d lines, the first:\n%.200s", format, len(got), strings.Count(local, "\n"), local)
	}
}

// TestConsumersReviewdogDiff has reviewdog show what is found on changed lines,
// in a repository.
func TestConsumersReviewdogDiff(t *testing.T) {
	t.Chdir(t.TempDir())
	commit := func(text string) {
		if err := os.WriteFile("ü a.mobileconfig", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		ran(t, "", "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.quotePath=false"}, args...)...)
	}
	git("init", "-q", ".")
	commit(strings.Replace(wide, ">KeyUsage<", ">Key Usage<", 1))
	git("add", ".")
	git("commit", "-q", "-m", "a")
	commit(wide)
	for _, format := range []string{"rdjsonl", "checkstyle", "sarif"} {
		_, text, _ := sceplint(t, "check", "--quiet", "--format", format, ".")
		out := ran(t, text, consumer(t, "reviewdog"), "-f="+format, "-reporter=rdjsonl", "-diff=git -c core.quotePath=false diff")
		got := readRDJSONLines(t, out)
		if len(got) == 0 || slices.ContainsFunc(got, func(s sighting) bool { return s.Line != 9 }) {
			t.Errorf("%s: %+v", format, got)
		}
		if format != "checkstyle" && !strings.Contains(out, `Key Usage</key>"`) {
			t.Errorf("%s: no suggestion in\n%s", format, out)
		}
		t.Logf("%s: %s", format, ran(t, text, consumer(t, "reviewdog"), "-f="+format, "-reporter=local", "-diff=git -c core.quotePath=false diff"))
	}
}

// TestConsumersJUnit has a reader of JUnit read the report.
func TestConsumersJUnit(t *testing.T) {
	args := oddFolder(t)
	texts := reports(t, append(args, "--show-suppressed")...)
	file := filepath.Join(t.TempDir(), "junit.xml")
	if err := os.WriteFile(file, []byte(texts["junit"]), 0o644); err != nil {
		t.Fatal(err)
	}
	var d struct {
		Tests, Failures, Errors int
		TestSuite               []struct {
			Name     string
			Skipped  int
			TestCase []struct {
				Name, ClassName string
				Failure         []struct{ Inner, Type, Message string }
				Error           []struct{ Message string }
				Skipped         []struct{ Message string }
				SystemOut       []string `json:"system-out"`
			}
		}
	}
	decode(t, ran(t, "", "node", consumer(t, "node_modules", "junit2json", "dist", "esm", "cli.js"), file), &d)
	var got []sighting
	errors, skipped, passed := 0, 0, 0
	for _, suite := range d.TestSuite {
		skipped += suite.Skipped
		for _, c := range suite.TestCase {
			switch {
			case len(c.Failure) == 1:
				s := readText(t, c.Failure[0].Inner)[0]
				got = append(got, sighting{c.ClassName, s.Line, s.Column, c.Failure[0].Type, c.Failure[0].Message, false, ""})
			case len(c.Error) == 1:
				errors++
			case len(c.Skipped) == 1:
				s := readText(t, strings.Join(c.SystemOut, ""))[0]
				got = append(got, sighting{c.ClassName, s.Line, s.Column, s.Rule, s.Message, true, ""})
			default:
				passed++
			}
		}
	}
	want := readJSON(t, texts["json"])
	for i := range want {
		want[i] = told("junit", want[i])
	}
	sortSightings(got)
	sortSightings(want)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(sighting{})); diff != "" {
		t.Error(diff)
	}
	if d.Failures+skipped != len(want) || d.Errors != 1 || errors != 1 || d.Tests != len(want)+2 || passed != 1 {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped, %d passed of %d findings", d.Tests, d.Failures, d.Errors, skipped, passed, len(want))
	}
	t.Logf("%d tests, %d failures, %d errors, %d skipped", d.Tests, d.Failures, d.Errors, skipped)
}

// toolkit has the toolkit of GitHub Actions say the findings of a JSON report.
const toolkit = `
const core = require('@actions/core')
const say = {error: core.error, warning: core.warning, info: core.notice}
for (const f of JSON.parse(require('fs').readFileSync(0, 'utf8')).findings) {
  const at = {title: f.rule, file: f.file}
  if (f.start) {
    Object.assign(at, {startLine: f.start.line, startColumn: f.start.column, endLine: f.end.line})
    if (f.start.line == f.end.line) at.endColumn = f.end.column
  }
  const remedy = f.fix ? f.fix.message : f.help
  say[f.severity](remedy ? f.message + '; ' + remedy : f.message, at)
}
`

// TestConsumersGitHub compares the workflow commands with those the toolkit of
// GitHub Actions writes; the order of their properties is free.
func TestConsumersGitHub(t *testing.T) {
	args := oddFolder(t)
	texts := reports(t, args...)
	printed := strings.ReplaceAll(ran(t, texts["json"], "node", "-e", toolkit), "\x1b", `\u{1b}`)
	got, want := commands(texts["github"]), commands(printed)
	got = slices.DeleteFunc(got, func(s string) bool { return strings.Contains(s, "title=analysis-error") })
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 100 {
		t.Errorf("%d commands\n%s", len(want), diff)
	}
	t.Logf("%d commands are those of the toolkit", len(got))
}

func commands(text string) (list []string) {
	for line := range strings.Lines(text) {
		head, data, _ := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		name, properties, _ := strings.Cut(head, " ")
		sorted := slices.Sorted(strings.SplitSeq(properties, ","))
		list = append(list, fmt.Sprintf("%s %q %s", name, sorted, data))
	}
	return list
}
