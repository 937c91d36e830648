package policy_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/policies"
)

const testdata = "../../testdata"

// unset are all packs without parameters.
var unset = sync.OnceValues(func() ([]checker.Rule, error) { return load(nil) })

// shipped loads all packs, with parameters.
func shipped(t testing.TB, config map[string]any) []checker.Rule {
	t.Helper()
	rules, err := unset()
	if config != nil {
		rules, err = load(config)
	}
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func load(config map[string]any) ([]checker.Rule, error) {
	files, err := policy.Files(policies.FS, func(path string) string { return "policies/" + path })
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f policy.File) bool { return strings.HasSuffix(f.Path, "_test.rego") })
	set, err := policy.Load(context.Background(), policy.Config{Files: files, Data: map[string]any{"config": config}})
	if err != nil {
		return nil, err
	}
	return set.Rules(), nil
}

// only is the setting that leaves one rule on.
func only(rules []checker.Rule, id string) map[string]checker.Severity {
	severities := map[string]checker.Severity{}
	for _, r := range rules {
		if r.ID != id {
			severities[r.ID] = checker.Off
		}
	}
	return severities
}

// TestPacks runs each shipped policy over its own folder of test data: every
// want is met by a finding on its line, and every finding is wanted. The files
// of a folder that ask for the same targets and parameters form one run.
func TestPacks(t *testing.T) {
	for _, rule := range shipped(t, nil) {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(testdata, rule.ID)
			bad, good := checkertest.Files(t, dir+"/bad*"), checkertest.Files(t, dir+"/good*")
			if len(bad) == 0 || len(good) == 0 {
				t.Fatalf("%s needs bad and good files; it has %d and %d", dir, len(bad), len(good))
			}
			runs := map[string][]string{}
			for _, file := range append(bad, good...) {
				text := checkertest.Read(t, file)
				key, err := json.Marshal([]any{checkertest.Targets(t, text), checkertest.Config(t, text)})
				if err != nil {
					t.Fatal(err)
				}
				runs[string(key)] = append(runs[string(key)], file)
			}
			for _, files := range runs {
				findings := check(t, rule.ID, files)
				for _, file := range files {
					wants := checkertest.Wants(t, file, checkertest.Read(t, file))
					if isBad := slices.Contains(bad, file); isBad != (len(wants) > 0) {
						t.Errorf("%s: %d wants", file, len(wants))
					}
					checkertest.Compare(t, file, rule.ID, wants, findings[file])
				}
			}
		})
	}
}

// check runs one policy over files and gives what it finds by file.
func check(t *testing.T, id string, files []string) map[string][]checker.Finding {
	t.Helper()
	first := checkertest.Read(t, files[0])
	rules := shipped(t, checkertest.Config(t, first))
	c := &checker.Checker{Rules: rules, Severities: only(rules, id), Now: checkertest.Now, Targets: checkertest.Targets(t, first)}
	var inputs []checker.Input
	for _, file := range files {
		inputs = append(inputs, checker.Input{Name: file, Read: func() ([]byte, error) { return os.ReadFile(file) }})
	}
	findings := map[string][]checker.Finding{}
	for r := range c.Run(context.Background(), slices.Values(inputs)) {
		if r.Err != nil {
			t.Error(r.Err)
		}
		findings[r.File] = append(findings[r.File], r.Findings...)
	}
	return findings
}

// TestPacksMeta holds what the description of every shipped policy must have,
// and that its parameters have the defaults that are documented.
func TestPacksMeta(t *testing.T) {
	rules := shipped(t, nil)
	if len(rules) < 30 {
		t.Errorf("only %d policies are shipped", len(rules))
	}
	for _, r := range rules {
		checkertest.Complete(t, &r.Meta)
		name := strings.ReplaceAll(r.ID, "-", "_")
		file := strings.ReplaceAll(r.Pack, "-", "_") + "/" + name + "/" + name
		for _, path := range []string{file + ".rego", file + "_test.rego"} {
			if _, err := fs.Stat(policies.FS, path); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
		defaults, taken := parametersOf(t, file+".rego")
		for _, p := range r.Parameters {
			if diff := cmp.Diff(p.Default, defaults[p.Name]); diff != "" || p.Doc == "" {
				t.Errorf("%s: the documented default of %s differs from that in the code:\n%s", r.ID, p.Name, diff)
			}
		}
		if len(taken) != len(r.Parameters) {
			t.Errorf("%s takes %v, but documents %d parameters", r.ID, taken, len(r.Parameters))
		}
	}
}

// parametersOf finds the parameters that a module takes from data.config, and
// the defaults of the rules that hold them.
func parametersOf(t *testing.T, path string) (defaults map[string]any, taken []string) {
	t.Helper()
	m := parse(t, path)
	values := map[string]any{}
	for _, r := range m.Rules {
		if r.Default {
			value, err := ast.JSON(r.Head.Value.Value)
			if err != nil {
				t.Fatal(err)
			}
			values[string(r.Head.Name)] = plainNumbers(t, value)
		}
	}
	defaults = map[string]any{}
	for _, r := range m.Rules {
		ast.WalkRefs(r, func(ref ast.Ref) bool {
			if len(ref) == 3 && ref.HasPrefix(ast.MustParseRef("data.config")) {
				name := string(ref[2].Value.(ast.String))
				if !slices.Contains(taken, name) {
					taken = append(taken, name)
				}
				defaults[name] = values[string(r.Head.Name)]
			}
			return false
		})
	}
	return defaults, taken
}

func parse(t *testing.T, path string) *ast.Module {
	t.Helper()
	text, err := policies.FS.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ast.ParseModuleWithOpts(path, string(text), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// plainNumbers gives a value as encoding/json would.
func plainNumbers(t *testing.T, value any) (plain any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestPacksExamples runs the examples of the documentation, with the targets and
// parameters that METADATA names for them. One policy compares profiles; its
// example is run twice.
func TestPacksExamples(t *testing.T) {
	for _, rule := range shipped(t, nil) {
		name := strings.ReplaceAll(rule.ID, "-", "_")
		custom := parse(t, strings.ReplaceAll(rule.Pack, "-", "_")+"/"+name+"/"+name+".rego").Annotations[0].Custom
		config, _ := custom["config"].(map[string]any)
		var targets checker.Targets
		if text, ok := custom["targets"].(string); ok {
			var err error
			if targets, err = checker.ParseTargets(text); err != nil {
				t.Fatal(err)
			}
		}
		rules := shipped(t, config)
		for kind, text := range map[string]string{"bad": rule.Example.Bad, "good": rule.Example.Good} {
			document := checkertest.Document(rule.Example.Scope, text)
			c := &checker.Checker{Rules: rules, Severities: only(rules, rule.ID), Now: checkertest.Now, Targets: targets}
			input := checker.Input{Name: kind, Read: func() ([]byte, error) { return []byte(document), nil }}
			n := 0
			for r := range c.Run(context.Background(), slices.Values([]checker.Input{input, input})) {
				if r.Err != nil {
					t.Error(r.Err)
				}
				n += len(r.Findings)
			}
			if (n > 0) != (kind == "bad") {
				t.Errorf("%s: the %s example has %d findings:\n%s", rule.ID, kind, n, document)
			}
		}
	}
}

// TestPacksSilent runs the packs that are not for one product alone over
// profiles that work: what the packs demand may be found there, but nothing
// fails, and a variable is never taken for a literal.
func TestPacksSilent(t *testing.T) {
	rules := shipped(t, nil)
	files := checkertest.Files(t, testdata+"/ok/*")
	if len(files) == 0 {
		t.Fatal("no profiles in ok/")
	}
	for _, file := range files {
		text := checkertest.Read(t, file)
		c := &checker.Checker{Rules: rules, Now: checkertest.Now}
		input := checker.Input{Name: file, Read: func() ([]byte, error) { return text, nil }}
		for r := range c.Run(context.Background(), slices.Values([]checker.Input{input})) {
			if r.Err != nil {
				t.Error(r.Err)
			}
			for _, f := range r.Findings {
				if strings.Contains(f.Message, "undefined") {
					t.Errorf("%s:%d: %s", file, f.Start.Line, f.Message)
				}
			}
		}
	}
}
