package policy

import (
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
