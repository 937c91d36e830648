package rules

import (
	"context"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
)

// FuzzCheck runs all rules and all fixes over arbitrary documents: no rule may
// fail, and no fix may break what could be read.
func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"ok/*", "exports/*.xml", "exports/*.json", "exports/*.plist", "scep-*/bad*", "payload-*/bad*", "reference-*/*.mobileconfig", "target-*/bad*", "variable-*/bad*", "ignore-unused/bad*", "profile-signature/*", "certificate-invalid/*.mobileconfig"} {
		files, err := filepath.Glob(filepath.Join(testdata, pattern))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if len(text) < 12<<10 {
				f.Add(text)
			}
		}
	}
	targets, err := checker.ParseTargets("ios=13,macos=10.9,tvos,watchos=9.4,visionos=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := &checker.Checker{Rules: All(), Now: checkertest.Now, Jobs: 1, Fix: checker.FixAll, Targets: targets, Verify: &checker.Verify{Roots: x509.NewCertPool()}}
		input := checker.Input{Name: "fuzz", Read: func() ([]byte, error) { return slices.Clone(text), nil }}
		for r := range c.Run(context.Background(), slices.Values([]checker.Input{input})) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
	})
}
