//go:build !race

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// These tests run the command as it is built for users, or hand it hundreds of
// megabytes. The race detector would see little of that, and take minutes.

// TestHostile runs the command on each hostile file: a finding with a message,
// no crash, no hang, no more memory than a profile may cost.
func TestHostile(t *testing.T) {
	dir := t.TempDir()
	command := filepath.Join(dir, "sceplint")
	if out, err := exec.Command("go", "build", "-o", command, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, name+".mobileconfig")
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("measure", file+".peak", command, "check", "--jobs", "1", file)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			want := exitFindings
			if strings.Contains(stderr.String(), "which policies are not shown") { // the rules have looked at it all the same
				want = exitFailed
			}
			if code := cmd.ProcessState.ExitCode(); code != want {
				t.Errorf("exit code %d (%v)\n%s", code, err, clipped(&stderr))
			}
			if !strings.Contains(stdout.String(), ": error: ") || strings.Contains(stderr.String(), "goroutine ") {
				t.Errorf("no finding, or a stack:\n%s\n%s", clipped(&stdout), clipped(&stderr))
			}
			const most = 100 << 20
			text, err := os.ReadFile(file + ".peak")
			if err != nil {
				t.Fatal(err)
			}
			peak, err := strconv.Atoi(string(text))
			if err != nil || peak > most {
				t.Errorf("it took %d MiB (%v)", peak>>20, err)
			}
			t.Logf("%d MiB: %s", peak>>20, strings.SplitN(clipped(&stdout), "\n", 2)[0][len(file):])
		})
	}
}
