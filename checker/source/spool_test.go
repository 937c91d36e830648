package source

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestSpool holds that a stream larger than what is kept in memory is read a
// second time as it was, and that no file is left.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := &spool{}
	at := map[int64][]byte{}
	for i := range 300 {
		text := bytes.Repeat([]byte(strconv.Itoa(i)), 10_000)
		n, err := s.put(text)
		if err != nil {
			t.Fatal(err)
		}
		at[n] = text
	}
	for n, want := range at {
		if got, err := s.get(n, len(want)); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("at %d: %v", n, err)
		}
	}
	s.close()
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
