package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/licensecheck"
)

var licensesTo = flag.String("licenses", "", "write the texts of all licenses, for releases, to this file")

// permitted are the licenses that what is linked into the command may be under.
var permitted = []string{"Apache-2.0", "BSD-2-Clause", "BSD-2-Clause-Views", "BSD-3-Clause", "ISC", "MIT"}

// licenseName matches the files of a module that say what may be done with it.
var licenseName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// linked is a Go module, or Go itself, with the files of its license.
type linked struct {
	Path, Version, Dir string
	names              []string          // of licenses, in order
	texts              map[string]string // by file
}

// TestLicenses holds that the list of the licenses of everything that is linked
// into the command, on any system, is as it is, and that we may ship all of it.
func TestLicenses(t *testing.T) {
	t.Parallel()
	modules := linkedModules(t)
	var table strings.Builder
	table.WriteString("# Licenses\n\nWhat is linked into the command, with the license of each. Releases carry their texts.\n\n| module | version | license |\n|---|---|---|\n")
	for _, m := range modules {
		m.read(t)
		for _, name := range m.names {
			if !slices.Contains(permitted, name) {
				t.Errorf("%s is under %s; permitted are %s", m.Path, name, strings.Join(permitted, ", "))
			}
		}
		fmt.Fprintf(&table, "| %s | %s | %s |\n", m.Path, m.Version, strings.Join(m.names, ", "))
	}
	const file = "licenses.md"
	if *update {
		if err := os.WriteFile(file, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if listed, err := os.ReadFile(file); err != nil || string(listed) != table.String() {
		t.Errorf("%s is stale (%v); run go test ./cmd/sceplint -run TestLicenses -update", file, err)
	}
	if *licensesTo != "" {
		var all strings.Builder
		for _, m := range modules {
			for _, name := range slices.Sorted(maps.Keys(m.texts)) {
				fmt.Fprintf(&all, "== %s %s: %s\n\n%s\n\n", m.Path, m.Version, name, strings.TrimSpace(m.texts[name]))
			}
		}
		if err := os.WriteFile(*licensesTo, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// linkedModules are the modules of the packages that the command is made of, and
// the standard library.
func linkedModules(t *testing.T) (modules []*linked) {
	t.Helper()
	seen := map[string]bool{"github.com/sceplint/sceplint": true}
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-json=Module", ".")
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for packages := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct{ Module *linked }
			if err := packages.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if p.Module != nil && !seen[p.Module.Path] {
				seen[p.Module.Path] = true
				modules = append(modules, p.Module)
			}
		}
	}
	slices.SortFunc(modules, func(a, b *linked) int { return strings.Compare(a.Path, b.Path) })
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return append([]*linked{{Path: "Go standard library", Dir: strings.TrimSpace(string(root))}}, modules...)
}

// read reads the license of a module and recognizes it.
func (m *linked) read(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	m.texts = map[string]string{}
	found := map[string]bool{}
	for _, e := range entries {
		if e.IsDir() || !licenseName.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		m.texts[e.Name()] = string(text)
		for _, match := range licensecheck.Scan(text).Match {
			if !match.IsURL {
				found[match.ID] = true
			}
		}
	}
	delete(found, "GooglePatentsFile") // a grant beside the license
	if len(found) == 0 {
		t.Errorf("%s: no license is recognized in %s", m.Path, m.Dir)
	}
	m.names = slices.Sorted(maps.Keys(found))
}
