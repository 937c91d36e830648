package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sceplint/sceplint/"

// floors tells which packages of this module each package may import, straight
// or through others: checker/profile carries checker, which carries rules and
// checker/policy and checker/report, which carry the command. Never up, never sideways.
var floors = map[string][]string{
	"checker/profile":             {},
	"checker/profile/profiletest": {},
	"checker/schema":              {},
	"checker/schema/generate":     {},
	"checker":                     {"checker/profile"},
	"checker/checkertest":         {"checker", "checker/profile"},
	"rules":                       {"checker", "checker/profile", "checker/schema"},
	"policies":                    {},
	"checker/policy":              {"checker", "checker/profile"},
	"checker/probe":               {"checker", "checker/profile"},
	"checker/report":              {"checker", "checker/profile", "checker/audit", "checker/probe"},
	"checker/config":              {"checker", "checker/profile"},
	"checker/audit":               {"checker", "checker/profile"},
	"checker/suppress":            {},
	"cmd/sceplint":                {"checker", "checker/profile", "rules", "policies", "checker/policy", "checker/report", "checker/config", "checker/audit", "checker/probe", "checker/suppress", "checker/schema"},
}

// forbidden are packages that must not be reached from below the command: a
// rule reads no files, no environment and no network.
var forbidden = []string{"os/exec", "net/http", "flag", "github.com/spf13/cobra"}

func TestHouse(t *testing.T) {
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
		room := strings.TrimPrefix(p.ImportPath, module)
		allowed, ok := floors[room]
		if !ok {
			t.Errorf("%s has no floor: the design does not know it", room)
			continue
		}
		for _, dep := range p.Deps {
			if other, ok := strings.CutPrefix(dep, module); ok && !slices.Contains(allowed, other) {
				t.Errorf("%s must not import %s", room, other)
			}
			// OPA comes with packages that reach the network; what policies may call
			// of it is a matter of checker/policy.
			if !slices.Contains([]string{"cmd/sceplint", "checker/report", "checker/probe", "checker/policy", "checker/checkertest", "checker/suppress"}, room) && slices.Contains(forbidden, dep) {
				t.Errorf("%s must not reach %s", room, dep)
			}
		}
		for _, dep := range p.Imports {
			if strings.HasPrefix(dep, "github.com/open-policy-agent/") && room != "checker/policy" {
				t.Errorf("%s must not import %s: checker/policy is the only one to know OPA", room, dep)
			}
		}
		for _, world := range []string{"os", "io", "net"} {
			if room == "rules" && slices.Contains(p.Imports, world) {
				t.Errorf("rules must not import %s: rules do no input or output", world)
			}
		}
	}
	if seen != len(floors) {
		t.Errorf("%d packages, but %d floors", seen, len(floors))
	}
}
