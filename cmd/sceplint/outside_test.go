package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/printable"
)

// How the commands that sceplint is compared with are got.
var install = map[string]string{
	"OPA":      "go install github.com/open-policy-agent/opa@$(go list -m -f '{{.Version}}' github.com/open-policy-agent/opa)",
	"CONFTEST": "go install github.com/open-policy-agent/conftest@v0.71.1",

	"ACTIONLINT": "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
}

// tool gives the command that an environment variable names.
func tool(tb testing.TB, variable string) string {
	tb.Helper()
	path, err := exec.LookPath(os.Getenv(variable))
	if err != nil {
		tb.Fatalf("%s=%s names no command (%v); run\n\t%s\nand set %s to path of what it installs",
			variable, os.Getenv(variable), err, install[variable], variable)
	}
	return path
}

// built builds the command of the working directory or another one, from the
// packages that the tests are made of. Tests that need the same one share it.
func built(tb testing.TB, source string) string {
	tb.Helper()
	builds.Lock()
	defer builds.Unlock()
	if builds.dir == "" {
		var err error
		if builds.dir, err = os.MkdirTemp("", "sceplint-test"); err == nil {
			err = os.Chmod(builds.dir, 0o755) // some tests run it as somebody else
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if command, ok := builds.commands[source]; ok {
		return command
	}
	command := filepath.Join(builds.dir, strconv.Itoa(len(builds.commands)), "sceplint")
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", command, source)
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	if builds.commands == nil {
		builds.commands = map[string]string{}
	}
	builds.commands[source] = command
	return command
}

// builds are the commands that were built, by source.
var builds struct {
	sync.Mutex
	dir      string
	commands map[string]string
}

// tidily runs the tests and removes what was built for them.
type tidily struct{ *testing.M }

func (m tidily) Run() int {
	defer func() { os.RemoveAll(builds.dir) }()
	return m.M.Run()
}

// printed gives what a command prints that must do its job without complaint.
func printed(tb testing.TB, stdin []byte, args ...string) []byte {
	tb.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		tb.Fatalf("%s: %v\n%s%s", strings.Join(args[:min(12, len(args))], " "), err, clipped(&stderr), clipped(&stdout))
	}
	return stdout.Bytes()
}

// found is what every command says of a finding. It can be compared.
type found struct{ file, rule, severity, message, path string }

// stem is the name of a file without its ending, which differs between a
// profile and the document that policies see of it.
func stem(file string) string {
	return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
}

func pathText(tb testing.TB, path any) string {
	tb.Helper()
	text, err := json.Marshal(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// difference tells how the findings of another command (-) and of sceplint (+)
// differ; it is empty if they do not.
func difference(theirs, ours []found) string {
	sorted := func(all []found) []string {
		var lines []string
		for _, f := range all {
			lines = append(lines, strings.Join([]string{f.file, f.rule, f.severity, f.message, f.path}, " | "))
		}
		return slices.Sorted(slices.Values(lines))
	}
	return cmp.Diff(sorted(theirs), sorted(ours))
}

// idsOf are the IDs of the policies of the shipped packs.
func idsOf(tb testing.TB, packs ...string) (ids []string) {
	tb.Helper()
	set, err := (&policy.Loader{Packs: packs, NoDefaultPack: true}).Load(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range set.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// foundByPolicies reads sceplint check --format json: what these policies find.
func foundByPolicies(tb testing.TB, report []byte, ids []string) (all []found) {
	tb.Helper()
	var d document
	if err := json.Unmarshal(report, &d); err != nil {
		tb.Fatal(err)
	}
	if len(d.Errors) > 0 || d.Summary.Profiles == 0 || d.Summary.Suppressed > 0 {
		tb.Fatalf("%d profiles were checked, %d findings suppressed; errors: %v", d.Summary.Profiles, d.Summary.Suppressed, d.Errors)
	}
	for _, f := range d.Findings {
		if slices.Contains(ids, f.Rule) {
			all = append(all, found{stem(f.File), f.Rule, f.Severity, f.Message, pathText(tb, f.Path)})
		}
	}
	return all
}

// evaluated is a pack of policies as OPA gives it: what the names in each
// package stand for.
type evaluated map[string]map[string]json.RawMessage

// findings are the members of the sets in a pack.
func (e evaluated) findings(tb testing.TB, file string) (all []found) {
	tb.Helper()
	for name, values := range e {
		for set, severity := range map[string]string{"deny": "error", "warn": "warning", "info": "info"} {
			if values[set] == nil {
				continue
			}
			var members []struct {
				Msg  string
				Path []any
				Help string
				Args []any
			}
			decoder := json.NewDecoder(bytes.NewReader(values[set]))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&members); err != nil {
				tb.Fatalf("%s of %s: %v", set, name, err)
			}
			for _, m := range members {
				all = append(all, found{stem(file), strings.ReplaceAll(name, "_", "-"), severity, printable.Text(m.Msg), pathText(tb, m.Path)})
			}
		}
	}
	return all
}

// copyPolicies writes the policies of a pack to a new directory, without their
// tests: each with the text that change gives it, or not at all.
func copyPolicies(tb testing.TB, pack string, change func(id, text string) string) string {
	tb.Helper()
	files, err := policy.PackFiles(pack)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	for _, f := range files {
		text := change(strings.ReplaceAll(stem(f.Path), "_", "-"), string(f.Text))
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Path)), []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}
