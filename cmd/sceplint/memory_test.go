//go:build !race

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TestMemory holds how much memory a run over 10,000 profiles may take, with
// rules and baseline policies.
func TestMemory(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // does not tell
	}
	const most = 64 << 20
	command := built(t, ".")
	dir := t.TempDir()
	files, _ := generate(t, filepath.Join(dir, "0"))
	for i := range 9 {
		copies := filepath.Join(dir, strconv.Itoa(i+1))
		if err := os.Mkdir(copies, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if err := os.Link(file, filepath.Join(copies, filepath.Base(file))); err != nil {
				t.Fatal(err)
			}
		}
	}
	peak := dir + ".peak"
	out, err := exec.Command("measure", peak, command, "check", "--jobs", "2", "--fail-on", "never", dir).CombinedOutput()
	if want := fmt.Sprintf("in %d files (%d SCEP payloads)", 10*len(files), 10*len(files)); err != nil || !strings.Contains(string(out), want) {
		t.Fatalf("%v; %q is not in:\n%s", err, want, out[max(0, len(out)-2000):])
	}
	text, err := os.ReadFile(peak)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := strconv.Atoi(string(text))
	if err != nil || bytes == 0 || bytes > most {
		t.Errorf("it took %d MiB (%v), and may take %d", bytes>>20, err, most>>20)
	}
	t.Logf("%.1f MiB", float64(bytes)/(1<<20))
}
