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
// fail, every place lies inside of the document, findings come in their order and
// are the same the next time, and no fix may break what could be read, or leave
// something to fix.
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
	check := func(t *testing.T, text []byte, fix checker.FixMode) *checker.Result {
		c := &checker.Checker{Rules: All(), Now: checkertest.Now, Jobs: 1, Fix: fix, Targets: targets, Verify: &checker.Verify{Roots: x509.NewCertPool()}}
		input := checker.Input{Name: "fuzz", Read: func() ([]byte, error) { return slices.Clone(text), nil }}
		var result *checker.Result
		for r := range c.Run(context.Background(), slices.Values([]checker.Input{input})) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			if result == nil { // the next are of what its profiles have in common
				result = r
			}
		}
		return result
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		found, again := check(t, text, checker.FixNone), check(t, text, checker.FixNone)
		if !slices.EqualFunc(found.Findings, again.Findings, same) {
			t.Fatalf("the same document has other findings the next time:\n%v\n%v", found.Findings, again.Findings)
		}
		last := 0
		for i, x := range found.Findings {
			if s := x.Span; s.Valid() && (s.Start > s.End || x.Placed && (x.Start.Offset > x.End.Offset || x.Start.Line > x.End.Line)) {
				t.Fatalf("%s is at %v, %v to %v", x.Rule.ID, s, x.Start, x.End)
			}
			if l := x.Line; l.Start < 0 || l.Start > l.End || l.End > len(l.Text) {
				t.Fatalf("%s is at %d to %d of a line of %d bytes", x.Rule.ID, l.Start, l.End, len(l.Text))
			}
			if i > 0 && found.Findings[i-1].Ordinal == x.Ordinal && x.Span.Start < last {
				t.Fatalf("%s at %d comes behind %d", x.Rule.ID, x.Span.Start, last)
			}
			last = x.Span.Start
			if x.Fix == nil {
				continue
			}
			for _, e := range x.Fix.Edits {
				if e.Start < 0 || e.Start > e.End || e.End > len(text) {
					t.Fatalf("the fix of %s edits %d to %d of %d bytes", x.Rule.ID, e.Start, e.End, len(text))
				}
			}
		}
		if fixed := check(t, text, checker.FixAll); fixed.After != nil {
			if twice := check(t, fixed.After, checker.FixAll); twice.After != nil {
				t.Fatalf("what was fixed is fixed again:\n%s\n%s\n%s", text, fixed.After, twice.After)
			}
		}
	})
}

func same(a, b checker.Finding) bool {
	return a.Rule.ID == b.Rule.ID && a.Severity == b.Severity && a.Message == b.Message && a.Span == b.Span && a.Fingerprint == b.Fingerprint
}
