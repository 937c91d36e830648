package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/policies"
)

// TestNeedless compiles the shipped policies with all stages of the compiler,
// and without those that are left out for them, and holds that the same comes
// of it. It also holds that their text may be parsed without its comments.
func TestNeedless(t *testing.T) {
	files, err := Files(policies.FS, func(path string) string { return path })
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, File.isTest)
	if len(files) < 30 {
		t.Fatalf("only %d files", len(files))
	}
	parse := func(metadata bool) map[string]*ast.Module {
		modules := map[string]*ast.Module{}
		for _, f := range files {
			m, err := parseModule(f, metadata)
			if err != nil {
				t.Fatal(err)
			}
			modules[f.Name] = m
		}
		return modules
	}
	compile := func(metadata bool, skipped ...ast.StageID) map[string][]string {
		compiler := newCompiler(capabilities()).WithSkipStages(skipped...)
		compiler.Compile(parse(metadata))
		if compiler.Failed() {
			t.Fatal(compiler.Errors)
		}
		rules := map[string][]string{}
		for name, m := range compiler.Modules {
			for _, r := range m.Rules {
				rules[name] = append(rules[name], r.Location.String()+" "+r.String())
			}
		}
		return rules
	}
	want, got := compile(true), compile(false, skippedStages...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("all stages (-) and those that are run (+) differ:\n%s", diff)
	}
	for _, f := range files {
		bare := string(withoutComments(f.Text))
		if strings.Count(bare, "\n") != strings.Count(string(f.Text), "\n") {
			t.Errorf("%s has other lines without its comments", f.Name)
		}
	}
}

// TestCompileErrors holds that errors name the cause in the words of the policy.
func TestCompileErrors(t *testing.T) {
	const row = "some s in input.scep; "
	for body, want := range map[string]string{
		`concat(","); msg := "x"`:                      `invalid arguments of concat: found (string); expected (delimiter: string, collection: array or set)`,
		`msg := upper("a", "b")`:                       `invalid arguments of upper: found (string, string); expected (x: string)`,
		row + `msg := upper(s.index)`:                  `invalid arguments of upper: found (number); expected (x: string)`,
		row + `msg := s.uuid + 1`:                      `invalid operands of +: found string and number; expected number and number`,
		row + `msg := s.uuid.value`:                    `undefined reference s.uuid.value: s.uuid is a string, which has no fields`,
		`some s in input.file; msg := s`:               `iteration over a string, which has no elements`,
		`every s in input.file { s == 1 }; msg := "x"`: `iteration over a string, which has no elements`,
		`msg := sprintff("%s", ["a"])`:                 `undefined function sprintff; did you mean sprintf?`,
		`msg := data.lib.none.f(1)`:                    `undefined function data.lib.none.f: not in any policy or library`,
		`msg := f(1, 2)`:                               `invalid arguments of data.policies.test.some_policy.f: found 2; expected 1`,
		`any([true]); msg := "x"`:                      `function any is deprecated; use every, or some … in`,
		`msg := "x"; msg := "y"`:                       `variable msg assigned above; use another name`,
		row + `msg := s.nope; upper(1)`:                "no field \"nope\" in s; expected allow_all_apps_access, challenge, fingerprint, identifier, index, key_is_extractable, key_type, key_usage, keys, keysize, name, path, paths, retries, retry_delay, san, subject, subject_set, subject_variable, types, url, uuid\na.rego:6:38: invalid arguments of upper: found (number)",
	} {
		if got := loadError(body, "f(x) := x"); !strings.Contains(got, want) || strings.Contains(got, "???") || strings.Contains(got, "__local") {
			t.Errorf("%s: %s", body, got)
		}
	}
	for custom, want := range map[string]string{
		"help: [1]":                      "a.rego:3: METADATA: custom: invalid value of help: found array; expected a string",
		"parameters: [a]":                "a.rego:3: METADATA: custom: invalid value of parameters: found array; expected an object",
		"parameters:\n#     n: 3":        "a.rego:3: METADATA: custom: invalid value of parameters: found number; expected an object with default and description",
		"explains: a":                    "a.rego:3: METADATA: custom: invalid value of explains: found string; expected an array",
		"help: a: b":                     "invalid METADATA: line 2: mapping values are not allowed in this context; quote a text that contains a colon",
		"x-owner: me":                    `a.rego:3: METADATA: custom: unknown key "x-owner"; expected help, varies`,
		"hlep: a":                        `a.rego:3: METADATA: custom: unknown key "hlep"; did you mean help?`,
		"help: a\n# titel: b":            `a.rego:4: METADATA: unknown key "titel"; did you mean title?`,
		"help: a\n# version: 2\n# by: b": "",
	} {
		text := "# METADATA\n# custom:\n#   " + custom + "\npackage policies.test.some_policy\n\ndeny contains \"x\" if input.scep"
		_, err := Load(context.Background(), Config{Files: []File{{Name: "a.rego", Path: "a.rego", Text: []byte(text)}}})
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s: %s", custom, got)
		}
	}
}
