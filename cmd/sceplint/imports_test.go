package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sceplint/sceplint/"

// layout is the repository layout: what each package is, in one sentence, and
// which packages of this module it may import, directly or through others.
// Imports go one way, so there is no cycle and nothing imports upward.
var layout = map[string]struct {
	is     string
	allows []string
}{
	"checker/keyname":   {"compares the names of keys", nil},
	"checker/printable": {"writes texts so that terminals, logs, and spreadsheets show them and do nothing else", nil},
	"checker/template":  {"finds variables and sample text", []string{"checker/keyname"}},
	"checker/plist":     {"parses property lists into trees of values that know their bytes", []string{"checker/keyname", "checker/template"}},
	"checker/cms":       {"unwraps and verifies signed messages", nil},
	"checker/secret":    {"finds and masks the secrets of a document", []string{"checker/keyname", "checker/template", "checker/plist"}},
	"checker/profile": {"reads a document into a profile with typed payloads",
		[]string{"checker/keyname", "checker/template", "checker/plist", "checker/cms", "checker/schema", "checker/secret"}},
	"checker/export":              {"reads the profiles in documents of other systems", profiles[:len(profiles)-1]},
	"checker/profile/profiletest": {"generates profiles for tests", []string{"checker/schema"}},
	"checker/schema":              {"holds Apple's payload schema", nil},
	"checker/schema/generate":     {"generates the schema tables", nil},
	"checker":                     {"runs rules over profiles", append([]string{"checker/printable"}, profiles...)},
	"checker/checkertest":         {"runs rules over test data", append([]string{"checker", "checker/printable"}, profiles...)},
	"rules":                       {"lists the built-in rules", append([]string{"checker", "checker/printable"}, profiles...)},
	"policies":                    {"embeds the shipped policies", nil},
	"checker/localfile":           {"reads and writes files that users name, never through a link out of a repository", []string{"checker/printable"}},
	"checker/config":              {"reads configuration files", append([]string{"checker", "checker/printable", "checker/localfile"}, profiles...)},
	"checker/source":              {"finds the documents to check in paths, archives, and streams", append([]string{"checker", "checker/printable", "checker/config", "checker/localfile"}, profiles...)},
	"checker/source/sourcetest":   {"makes archives for tests", nil},
	"checker/policy":              {"runs Rego policies as rules", append([]string{"checker", "checker/printable", "checker/config", "checker/localfile", "policies"}, profiles...)},
	"checker/audit":               {"summarizes a fleet", append([]string{"checker", "checker/printable", "checker/localfile"}, profiles...)},
	"checker/probe":               {"asks the servers that profiles name", append([]string{"checker", "checker/printable", "checker/localfile"}, profiles...)},
	"checker/report":              {"writes findings in each output format", append([]string{"checker", "checker/printable", "checker/audit", "checker/probe", "checker/localfile"}, profiles...)},
	"checker/suppress":            {"knows the findings of earlier runs and revisions", append([]string{"checker", "checker/printable", "checker/report", "checker/audit", "checker/probe", "checker/localfile"}, profiles...)},
	"cmd/sceplint/guides":         {"holds the guides and reads their table of error codes", append([]string{"checker", "checker/printable"}, profiles...)},
	"cmd/sceplint/memory":         {"bounds the memory of long runs", nil},
	"cmd/sceplint/manpage":        {"writes the manual page of a command", nil},
	"cmd/sceplint/terminal":       {"writes to terminals", []string{"checker/printable"}},
	"cmd/sceplint/usage":          {"writes help and describes errors in how commands are used", []string{"checker/keyname"}},
	"cmd/sceplint": {"is the command", append([]string{"checker", "checker/printable", "rules", "policies", "checker/policy", "checker/report",
		"checker/config", "checker/audit", "checker/suppress", "checker/localfile", "checker/source", "checker/probe", "cmd/sceplint/guides", "cmd/sceplint/memory", "cmd/sceplint/manpage", "cmd/sceplint/terminal", "cmd/sceplint/usage"}, profiles...)},
}

// profiles are the packages that turn bytes into profiles.
var profiles = []string{"checker/keyname", "checker/template", "checker/plist", "checker/cms", "checker/schema", "checker/secret", "checker/profile", "checker/export"}

// forbidden are packages that must not be reached from below the command: a
// rule reads no files, no environment and no network.
var forbidden = []string{"os/exec", "net/http", "flag", "github.com/spf13/cobra"}

// TestImports holds the repository layout.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./../../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		pkg := strings.TrimPrefix(p.ImportPath, module)
		entry, ok := layout[pkg]
		if !ok {
			t.Errorf("%s is not in the repository layout", pkg)
			continue
		}
		if entry.is == "" || strings.Contains(entry.is, ";") {
			t.Errorf("%s needs one sentence", pkg)
		}
		for _, dep := range p.Deps {
			if other, ok := strings.CutPrefix(dep, module); ok && !slices.Contains(entry.allows, other) {
				t.Errorf("%s must not import %s", pkg, other)
			}
			// OPA comes with packages that reach the network; what policies may call
			// of it is a matter of checker/policy.
			if !slices.Contains([]string{"cmd/sceplint", "cmd/sceplint/manpage", "cmd/sceplint/terminal", "cmd/sceplint/usage", "checker/report", "checker/probe", "checker/policy", "checker/checkertest", "checker/suppress"}, pkg) && slices.Contains(forbidden, dep) {
				t.Errorf("%s must not reach %s", pkg, dep)
			}
		}
		for _, dep := range p.Imports {
			if strings.HasPrefix(dep, "github.com/open-policy-agent/") && pkg != "checker/policy" {
				t.Errorf("%s must not import %s: checker/policy is the only one to know OPA", pkg, dep)
			}
		}
		for _, dep := range p.Imports {
			if own := strings.TrimPrefix(dep, module); pkg == "rules" && own != dep && !slices.Contains([]string{"checker", "checker/profile", "checker/schema"}, own) {
				t.Errorf("rules must not import %s: rules import checker and checker/profile", own)
			}
		}
		for _, world := range []string{"os", "io", "net"} {
			if pkg == "rules" && slices.Contains(p.Imports, world) {
				t.Errorf("rules must not import %s: rules do no input or output", world)
			}
		}
	}
	if seen != len(layout) {
		t.Errorf("%d packages, but %d in the repository layout", seen, len(layout))
	}
}
