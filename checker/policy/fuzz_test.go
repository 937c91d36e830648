package policy_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/policy"
)

// seeds adds the contents of files to a fuzz target.
func seeds(f *testing.F, patterns ...string) {
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
}

// FuzzPolicies holds that no profile makes a shipped policy fail, or find
// something at a place the profile lacks, and that none shows a secret.
func FuzzPolicies(f *testing.F) {
	seeds(f, testdata+"/ok/*", testdata+"/fleet-*/*.mobileconfig", testdata+"/scep-*/bad*.mobileconfig", "testdata/*.mobileconfig")
	rules := shipped(f, nil)
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		c := &checker.Checker{Rules: rules, Now: checkertest.Now, Jobs: 1}
		input := checker.Input{Name: "fuzzed", Read: func() ([]byte, error) { return bytes.Clone(text), nil }}
		for r := range c.Run(context.Background(), slices.Values([]checker.Input{input, input})) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
	})
}

// FuzzLoad holds that no text makes loading a policy panic or hang, and that
// every refusal names the file.
func FuzzLoad(f *testing.F) {
	seeds(f, "../../policies/recommended/*/*.rego", "../../policies/fleet/*/*.rego", "starter/policies/acme/*/*.rego")
	f.Add([]byte("package policies.a.b\n\ndeny[msg] { msg := input.scep[_].keysze }"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<13 {
			return
		}
		set, err := policy.Load(context.Background(), policy.Config{Files: []policy.File{{Name: "fuzzed.rego", Path: "fuzzed.rego", Text: text}}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "fuzzed.rego") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		profiles, err := export.Parse("p", []byte(checkertest.Document(checker.ScopeSCEP, "<key>URL</key><string>https://a.b/c</string>")))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = checker.Check(context.Background(), set.Rules(), profiles) // what goes wrong is an error, not a panic
	})
}

// FuzzUnpack holds that no bundle panics, or yields a file out of place.
func FuzzUnpack(f *testing.F) {
	f.Add(bundle(f, map[string]string{"a/b.rego": "package a", "data.json": "{}"}))
	f.Add(bundle(f, map[string]string{"../x.rego": "package a", "/etc/y.rego": "package b"}))
	f.Fuzz(func(t *testing.T, packed []byte) {
		files, err := policy.Unpack("b.tar.gz", packed)
		for _, file := range files {
			if strings.Contains(file.Path, "..") && strings.HasPrefix(filepath.Clean(file.Path), "..") || filepath.IsAbs(file.Path) {
				t.Errorf("%q is out of place", file.Path)
			}
		}
		if err != nil && !strings.HasPrefix(err.Error(), "b.tar.gz") {
			t.Error(err)
		}
	})
}
