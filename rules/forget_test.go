package rules

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestForgets holds that nothing refers to the text of a file once it is
// checked, for its memory is used again: what is found is the same if the text
// is overwritten at once.
func TestForgets(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../testdata/*/*", "../testdata/*/*/*"} {
		files = append(files, checkertest.Files(t, pattern)...)
	}
	run := func(free func([]byte)) (found []checker.Result) {
		c := &checker.Checker{Rules: All(), Now: checkertest.Now, Jobs: 2, Targets: checker.Targets{{System: "ios", Version: "15"}, {System: "macos"}}}
		for r := range c.Run(context.Background(), func(yield func(checker.Input) bool) {
			for _, file := range files {
				info, err := os.Stat(file)
				if err != nil || info.IsDir() {
					continue
				}
				if !yield(checker.Input{Name: file, Read: func() ([]byte, error) { return os.ReadFile(file) }, Free: free}) {
					return
				}
			}
		}) {
			found = append(found, *r)
		}
		return found
	}
	freed := make(chan bool, len(files)*3)
	spoil := func(text []byte) {
		for i := range text {
			text[i] = "\x00<key>"[i%6]
		}
		freed <- true
	}
	spoilt := run(spoil)
	want := run(nil)
	if len(freed) < len(files)/2 {
		t.Fatalf("%d of %d files were given back", len(freed), len(files))
	}
	if n := len(slices.Concat(findings(want)...)); n < 500 {
		t.Fatalf("only %d findings", n)
	}
	if diff := cmp.Diff(want, spoilt, cmpopts.IgnoreUnexported(checker.Result{}, checker.Finding{}, checker.RelatedLocation{}, checker.Rule{}, checker.Meta{}), cmpopts.EquateErrors(), cmp.Comparer(func(a, b *checker.Meta) bool { return a.ID == b.ID }), cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error()) })); diff != "" {
		t.Error(diff)
	}
}

func findings(list []checker.Result) (all [][]checker.Finding) {
	for _, r := range list {
		all = append(all, r.Findings)
	}
	return all
}
