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

// BenchmarkRunFindings checks profiles with findings in every format, with rules
// alone and with policies, without starting a process.
func BenchmarkRunFindings(b *testing.B) {
	dir := b.TempDir()
	size := int64(0)
	for seed := range uint64(generatedFiles) {
		text := profiletest.GenerateWithFindings(seed)
		size += int64(len(text))
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.mobileconfig", seed)), text, 0o644); err != nil {
			b.Fatal(err)
		}
	}
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
