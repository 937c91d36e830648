package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/report"
)

// generateWithFindings writes so many profiles with findings.
func generateWithFindings(tb testing.TB, dir string, count uint64) (files []string, size int64) {
	tb.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	for seed := range count {
		text := profiletest.GenerateWithFindings(seed)
		file := filepath.Join(dir, fmt.Sprintf("%04d.mobileconfig", seed))
		if err := os.WriteFile(file, text, 0o644); err != nil {
			tb.Fatal(err)
		}
		files, size = append(files, file), size+int64(len(text))
	}
	return files, size
}

// BenchmarkRunFindings checks profiles with findings in every format, with rules
// alone and with policies, without starting a process.
func BenchmarkRunFindings(b *testing.B) {
	dir := b.TempDir()
	_, size := generateWithFindings(b, dir, generatedFiles)
	for _, with := range []string{"rules", "policies"} {
		for _, format := range report.FormatNames() {
			b.Run(with+"/"+format, func(b *testing.B) {
				args := []string{"check", "--fail-on", "never", "--format", format, dir}
				if with == "rules" {
					args = append(args, "--no-default-pack")
				}
				b.SetBytes(size)
				for b.Loop() {
					if code := run(b.Context(), args, strings.NewReader(""), io.Discard, io.Discard); code != exitClean {
						b.Fatalf("exit code %d", code)
					}
				}
			})
		}
	}
}
