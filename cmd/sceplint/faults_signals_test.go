//go:build linux && !race

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/report"
)

// TestFaultsReaders has nobody read what is printed.
func TestFaultsReaders(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	text := f.profile()
	fixed := strings.ReplaceAll(text, misspelt, rightly)
	for i := range 100 {
		f.write(fmt.Sprintf("p%03d.mobileconfig", i), text)
	}
	for _, name := range report.FormatNames() {
		o := f.run(closedPipe(t), with(plainCheck, "--format", name, ".")...)
		if o.signal != syscall.SIGPIPE || o.stderr != "" {
			t.Errorf("%s: exit code %d, signal %d:\n%.500s", name, o.code, o.signal, o.stderr)
		}
	}
	o := f.run(closedPipe(t), with(plainCheck, "--fix", ".")...)
	if o.signal != syscall.SIGPIPE {
		t.Errorf("exit code %d, signal %d", o.code, o.signal)
	}
	f.whole(text, fixed)
	// What is closed from the start is like /dev/null.
	for _, close := range []string{">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"} {
		o := f.run(func(cmd *exec.Cmd) {
			cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `exec "$0" "$@" ` + close}, cmd.Args...)
		}, with(plainCheck, ".")...)
		if o.signal != -1 || o.code != exitFindings && o.code != exitClean {
			t.Errorf("%s: exit code %d, signal %d", close, o.code, o.signal)
		}
	}
	f.clean()
}

// closedPipe gives a command a standard output that nobody reads.
func closedPipe(t *testing.T) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		cmd.Stdout = w
		t.Cleanup(func() { w.Close() })
	}
}

// whole holds that each profile is as it was, or as it is to be, and counts the latter.
func (f *faulty) whole(before, after string) (changed int) {
	f.Helper()
	files, err := filepath.Glob(f.path("p*.mobileconfig"))
	if err != nil || len(files) == 0 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		switch f.read(filepath.Base(file)) {
		case before:
		case after:
			changed++
		default:
			f.Errorf("%s is neither old nor new", file)
		}
	}
	return changed
}

// interrupt runs the command, sends it a signal once something is so, and waits.
func (f *faulty) interrupt(s syscall.Signal, is func() bool, args ...string) outcome {
	f.Helper()
	cmd := exec.Command(f.command, args...)
	cmd.Dir = f.dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		f.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	f.within("the moment to interrupt has not come", is)
	_ = cmd.Process.Signal(s) // it may have ended
	select {
	case <-ended: // how is looked at by who calls
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		f.Fatalf("signal %d does not end it", s)
	}
	return outcomeOf(cmd, stdout.String(), stderr.String())
}

// TestFaultsInterruptedFix stops --fix when some files are fixed and others are not.
func TestFaultsInterruptedFix(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		f := newFaulty(t)
		text := f.profile()
		fixed := strings.ReplaceAll(text, misspelt, rightly)
		const files = 400
		for i := range files {
			f.write(fmt.Sprintf("p%04d.mobileconfig", i), text)
		}
		o := f.interrupt(s, func() bool { return f.read("p0002.mobileconfig") == fixed }, with(plainCheck, "--format", "json=report.json", "--format", "html=report.html", "--fix", ".")...)
		changed := f.whole(text, fixed)
		if changed < 3 || changed == files {
			t.Errorf("signal %d: %d of %d files were changed", s, changed, files)
		}
		f.ends(o, exitFailed, "interrupted: some files were not checked")
		for _, report := range []string{"report.json", "report.html"} {
			if _, err := os.Stat(f.path(report)); err == nil {
				t.Errorf("signal %d: %s tells of a part", s, report)
			}
		}
		f.clean()
		// The rest is done by another run, and what is done is left alone.
		f.ends(f.run(nil, with(plainCheck, "--fail-on", "never", "--fix", ".")...), exitClean, "")
		if again := f.whole(text, fixed); again != files {
			t.Errorf("signal %d: %d of %d files were changed in the end", s, again, files)
		}
	}
}

// TestFaultsInterruptedAudit stops audits somewhere, and goes on: the sums are
// those of an audit that nobody stopped.
func TestFaultsInterruptedAudit(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	for i := range 1500 {
		f.write(fmt.Sprintf("p%04d.mobileconfig", i), string(profiletest.Generate(uint64(i%50))))
	}
	audit := []string{"audit", "--no-default-pack", "--quiet", "--fail-on", "never", "--now", "2030-01-01T00:00:00Z", "--format", "json"}
	want := f.run(nil, with(audit, ".")...)
	f.ends(want, exitClean, "")
	stopped := 0
	for i := range 60 {
		start := time.Now()
		after := time.Duration(30+7*i) * time.Millisecond
		o := f.interrupt([]syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}[i%3], func() bool { return time.Since(start) > after }, with(audit, "--since", "state", ".")...)
		if o.signal != -1 { // before it was ready
			continue
		}
		text, err := os.ReadFile(f.path("state"))
		if err != nil || !json.Valid(text) {
			if o.code != exitFailed || err == nil || !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("exit code %d; the state is %.100q: %v", o.code, text, err)
			}
			continue
		}
		if o.code == exitClean { // it was through
			if o.stdout != want.stdout {
				t.Errorf("the sums of an audit that was stopped %d times are others", stopped)
			}
			break
		}
		f.ends(o, exitFailed, "interrupted")
		stopped++
	}
	o := f.run(nil, with(audit, "--since", "state", ".")...)
	f.ends(o, exitClean, "")
	if o.stdout != want.stdout {
		t.Errorf("the sums of an audit that was stopped %d times are others", stopped)
	}
	if stopped == 0 {
		t.Error("no audit was stopped in the middle")
	}
	f.clean()
}

// TestFaultsInterruptedTwice sends a second signal to a command that waits for a
// pipe and so cannot end by itself.
func TestFaultsInterruptedTwice(t *testing.T) {
	f := newFaulty(t)
	pipe := f.path("p.mobileconfig")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	f.write("report", "old\n")
	cmd := exec.Command(f.command, with(plainCheck, "--format", "sarif=report", "p.mobileconfig")...)
	cmd.Dir = f.dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := f.opened(pipe)
	defer in.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for deadline := time.After(time.Minute); ; {
		_ = cmd.Process.Signal(syscall.SIGINT) // until it has ended
		select {
		case <-ended:
			if o := outcomeOf(cmd, "", ""); o.signal != syscall.SIGINT {
				t.Errorf("exit code %d, signal %d", o.code, o.signal)
			}
			if f.read("report") != "old\n" {
				t.Error("the old report is gone")
			}
			f.clean()
			return
		case <-deadline:
			t.Fatal("it does not end")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
