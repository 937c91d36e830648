package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

// TestAuditForms audits the same profiles as files, as an archive and as a
// stream, in one run and in seven parts.
func TestAuditForms(t *testing.T) {
	const n = 300
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("fleet", 0o755); err != nil {
		t.Fatal(err)
	}
	var archive, stream bytes.Buffer
	tape := tar.NewWriter(&archive)
	lines := json.NewEncoder(&stream)
	for i := range n {
		text := profiletest.Generate(uint64(i))
		name := fmt.Sprintf("fleet/%03d.mobileconfig", i)
		err := errors.Join(
			os.WriteFile(name, text, 0o644),
			tape.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}),
			lines.Encode(map[string]string{"name": name, "device": fmt.Sprintf("mac-%d", i/3), "profile": string(text)}))
		if _, err2 := tape.Write(text); err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
	}
	if err := errors.Join(tape.Close(), os.WriteFile("fleet.tar", archive.Bytes(), 0o644), os.WriteFile("fleet.jsonl", stream.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	audit := func(args ...string) string {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append([]string{"audit", "--fail-on", "never"}, args...), nil, &stdout, &stderr); code != exitClean {
			t.Fatalf("%q: exit code %d: %s", args, code, &stderr)
		}
		return stdout.String()
	}
	type sum struct {
		Summary        map[string]int
		Configurations []map[string]any
		Rules          []map[string]any
	}
	read := func(text string) (s sum) {
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		delete(s.Summary, "devices")
		for _, row := range append(s.Configurations, s.Rules...) {
			delete(row, "devices")
			delete(row, "example")
		}
		return s
	}
	want := read(audit("--format", "json", "fleet"))
	if want.Summary["profiles"] != n || len(want.Configurations) < 5 || len(want.Rules) == 0 {
		t.Fatalf("the audit says little: %v", want.Summary)
	}
	for _, form := range []string{"fleet.tar", "fleet.jsonl"} {
		whole := audit("--format", "json", form)
		if diff := cmp.Diff(want, read(whole)); diff != "" {
			t.Errorf("%s: %s", form, diff)
		}
		var parts []string
		for i := range 7 {
			part := fmt.Sprintf("part-%d.json", i)
			audit("--shard", fmt.Sprintf("%d/7", i), "--format", "json="+part, form)
			parts = append(parts, part)
		}
		if diff := cmp.Diff(whole, audit(append([]string{"merge", "--format", "json"}, parts...)...)); diff != "" {
			t.Errorf("%s in seven parts: %s", form, diff)
		}
	}
	if devices := audit("--by", "device", "--format", "csv", "fleet.jsonl"); strings.Count(devices, "\n") != 1+n/3 {
		t.Errorf("not %d devices: %s", n/3, devices)
	}
}
