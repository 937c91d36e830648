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
	"slices"
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
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, noise(32), 0o600); err != nil {
		t.Fatal(err)
	}
	audit := func(ctx context.Context, in io.Reader, more ...string) (code int, out, said string) {
		var stdout, stderr bytes.Buffer
		args := append([]string{"audit", "--no-default-pack", "--fail-on", "never", "--format", "json", "--mark-key", key}, more...)
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
	if code != exitFailed || !strings.Contains(said, "rerun the same command to resume") || out != "" {
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

// TestAuditMarks holds what is written of challenges: nothing that they could be found with, nor that tells of two runs
// whether they had the same, unless both have a key that was given.
func TestAuditMarks(t *testing.T) {
	t.Chdir(t.TempDir())
	for i := range 4 {
		text := strings.Replace(scepOf("<key>Challenge</key><string>482039</string>"), "<dict>", "<dict><key>PayloadIdentifier</key><string>a.b</string>", 1)
		if err := os.WriteFile(fmt.Sprintf("%d.mobileconfig", i), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile("key", noise(32), 0o600), os.WriteFile("other", noise(64), 0o600), os.WriteFile("short", []byte("0123456789\n\n\n\n\n\n\n"), 0o600), os.Mkdir("repository", 0o755),
		os.WriteFile("repository/a.mobileconfig", []byte(scepOf("<key>Challenge</key><string>482039</string>")), 0o644)); err != nil {
		t.Fatal(err)
	}
	audit := func(args ...string) (code int, out, said string) {
		var stdout, stderr bytes.Buffer
		code = run(t.Context(), append([]string{"audit"}, append(args, "--fail-on", "never")...), nil, &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
	type state struct {
		Progress   struct{ Run string }
		Challenges []struct{ Mark string }
		AcrossRuns bool `json:"challenges_across_runs"`
	}
	part := func(i int, args ...string) (s state) {
		code, out, said := audit(append(args, "--shard", fmt.Sprintf("%d/2", i), "--against", "repository", "0.mobileconfig", "1.mobileconfig", "2.mobileconfig", "3.mobileconfig")...)
		var d struct{ State state }
		if err := json.Unmarshal([]byte(out), &d); err != nil || code != exitClean || len(d.State.Challenges) != 1 {
			t.Fatalf("%v: exit code %d: %s%s", err, code, out, said)
		}
		if err := os.WriteFile(fmt.Sprintf("part-%d.json", i), []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		if given := slices.Contains(args, "--mark-key"); given != d.State.AcrossRuns || given == strings.Contains(said, "cannot be compared") {
			t.Errorf("%q: comparable across runs: %v\n%s", args, d.State.AcrossRuns, said)
		}
		return d.State
	}
	merged := func() string {
		code, out, said := audit("merge", "--format", "text", "part-1.json", "part-2.json")
		if code != exitClean {
			t.Fatal(said)
		}
		return strings.Join(strings.Fields(out), " ") // lines are wrapped
	}
	a, b := part(1), part(2)
	if a.Challenges[0].Mark == b.Challenges[0].Mark || a.Challenges[0].Mark == part(1).Challenges[0].Mark {
		t.Error("two runs without a key give the same mark")
	}
	part(1)
	if out := merged(); !strings.Contains(out, "hard-coded, one in at least 2 profiles") || !strings.Contains(out, "hashed with different keys") {
		t.Errorf("what was not compared is not told:\n%s", out)
	}
	c, d := part(1, "--mark-key", "key"), part(2, "--mark-key", "key")
	if c.Challenges[0].Mark != d.Challenges[0].Mark || c.Challenges[0].Mark != part(1, "--mark-key", "key").Challenges[0].Mark {
		t.Error("two runs with the same key give different marks")
	}
	if out := merged(); !strings.Contains(out, "hard-coded, one in 4 profiles") || strings.Contains(out, "different keys") {
		t.Errorf("what was compared is not told:\n%s", out)
	}
	if x := part(2, "--mark-key", "other"); x.Challenges[0].Mark == c.Challenges[0].Mark {
		t.Error("two keys give the same mark")
	}
	if code, _, said := audit("--mark-key", "short", "."); code != exitFailed || !strings.Contains(said, "key of 10 bytes is too short; use at least 16") {
		t.Errorf("a short key is taken: %s", said)
	}
	// The digest of the run, which is written too, has nothing of the secrets of the repository, unless there is a key.
	if err := os.WriteFile("repository/a.mobileconfig", []byte(scepOf("<key>Challenge</key><string>482040</string>")), 0o644); err != nil {
		t.Fatal(err)
	}
	if x := part(1); x.Progress.Run != a.Progress.Run {
		t.Error("without a key, a digest of the challenges of the repository is written")
	}
	if x := part(1, "--mark-key", "key"); x.Progress.Run == c.Progress.Run {
		t.Error("with a key, another repository is taken for the same")
	}
}

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
	if err := os.WriteFile("key", noise(32), 0o600); err != nil {
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
			audit("--shard", fmt.Sprintf("%d/7", i), "--format", "json="+part, "--mark-key", "key", form)
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
