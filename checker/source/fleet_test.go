package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFleetLookups holds that the paths of a file of Fleet cost one lookup for each file, and
// one for each directory.
func TestFleetLookups(t *testing.T) {
	dir := t.TempDir()
	real, err := filepath.EvalSymlinks(dir)
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(real, "lib/a/b/c"), 0o700))
	must(t, os.WriteFile(filepath.Join(real, "lib/a/b/c/x.mobileconfig"), nil, 0o600))
	const n = 5000
	paths := newFleetPaths(real)
	for i := range n {
		_, err := paths.files(fleetPath{path: fmt.Sprintf("lib/a/b/c/%d.mobileconfig", i)}, real)
		if !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if files, err := paths.files(fleetPath{path: "lib/a/b/c/x.mobileconfig"}, real); err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
	}
	if most := n + 1 + strings.Count(real, "/") + 8; paths.lookups > most {
		t.Errorf("%d lookups in the file system, and should be %d at most", paths.lookups, most)
	}
}

// TestFleetSteps holds that merges cost no more than the file is long.
func TestFleetSteps(t *testing.T) {
	var text strings.Builder
	text.WriteString("controls: {macos_settings: {custom_settings: []}}\nx: &b {")
	for i := range 20_000 {
		fmt.Fprintf(&text, "k%d: 1, ", i)
	}
	text.WriteString("z: 1}\ny:\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "  m%d: {<<: *b}\n", i)
	}
	found, err := readFleet([]byte(text.String()))
	if err != nil || len(found.errors) == 0 || !strings.Contains(found.errors[len(found.errors)-1].err.Error(), "too many values") {
		t.Errorf("%v: %v", found.errors, err)
	}
}
