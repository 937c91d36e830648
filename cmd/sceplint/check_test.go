package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// sceplint runs the command inside the test and gives what it prints.
func sceplint(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(""), &out, &errOut)
	return code, out.String(), errOut.String()
}

type document struct {
	Version int
	Tool    struct{ Name, Version string }
	Summary struct{ Files, Profiles, Payloads, SCEP, Errors, Warnings, Infos, Suppressed, Fixable, Skipped, Excluded int }

	Findings []struct {
		Rule, Severity, Message, File, Help, Fingerprint string

		Profile struct{ Identifier, UUID string }
		Payload *struct {
			Index                  int
			Type, Identifier, UUID string
		}
		Path       []any
		Start, End *struct{ Line, Column, Offset int }
		Related    []struct {
			File, Message string
			Start         *struct{ Line, Column, Offset int }
		}
		Fix *struct {
			Message string
			Safe    bool
			Edits   []struct {
				Start, End int
				Text       string
			}
		}
	}
	Skipped []struct{ File, Reason string }
	Errors  []struct{ File, Message string }
}

func checkJSON(t *testing.T, args ...string) document {
	t.Helper()
	_, out, errOut := sceplint(t, append([]string{"check", "--format", "json"}, args...)...)
	var d document
	decoder := json.NewDecoder(strings.NewReader(out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, errOut)
	}
	return d
}

// TestJobs holds that the bytes of a report do not depend on the workers.
func TestJobs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for seed := range uint64(30) {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.mobileconfig", seed)), profiletest.Generate(seed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	formats := []string{"json"}
	paths := []string{dir}
	if *hostileAll {
		formats, paths = append(formats, "text"), append(paths, "../../testdata")
	} else {
		for _, name := range []string{"challenge-shared", "fleet-variable-duplicate", "strict-keysize", "fileset-*", "reference-*", "exports"} {
			found, err := filepath.Glob("../../testdata/" + name)
			must(t, err)
			paths = append(paths, found...)
		}
	}
	for _, format := range formats {
		flags := []string{"check", "--format", format, "--now", "2026-06-01T12:00:00Z"}
		for _, pack := range policy.PackNames() {
			flags = append(flags, "--pack", pack)
		}
		_, one, says := sceplint(t, append(append(flags, "--jobs", "1"), paths...)...)
		_, eight, same := sceplint(t, append(append(flags, "--jobs", "8"), paths...)...)
		if one != eight || says != same || one == "" {
			t.Errorf("%s: the report of 8 workers differs from that of one:\n%s%s", format, cmp.Diff(one, eight), cmp.Diff(says, same))
		}
		for _, id := range []string{"challenge-shared", "fileset-uuid-duplicate", "fleet-variable-duplicate", "strict-keysize"} {
			if !strings.Contains(one, id) {
				t.Errorf("%s: nothing is found by %s", format, id)
			}
		}
	}
}

// TestForms holds that a profile draws the same findings however it is written
// down: signed once or twice, DER or BER, PEM, binary. The forms are made by
// testdata/forms/make.
func TestForms(t *testing.T) {
	const dir = "../../testdata/forms/"
	type key struct{ rule, severity, message, path string }
	findings := func(file string) (found map[key]string) {
		found = map[key]string{}
		for _, f := range checkJSON(t, dir+file).Findings {
			place := "none"
			if f.Start != nil {
				place = fmt.Sprint(*f.Start, *f.End)
			}
			found[key{f.Rule, f.Severity, f.Message, fmt.Sprint(f.Path)}] = place
			if f.Fix != nil && file != "plain.mobileconfig" {
				t.Errorf("%s: a fix is offered for %s", file, f.Rule)
			}
		}
		return found
	}
	want := findings("plain.mobileconfig")
	if len(want) < 6 {
		t.Fatalf("only %d findings", len(want))
	}
	for _, file := range []string{"der", "ber", "pem", "twice"} {
		if diff := cmp.Diff(want, findings(file+".mobileconfig")); diff != "" {
			t.Errorf("%s: plain (-) and %s (+) differ:\n%s", file, file, diff)
		}
	}
	for k := range want {
		want[k] = "none"
	}
	for _, file := range []string{"binary", "signed-binary"} {
		if diff := cmp.Diff(want, findings(file+".mobileconfig")); diff != "" {
			t.Errorf("%s: plain (-) and %s (+) differ:\n%s", file, file, diff)
		}
	}
	for file, why := range map[string]string{"der": "it is signed", "twice": "it is signed", "binary": "it is a binary property list"} {
		path := dir + file + ".mobileconfig"
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, _, stderr := sceplint(t, "check", "--fix", path)
		if !strings.Contains(stderr, file+".mobileconfig: not fixed: "+why) {
			t.Errorf("%s: it is not said why nothing was fixed: %s", file, stderr)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed", file)
		}
	}
}

// TestUnreadable checks a file without read permission. Permissions do not
// bind root, so root runs the command as another user.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // has no such permission
	}
	dir, err := os.MkdirTemp("", "sceplint")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary := built(t, ".")
	file := filepath.Join(dir, "secret.mobileconfig")
	if err := os.WriteFile(file, profiletest.Generate(1), 0o000); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "check", file)
	asNobody(cmd)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != exitFailed {
		t.Errorf("exit: %v", err)
	}
	if want := "secret.mobileconfig: permission denied"; !strings.Contains(string(out), want) {
		t.Errorf("%q is not in:\n%s", want, out)
	}
}

// TestCorpus checks the public profiles that may lie beside the checkout.
func TestCorpus(t *testing.T) {
	plain, _ := filepath.Glob("../../../shared/corpus/plain/*")
	if len(plain) > 0 {
		for _, f := range checkJSON(t, plain...).Findings {
			if f.Severity == "error" {
				t.Errorf("%s:%d: %s [%s]", f.File, f.Start.Line, f.Message, f.Rule)
			}
		}
	}
	scep, _ := filepath.Glob("../../../shared/corpus/scep/*")
	if len(scep) > 0 {
		d := checkJSON(t, scep...)
		if len(d.Errors) > 0 || d.Summary.SCEP == 0 {
			t.Errorf("errors %v, %d SCEP payloads", d.Errors, d.Summary.SCEP)
		}
	}
}
