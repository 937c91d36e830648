package rules

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestReuse holds that a profile draws the same findings whichever came before it
// and left it its memory.
func TestReuse(t *testing.T) {
	alone := slices.DeleteFunc(All(), func(r checker.Rule) bool { return r.CheckFileSet != nil })
	c := &checker.Checker{Rules: alone, Now: checkertest.Now, Jobs: 1}
	var inputs []checker.Input
	for _, pattern := range []string{"*/*.mobileconfig", "*/*.json", "*/*.xml", "*/*.plist"} {
		files, err := filepath.Glob("../testdata/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			inputs = append(inputs, checker.Input{Name: file, Read: func() ([]byte, error) { return os.ReadFile(file) }, Free: func(text []byte) {
				for i := range text {
					text[i] = 'x'
				}
			}})
		}
	}
	if len(inputs) < 500 {
		t.Fatalf("%d files", len(inputs))
	}
	want := map[string][]checker.Finding{}
	random := rand.New(rand.NewPCG(1, 2))
	for turn := range 4 {
		for r := range c.Run(context.Background(), slices.Values(inputs)) {
			for i := range r.Findings {
				r.Findings[i].Rule = nil // whose examples are functions of no interest
			}
			if turn == 0 {
				want[r.File] = r.Findings
			} else if diff := cmp.Diff(want[r.File], r.Findings, cmp.AllowUnexported(checker.Finding{})); diff != "" {
				t.Fatalf("%s:\n%s", r.File, diff)
			}
		}
		random.Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
	}
}
