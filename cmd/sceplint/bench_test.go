package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

var generateTo = flag.String("generate", "", "write the profiles of the benchmarks to this directory")

const generatedFiles = 1000

// generate writes the profiles that the benchmarks read.
func generate(tb testing.TB, dir string) (files []string, bytes int64) {
	tb.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	for seed := range uint64(generatedFiles) {
		text := profiletest.Generate(seed)
		file := filepath.Join(dir, fmt.Sprintf("%04d.mobileconfig", seed))
		if err := os.WriteFile(file, text, 0o644); err != nil {
			tb.Fatal(err)
		}
		files = append(files, file)
		bytes += int64(len(text))
	}
	return files, bytes
}

// TestGenerate writes the profiles for benchmarks outside of go test, and holds
// that they are what they are meant to be: clean but for one in ten or so.
func TestGenerate(t *testing.T) {
	dir := *generateTo
	if dir == "" {
		dir = t.TempDir()
	}
	generate(t, dir)
	d := checkJSON(t, "--disable", "scep-keysize", dir)
	if d.Summary.Files != generatedFiles || d.Summary.SCEP != generatedFiles {
		t.Errorf("%d files with %d SCEP payloads", d.Summary.Files, d.Summary.SCEP)
	}
	for _, f := range d.Findings {
		if f.Severity != "info" {
			t.Fatalf("%s:%d: %s: %s [%s]", f.File, f.Start.Line, f.Severity, f.Message, f.Rule)
		}
	}
	d = checkJSON(t, "--disable", "*", "--enable", "scep-keysize", dir)
	if n := d.Summary.Errors; n < generatedFiles/20 || n > generatedFiles/5 {
		t.Errorf("%d of %d profiles have the defect", n, generatedFiles)
	}
}

// BenchmarkWallCheck and BenchmarkWallSHA256Sum run a command each on the same
// files; compare them within one run.
func BenchmarkWallCheck(b *testing.B) {
	dir := b.TempDir()
	command := filepath.Join(dir, "sceplint")
	if out, err := exec.Command("go", "build", "-o", command, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	_, bytes := generate(b, filepath.Join(dir, "profiles"))
	b.SetBytes(bytes)
	for b.Loop() {
		if err := exec.Command(command, "check", "--fail-on", "never", filepath.Join(dir, "profiles")).Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWallSHA256Sum(b *testing.B) {
	files, bytes := generate(b, b.TempDir())
	b.SetBytes(bytes)
	for b.Loop() {
		if err := exec.Command("sha256sum", files...).Run(); err != nil {
			b.Fatal(err)
		}
	}
}
