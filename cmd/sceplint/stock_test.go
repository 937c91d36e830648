//go:build stock

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/policies"
	"github.com/sceplint/sceplint/rules"
)

// The tests of this file need the opa command that the environment variable
// OPA names; CONTRIBUTING.md says how it is installed.

const shippedPolicies = "../../policies"

// parameters differ from the defaults of all policies.
var parameters = map[string]any{
	"expiry_days":            100000,
	"fingerprint_algorithms": []string{"MD5", "SHA-512"},
	"fingerprint_required":   false,
	"keysize_minimum":        4096,
	"keyusage_allowed":       []int{4},
	"keyusage_exact":         1,
	"ndes_paths":             []string{"/enrol"},
	"ndes_templates":         []int{4},
	"retries":                5,
	"retry_delay":            30,
	"step_ca_minimum":        4096,
	"subject_required":       []string{"O", "2.5.4.5"},
	"url_hosts":              []string{"ca.acme-corp.net", "scep.acme-corp.net"},
}

// setting is what policies are given besides a profile.
type setting struct {
	name, targets string
	config        map[string]any
}

var targetsComment = regexp.MustCompile(`<!-- targets (\S+) -->`)

// settings are those that a profile is checked with: none, others than usual,
// and what its own comments ask for.
func settings(t *testing.T, text []byte) []setting {
	all := []setting{
		{name: "defaults"},
		{name: "parameters", config: parameters, targets: "ios=17,macos=14"},
		{name: "targets", targets: "ios=17"},
	}
	own := setting{name: "own", config: checkertest.Config(t, text)}
	if m := targetsComment.FindSubmatch(text); m != nil {
		own.targets = string(m[1])
	}
	if own.config != nil || own.targets != "" {
		all = append(all, own)
	}
	return all
}

// TestStockFindings holds that the shipped policies find the same in sceplint
// as in stock OPA, which is given what sceplint input prints.
func TestStockFindings(t *testing.T) {
	stock := stockCheck{opa: tool(t, "OPA"), sceplint: built(t, "."), ids: idsOf(t, policy.PackNames()...), compared: map[string]int{}}
	files := append(checkertest.Files(t, "../../testdata/ok/*"), checkertest.Files(t, "../../testdata/forms/*.mobileconfig")...)
	for _, id := range stock.ids {
		files = append(files, checkertest.Files(t, "../../testdata/"+id+"/bad*")...)
		files = append(files, checkertest.Files(t, "../../testdata/"+id+"/good*")...)
	}
	dir := t.TempDir()
	generated, _ := generate(t, dir)
	for i := 0; i < len(generated); i += len(generated) / 20 {
		files = append(files, generated[i])
	}
	t.Run("files", func(t *testing.T) {
		each := func(file string, settings []setting) {
			t.Run(strings.TrimPrefix(strings.TrimPrefix(file, dir), "../../testdata/"), func(t *testing.T) {
				t.Parallel()
				for _, s := range settings {
					stock.check(t, file, s)
				}
			})
		}
		for _, file := range files {
			each(file, settings(t, checkertest.Read(t, file)))
		}
		for _, r := range rules.All() { // profiles that are wrong in other ways
			for _, file := range checkertest.Files(t, "../../testdata/"+r.ID+"/bad*") {
				profiles, err := export.Parse(file, checkertest.Read(t, file))
				if readable := err == nil && profiles[0].Fault() == nil && (profiles[0].Export == nil || profiles[0].Export.Entry == nil); readable && !strings.HasPrefix(r.ID, "ignore-") { // whose files hide findings; those of Microsoft Graph name keys otherwise
					each(file, []setting{{name: "defaults"}})
					files = append(files, file)
				}
			}
		}
	})
	total := 0
	for _, id := range stock.ids {
		n := stock.compared[id]
		// The other profiles of a run are not in the document of one.
		if alone := id == "challenge-shared"; alone != (n == 0) {
			t.Errorf("%s: %d findings were compared", id, n)
		}
		total += n
	}
	for _, s := range []string{"defaults", "parameters", "targets", "own"} {
		if stock.compared[s] == 0 {
			t.Errorf("nothing was found with the setting %s", s)
		}
	}
	t.Logf("%d files, %d policies, %d findings; %v", len(files), len(stock.ids), total, stock.compared)
}

// stockCheck compares the findings of two commands, and counts them.
type stockCheck struct {
	opa, sceplint string
	ids           []string
	lock          sync.Mutex
	compared      map[string]int // findings by policy and by setting
}

func (c *stockCheck) check(t *testing.T, file string, s setting) {
	t.Helper()
	given := []string{"--now", checkertest.Now.Format(time.RFC3339)}
	if s.targets != "" {
		given = append(given, "--target", s.targets)
	}
	check := append([]string{c.sceplint, "check", "--quiet", "--format", "json", "--fail-on", "never", file}, given...)
	for _, pack := range policy.PackNames() {
		check = append(check, "--pack", pack)
	}
	check = append(check, "--severity", "key-all-apps=warning", "--severity", "strict-keyusage=error") // which other packs relax
	eval := []string{c.opa, "eval", "--stdin-input", "--strict-builtin-errors", "--ignore", "*_test.rego", "--data", shippedPolicies, "data.policies"}
	if s.config != nil {
		text, err := json.Marshal(map[string]any{"config": s.config})
		if err != nil {
			t.Fatal(err)
		}
		data := filepath.Join(t.TempDir(), "data.json")
		if err := os.WriteFile(data, text, 0o644); err != nil {
			t.Fatal(err)
		}
		check = append(check, "--data", data)
		eval = append(eval, "--data", data)
	}
	// Findings of one cause are reported once, and the pack strict looks at what others do.
	var ours []found
	strict := idsOf(t, "strict")
	for _, ids := range [][]string{slices.DeleteFunc(slices.Clone(c.ids), func(id string) bool { return slices.Contains(strict, id) }), strict} {
		only := append(slices.Clone(check), "--disable", "*")
		for _, id := range ids {
			only = append(only, "--enable", id)
		}
		ours = append(ours, foundByPolicies(t, printed(t, nil, only...), ids)...)
	}
	var theirs []found
	documents := json.NewDecoder(bytes.NewReader(printed(t, nil, append([]string{c.sceplint, "input", file}, given...)...)))
	for n := 0; ; n++ {
		var input json.RawMessage
		if err := documents.Decode(&input); err == io.EOF && n > 0 {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Result []struct {
				Expressions []struct{ Value map[string]evaluated }
			}
		}
		if err := json.Unmarshal(printed(t, input, eval...), &answer); err != nil {
			t.Fatal(err)
		}
		if len(answer.Result) != 1 || len(answer.Result[0].Expressions) != 1 {
			t.Fatalf("%s: opa eval gave no value", s.name)
		}
		packs := answer.Result[0].Expressions[0].Value
		if len(packs) != len(policy.PackNames()) {
			t.Fatalf("%s: opa eval gave %d packs", s.name, len(packs))
		}
		for _, pack := range packs {
			theirs = append(theirs, pack.findings(t, file)...)
		}
	}
	theirs = slices.DeleteFunc(theirs, func(f found) bool { // what another finding at its path explains
		return !slices.Contains(ours, f) && slices.ContainsFunc(ours, func(x found) bool { return x.path == f.path && x.rule != f.rule })
	})
	if diff := difference(theirs, ours); diff != "" {
		t.Errorf("%s: OPA (-) and sceplint (+) differ:\n%s", s.name, diff)
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, f := range ours {
		c.compared[f.rule]++
		c.compared[s.name]++
	}
}

// TestStockParameters holds that the comparison leaves no parameter at its
// default, and that its strictness about built-in functions is one.
func TestStockParameters(t *testing.T) {
	set, err := (&policy.Loader{Packs: policy.PackNames()}).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range set.Rules() {
		for _, p := range r.Parameters {
			known[p.Name] = true
			ours, _ := json.Marshal(parameters[p.Name])
			usual, _ := json.Marshal(p.Default)
			if parameters[p.Name] == nil || bytes.Equal(ours, usual) {
				t.Errorf("%s of %s is compared with its default only", p.Name, r.ID)
			}
		}
	}
	if len(known) == 0 || len(known) != len(parameters) {
		t.Errorf("%d parameters are given, but the policies have %d", len(parameters), len(known))
	}
	if out, err := exec.Command(tool(t, "OPA"), "eval", "--strict-builtin-errors", `to_number("one")`).CombinedOutput(); err == nil {
		t.Errorf("an error of a built-in function passed:\n%s", out)
	}
}

// TestStockPolicies holds the shipped policies to what OPA's own commands ask
// for, and that these commands would notice.
func TestStockPolicies(t *testing.T) {
	opa := tool(t, "OPA")
	const policy = "recommended/keysize_minimum/keysize_minimum.rego"
	for _, c := range []struct {
		name     string
		args     []string
		old, new string // the change that must be noticed
		noticed  string
	}{
		{"fmt", []string{"fmt", "--list", "--fail"}, "\tscep.keysize.set\n", "  scep.keysize.set\n", "keysize_minimum.rego"},
		{"strict", []string{"check", "--strict"}, "\tscep.keysize.set\n", "\tunused := scep.keysize.set\n", "unused"},
		{"schema", []string{"check", "--strict", "--schema", "../../checker/policy/input.schema.json"}, "scep.keysize.set\n", "scep.keysze.set\n", "keysze"},
		{"test", []string{"test", "--fail-on-empty"}, "is below", "is under", "FAIL: 2"},
		{"coverage", []string{"test", "--fail-on-empty", "--coverage", "--threshold", "100"}, "default minimum", "unused := 1\n\ndefault minimum", "threshold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out, err := exec.Command(opa, append(c.args, shippedPolicies)...).CombinedOutput(); err != nil {
				t.Fatalf("opa %s: %v\n%s", strings.Join(c.args, " "), err, out)
			}
			dir := t.TempDir()
			if err := os.CopyFS(dir, policies.FS); err != nil {
				t.Fatal(err)
			}
			text := string(checkertest.Read(t, filepath.Join(dir, policy)))
			changed := strings.Replace(text, c.old, c.new, 1)
			if changed == text {
				t.Fatalf("%s does not hold %q", policy, c.old)
			}
			if err := os.WriteFile(filepath.Join(dir, policy), []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(opa, append(c.args, dir)...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.noticed) {
				t.Errorf("opa %s does not notice %q (%v):\n%s", strings.Join(c.args, " "), c.new, err, out)
			}
		})
	}
}

// TestStockTests holds that opa test runs tests of every shipped policy.
func TestStockTests(t *testing.T) {
	var tests []struct{ Package string }
	if err := json.Unmarshal(printed(t, nil, tool(t, "OPA"), "test", "--format", "json", shippedPolicies), &tests); err != nil {
		t.Fatal(err)
	}
	var tested []string
	for _, test := range tests {
		name := test.Package[strings.LastIndex(test.Package, ".")+1:]
		tested = append(tested, strings.ReplaceAll(strings.TrimSuffix(name, "_test"), "_", "-"))
	}
	ids := idsOf(t, policy.PackNames()...)
	for _, id := range ids {
		if !slices.Contains(tested, id) {
			t.Errorf("%s has no test", id)
		}
	}
	if len(ids) == 0 {
		t.Error("no policies")
	}
}
