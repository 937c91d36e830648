//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/source/sourcetest"
)

// TestMemory holds how much memory a run over 10,000 profiles may take, with
// rules and baseline policies.
func TestMemory(t *testing.T) {
	t.Parallel()
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
	n, _ := measured(t, peak)
	if n == 0 || n > most {
		t.Errorf("it took %d MiB, and may take %d", n>>20, most>>20)
	}
	t.Logf("%.1f MiB", float64(n)/(1<<20))
}

// TestContainerMemory holds how much memory a run over an archive, compressed or
// not, and a stream of many profiles may take.
func TestContainerMemory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // does not tell
	}
	const most = 64 << 20
	profiles := 1_500
	if *hostileAll {
		profiles = 5_000
	}
	command := built(t, ".")
	dir := t.TempDir()
	var entries []sourcetest.Entry
	var lines bytes.Buffer
	for i := range profiles {
		name, text := fmt.Sprintf("fleet/%05d.mobileconfig", i), profiletest.Generate(uint64(i%500))
		entries = append(entries, sourcetest.Entry{Name: name, Text: text})
		line, err := json.Marshal(map[string]string{"name": name, "profile": string(text)})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	archives := map[string][]byte{"x.tar": sourcetest.Archive("x.tar", entries...), "x.tar.gz": sourcetest.Archive("x.tgz", entries...), "x.jsonl": lines.Bytes()}
	for name, text := range archives {
		if !*hostileAll && name != "x.tar.gz" {
			continue
		}
		file, peak := filepath.Join(dir, name), filepath.Join(dir, "peak")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command("measure", peak, command, "check", "--jobs", "2", "--fail-on", "never", file).CombinedOutput()
		out := string(text)
		if want := fmt.Sprintf("in %d files", profiles); err != nil || !strings.Contains(out, want) {
			t.Fatalf("%s: %v; %q is not in:\n%s", name, err, want, out[max(0, len(out)-2000):])
		}
		if n, _ := measured(t, peak); n == 0 || n > most {
			t.Errorf("%s: it took %d MiB, and may take %d", name, n>>20, most>>20)
		} else {
			t.Logf("%s: %.1f MiB", name, float64(n)/(1<<20))
		}
	}
}
