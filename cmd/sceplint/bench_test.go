package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

var generateTo = flag.String("generate", "", "write the profiles of the benchmarks to this directory")

const generatedFiles = 1000

// defects are what policies of the pack recommended find in the generated
// profiles: keys of the SCEP payload with other values, or none. One profile in
// ten has one of them.
var defects = []struct{ policy, key, value string }{
	{"challenge-literal", "Challenge", "<string>c8Rk2vTq9wZx4Lm7Hs1NbYf6Jd3GSEED</string>"}, // not the same in two profiles
	{"fingerprint-algorithm", "CAFingerprint", "<data>3q2+796tvu/erb7v3q2+796tvu8=</data>"},
	{"fingerprint-required", "CAFingerprint", ""},
	{"key-all-apps", "AllowAllAppsAccess", "<true/>"},
	{"key-extractable", "KeyIsExtractable", "<true/>"},
	{"keysize-minimum", "Keysize", "<integer>1024</integer>"},
	{"url-https", "URL", "<string>http://ca.corp.example/scep/devices</string>"},
}

// spoil gives a profile one of the defects.
func spoil(text []byte, seed uint64) []byte {
	d := defects[seed/10%uint64(len(defects))]
	key := "<key>" + d.key + "</key>"
	pair := regexp.MustCompile(key + `\s*(<\w+/>|<\w+>[^<]*</\w+>)`)
	with := ""
	if d.value != "" {
		with = key + strings.Replace(d.value, "SEED", strconv.FormatUint(seed, 10), 1)
	}
	return pair.ReplaceAllLiteral(text, []byte(with))
}

// generate writes the profiles that the benchmarks read.
func generate(tb testing.TB, dir string) (files []string, bytes int64) {
	tb.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	for seed := range uint64(generatedFiles) {
		text := profiletest.Generate(seed)
		if seed%10 == 0 {
			text = spoil(text, seed)
		}
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
// that they are what they are meant to be: one in ten or so has a defect that a
// rule finds, one in ten a defect that a policy finds, and there is nothing else.
func TestGenerate(t *testing.T) {
	t.Parallel()
	dir := *generateTo
	if dir == "" {
		dir = t.TempDir()
	}
	generate(t, dir)
	// The fingerprint that is spoilt is that of no certificate in the profile.
	d := checkJSON(t, "--disable", "scep-keysize", "--disable", "scep-fingerprint-mismatch", dir)
	if d.Summary.Files != generatedFiles || d.Summary.SCEP != generatedFiles {
		t.Errorf("%d files with %d SCEP payloads", d.Summary.Files, d.Summary.SCEP)
	}
	n := map[string]int{}
	for _, f := range d.Findings {
		n[f.Rule]++
	}
	for _, d := range defects {
		if want := generatedFiles / 10 / len(defects); n[d.policy] < want || n[d.policy] > want+1 {
			t.Errorf("%d findings of %s, not %d", n[d.policy], d.policy, want)
		}
		delete(n, d.policy)
	}
	if len(n) > 0 {
		t.Errorf("there are other findings: %v", n)
	}
	d = checkJSON(t, "--disable", "*", "--enable", "scep-keysize", dir)
	if n := d.Summary.Errors; n < generatedFiles/20 || n > generatedFiles/5 {
		t.Errorf("%d of %d profiles have the defect", n, generatedFiles)
	}
}

func BenchmarkRunRules(b *testing.B) { benchmarkRun(b, "--no-default-pack") }
func BenchmarkRunCheck(b *testing.B) { benchmarkRun(b) }

// benchmarkRun checks the profiles without starting a process, so that a profile
// of it can be taken.
func benchmarkRun(b *testing.B, flags ...string) {
	dir := filepath.Join(b.TempDir(), "profiles")
	_, size := generate(b, dir)
	args := append([]string{"check", "--fail-on", "never", dir}, flags...)
	b.SetBytes(size)
	for b.Loop() {
		if code := run(b.Context(), args, strings.NewReader(""), io.Discard, io.Discard); code != exitClean {
			b.Fatalf("exit code %d", code)
		}
	}
}
