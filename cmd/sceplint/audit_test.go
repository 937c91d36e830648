package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// TestAuditStopped stops an audit in its midst, while it reads standard input,
// and holds that it goes on to the same end.
func TestAuditStopped(t *testing.T) {
	dir, state := t.TempDir(), filepath.Join(t.TempDir(), "state")
	for _, half := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(dir, half), 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range 200 {
			name := filepath.Join(dir, half, fmt.Sprintf("%03d.mobileconfig", i))
			if err := os.WriteFile(name, profiletest.Generate(uint64(i)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	audit := func(ctx context.Context, in io.Reader, more ...string) (code int, out, said string) {
		var stdout, stderr bytes.Buffer
		args := append([]string{"audit", "--no-baseline", "--fail-on", "never", "--format", "json"}, more...)
		code = run(ctx, append(args, filepath.Join(dir, "a"), "-", filepath.Join(dir, "b")), in, &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
	text := profiletest.Generate(7777)
	code, whole, said := audit(t.Context(), bytes.NewReader(text))
	if code != exitClean {
		t.Fatal(code, said)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stdin := bytes.NewReader(text)
	code, out, said := audit(ctx, reader(func(b []byte) (int, error) { cancel(); return stdin.Read(b) }), "--since", state)
	if code != exitFailed || !strings.Contains(said, "the same command goes on from there") || out != "" {
		t.Fatalf("exit code %d: %s%s", code, said, out)
	}
	var sum struct{ Progress struct{ Inputs int } }
	if kept, err := os.ReadFile(state); err != nil || json.Unmarshal(kept, &sum) != nil || sum.Progress.Inputs == 0 || sum.Progress.Inputs > 300 {
		t.Fatalf("kept %d inputs: %v", sum.Progress.Inputs, err)
	}
	code, out, said = audit(t.Context(), bytes.NewReader(text), "--since", state)
	if code != exitClean {
		t.Fatal(code, said)
	}
	if diff := cmp.Diff(whole, out); diff != "" {
		t.Errorf("what was stopped comes to another end: %s", diff)
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(b []byte) (int, error) { return r(b) }
