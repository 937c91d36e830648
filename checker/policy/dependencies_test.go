package policy

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// forms are bodies that look at the input in all ways that Rego has, and a few
// that only look as if they did.
var forms = []string{
	`some scep in input.scep; msg := json.marshal(scep)`,
	`some scep in input.scep; msg := json.marshal(scep.keysize)`,
	`some i, scep in input.scep; msg := sprintf("%d %v", [i, scep.url])`,
	`scep := input.scep[0]; msg := json.marshal(scep.subject)`,
	`scep := input.scep[_]; other := scep; msg := json.marshal(other.san)`,
	`msg := json.marshal(input.scep)`,
	`msg := json.marshal(input.scep[0])`,
	`msg := json.marshal(input.scep[_].challenge)`,
	`msg := json.marshal(input)`,
	`x := input; msg := json.marshal(x.scep[0].types)`,
	`some k; msg := json.marshal(input[k])`,
	`some k; msg := json.marshal(input.scep[0][k])`,
	`some scep in input.scep; some k, v in scep; msg := json.marshal([k, v])`,
	`some scep in input.scep; key := ["keysize", "retries"][_]; msg := json.marshal(scep[key])`,
	`some scep in input.scep; key := "Keysize"; msg := json.marshal(scep.paths[key])`,
	`some scep in input.scep; msg := json.marshal(scep.paths[scep.name.value])`,
	`some scep in input.scep; msg := json.marshal(object.get(scep, "keysize", 0))`,
	`some scep in input.scep; msg := json.marshal(object.get(scep, ["keysize", "value"], 0))`,
	`every scep in input.scep { scep.keysize.value > 1 }; msg := "every"`,
	`not input.scep[0].fingerprint.set; msg := "not"`,
	`not any_key; msg := "no key"`,
	`msg := json.marshal({x | some s in input.scep; x := s.key_usage.value})`,
	`msg := json.marshal([x | x := input.scep[_].retry_delay])`,
	`msg := json.marshal({k: v | some k, v in input.scep[0].url})`,
	`some scep in input.scep; msg := through(scep)`,
	`some scep in input.scep; msg := json.marshal(narrowed(scep.fingerprint))`,
	`msg := json.marshal(sizes)`,
	`walk(input, [path, value]); value == 2048; msg := json.marshal(path)`,
	`walk(input.scep, [path, value]); value == 2048; msg := json.marshal(path)`,
	`some c in input.certificates; msg := json.marshal(c)`,
	`some c in input.certificates; msg := c.subject`,
	`some c in input.certificates; msg := c.digests["SHA-256"]`,
	`msg := json.marshal(input.certificates[0].key)`,
	`some scep in input.scep; some m in scep.fingerprint.matches; msg := input.certificates[m].subject`,
	`some scep in input.scep; msg := input.certificates[scep.fingerprint.matches[0]].subject`,
	`some r in input.references; msg := json.marshal(r)`,
	`some r in input.references; some scep in input.scep; r.target.index == scep.index; msg := r.key`,
	`msg := json.marshal(input.profile)`,
	`some p in input.profile.PayloadContent; msg := json.marshal(p)`,
	`msg := input.file`,
	`msg := sprintf("%s %v", [input.time, input.targets])`,
	`count(input.scep) > 0; msg := "some"`,
	`count(input.scep) == 0; msg := "none"`,
	`[first | first := input.scep[_]][0].index == 0; msg := "first"`,
	`msg := json.marshal(input.scep[0].index) with input as {"scep": [{"index": 7}]}`,
	`some scep in input.scep; msg := json.marshal(scep.keysize.value) with input.scep as []`,
	`{scep | some scep in input.scep}[one]; msg := json.marshal(one.uuid)`,
	`input.scep[i].keysize.value == input.scep[j].keysize.value; i != j; msg := json.marshal([i, j])`,
	`some scep in input.scep; scep.identifier in {s.identifier | some s in input.scep}; msg := sprintf("identifier %s", [scep.identifier])`,
	`some scep in input.scep; msg := $"{scep.url.text} {scep.key_type}"`,
	`some scep in array.slice(input.scep, 0, 1); msg := json.marshal(scep.path)`,
	`[a, b] := [input.scep, 1]; b == 1; msg := json.marshal(a[0].uuid)`,
	`{"scep": x} := {"scep": input.scep[0]}; msg := json.marshal(x.name)`,
	`some scep in input["scep"]; msg := json.marshal(scep["allow_all_apps_access"])`,
	`print(input.file); msg := "printed"`,
	`some i, _ in input.scep; msg := sprintf("row %d", [i])`,
	`some _ in input.scep; msg := "a row"`,
	`scep = input.scep[i]; msg := sprintf("row %d", [i])`,
	`some i, _ in input.certificates; msg := sprintf("certificate %d", [i])`,
	`msg := sprintf("%d rows", [count([1 | some _ in input.scep])])`,
}

const library = `
any_key if input.scep[_].key_is_extractable.value

through(x) := json.marshal(x.subject_set)

narrowed(x) := x.hex

default sizes := 0

sizes := input.scep[0].keysize.value if input.scep[0].keysize.set
else := input.scep[0].retries.value
`

// TestFacts holds that a policy that is shown no more than it looks at, and is
// not asked twice about the same facts, finds what it finds in the whole
// document, whatever the way it looks.
func TestFacts(t *testing.T) {
	var files []File
	for i, form := range forms {
		files = append(files, File{
			Name: fmt.Sprintf("form%d.rego", i), Path: fmt.Sprintf("form%d.rego", i),
			Text: fmt.Appendf(nil, "package policies.test.form%d\n\nwarn contains msg if {\n%s\n}\n%s", i, strings.ReplaceAll(form, "; ", "\n"), library),
		})
	}
	inputs := factInputs(t)
	plain, plainPrints := runForms(t, files, inputs, true)
	for round := range 2 {
		got, prints := runForms(t, files, inputs, false)
		if diff := cmp.Diff(plain, got); diff != "" {
			t.Errorf("round %d (-whole +narrow):\n%s", round, diff)
		}
		if diff := cmp.Diff(plainPrints, prints); diff != "" {
			t.Errorf("round %d, printed:\n%s", round, diff)
		}
	}
	found := map[string]bool{}
	for _, line := range plain {
		_, rest, _ := strings.Cut(line, "[")
		id, _, _ := strings.Cut(rest, "]")
		found[id] = true
	}
	if len(found) < len(forms)-4 {
		t.Errorf("only %d of %d forms find anything", len(found), len(forms))
	}
}

// factInputs are profiles, some of them alike, each of them twice.
func factInputs(t *testing.T) (inputs []checker.Input) {
	t.Helper()
	files, err := filepath.Glob("../../testdata/ok/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, files...) {
		inputs = append(inputs, fileInput(file))
	}
	inputs = append(inputs, fileInput("testdata/input.mobileconfig"))
	for seed := range uint64(20) {
		inputs = append(inputs, checker.Input{Name: fmt.Sprint(seed), Read: func() ([]byte, error) { return profiletest.Generate(seed), nil }})
	}
	return inputs
}

func fileInput(name string) checker.Input {
	return checker.Input{Name: name, Read: func() ([]byte, error) { return os.ReadFile(name) }}
}

func runForms(t *testing.T, files []File, inputs []checker.Input, plain bool) (found, prints []string) {
	t.Helper()
	set, err := Load(context.Background(), Config{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	set.disableCache = plain
	c := &checker.Checker{Rules: set.Rules(), Now: checkertest.Now, Targets: checker.Targets{{System: "ios", Version: "17"}}}
	for r := range c.Run(context.Background(), slices.Values(inputs)) {
		if r.Err != nil {
			t.Error(r.Err)
		}
		for _, f := range r.Findings {
			found = append(found, fmt.Sprintf("%s: %s [%s]", r.File, f.Message, f.Rule.ID))
		}
		prints = append(prints, r.PolicyOutput...)
	}
	return found, prints
}

// TestNarrowed holds what FuzzNarrowed does for policies that look as if they could not
// find anything, or as if they had been evaluated before.
func TestNarrowed(t *testing.T) {
	inputs := narrowedInputs(t)
	const limited = "default limit := 1\n\nlimit := data.config.limit\n\nwarn contains \"found\" if {\n\tsome scep in input.scep\n\tscep.keysize.value == limit\n}\n"
	for name, c := range map[string]struct {
		parameters map[string]any
		policy     string
		library    string
		want       string
	}{
		"a parameter":                  {map[string]any{"limit": 4096}, limited, "", "[test]"},
		"a parameter of a library":     {nil, limited, "package config\n\nlimit := 4096\n", "[test]"},
		"parameters of a library":      {nil, limited, "package config\n\nlimit[x] := 4096 if x := \"limit\"\n", ""},
		"an error before a guard":      {nil, "odd if [1 | to_number(\"odd\")][0] == 2\n\nwarn contains \"found\" if {\n\tnot odd\n\tsome scep in input.scep\n\tscep.keysize.value == 1\n}\n", "", "to_number"},
		"a list with an error":         {nil, "warn contains \"found\" if {\n\tsome scep in input.scep\n\tnot scep.keys.Keysize in [[1 | to_number(\"odd\")]]\n\tscep.index == 99\n}\n", "", "to_number"},
		"the time to a nanosecond":     {nil, "warn contains sprintf(\"%v\", [time.now_ns()])\n", "", "[test]"},
		"null":                         {map[string]any{"limit": nil}, limited, "", ""},
		"false":                        {map[string]any{"limit": false}, "default limit := true\n\nlimit := data.config.limit\n\nwarn contains \"found\" if {\n\tsome scep in input.scep\n\tscep.key_is_extractable.set == limit\n}\n", "", "[test]"},
		"an order of types":            {map[string]any{"limit": "a"}, strings.Replace(limited, "==", "<", 1), "", "[test]"},
		"members of an order of types": {nil, "warn contains \"found\" if {\n\tsome scep in input.scep\n\tscep.keys.Keysize > 5000\n}\n", "", "[test]"},
		"the key of a section":         {nil, "warn contains name if {\n\tname := [\"scep\", \"acme\"][_]\n\tinput[name][_].keysize.value == 4096\n}\n", "", "[test]"},
		"rows that are compared":       {nil, "warn contains \"found\" if {\n\tx = input.scep[_]\n\tx = input.scep[1]\n\tx != {\"index\": 1}\n}\n", "", "[test]"},
		"a row that is written":        {nil, "warn contains \"found\" if {\n\tx := {\"index\": 0}\n\tx != input.scep[0]\n}\n\ninfo contains \"index alone\" if {\n\tx := {\"index\": 0}\n\tx == input.scep[0]\n}\n", "", "[test]"},
	} {
		t.Run(name, func(t *testing.T) {
			files := []File{{Name: "test.rego", Path: "test.rego", Text: []byte("package policies.test.test\n\n" + c.policy)}}
			if c.library != "" {
				files = append(files, File{Name: "lib.rego", Path: "lib.rego", Text: []byte(c.library)})
			}
			if got := compareNarrowed(t, files, c.parameters, inputs); !strings.Contains(got, c.want) {
				t.Errorf("%q has no %q", got, c.want)
			}
		})
	}
}
