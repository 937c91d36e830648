package terminal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	var terminal strings.Builder
	p := newProgress(&terminal)
	p.start(4)
	out := &progressWriter{p, &terminal}
	for i := range 6 { // more than were counted: files may come meanwhile
		p.Step()
		fmt.Fprintf(out, "finding %d\n", i)
	}
	fmt.Fprint(out, "half a ")
	before := terminal.Len()
	p.Step()
	if terminal.Len() != before {
		t.Error("the bar cuts a line in two")
	}
	fmt.Fprint(out, "line\n")
	p.End()
	p.Step()
	shown := terminal.String()
	for i := range 6 {
		if !strings.Contains(shown, fmt.Sprintf("finding %d\n", i)) {
			t.Errorf("finding %d is lost", i)
		}
	}
	if !strings.Contains(shown, "half a line\n") || !strings.Contains(shown, "checking") || !strings.Contains(shown, "/4") {
		t.Errorf("not shown: %q", shown)
	}
	if !strings.HasSuffix(strings.TrimRight(shown, "\r"), "\x1b[2K") && !strings.HasSuffix(shown, "line\n") {
		t.Errorf("the bar is left standing: %q", shown)
	}
}

// TestNoProgress holds that only a terminal shows progress.
func TestNoProgress(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if p := ShowProgress(file, nil); p != nil {
		t.Error("a file is not a terminal")
	}
	var none *Progress
	none.Step()
	none.End()
	if none.Writer(file) != file {
		t.Error("there is nothing to make room for")
	}
}
