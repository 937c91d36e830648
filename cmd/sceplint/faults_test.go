//go:build linux && !race

package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// The faults of a file system and of those who use it at the same time. All
// these tests run the command as it is built for users.

// faulty is a directory in which something goes wrong.
type faulty struct {
	*testing.T
	dir, command string
}

// A key that --fix mends, and what it then is.
const misspelt, rightly = "<key>KeyUsage</key>", "<key>Key Usage</key>"

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	command := built(t, ".")
	// t.TempDir() is closed to others than the one who runs the test.
	dir, err := os.MkdirTemp("", "sceplint-fault-*")
	if err == nil {
		err = os.Chmod(dir, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return &faulty{t, dir, command}
}

func (f *faulty) path(name string) string { return filepath.Join(f.dir, name) }

// write makes a file that anybody may write.
func (f *faulty) write(name, text string) string {
	f.Helper()
	path := f.path(name)
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666), os.Chmod(path, 0o666))
	if err != nil {
		f.Fatal(err)
	}
	return path
}

func (f *faulty) read(name string) string {
	f.Helper()
	text, err := os.ReadFile(f.path(name))
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

// profile is a profile that --fix changes.
func (f *faulty) profile() string {
	text := string(profiletest.Generate(7))
	if !strings.Contains(text, rightly) {
		f.Fatal("the profile has no Key Usage to be misspelt")
	}
	return strings.ReplaceAll(text, rightly, misspelt)
}

// outcome is how a command ended.
type outcome struct {
	code           int
	signal         syscall.Signal // that killed it, or -1
	stdout, stderr string
}

func outcomeOf(cmd *exec.Cmd, stdout, stderr string) outcome {
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	o := outcome{cmd.ProcessState.ExitCode(), -1, stdout, stderr}
	if status.Signaled() {
		o.signal = status.Signal()
	}
	return o
}

// run runs the command in the directory and holds that it ends, and without a stack.
func (f *faulty) run(change func(*exec.Cmd), args ...string) outcome {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, f.command, args...)
	cmd.Dir = f.dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if change != nil {
		change(cmd)
	}
	_ = cmd.Run() // how it ends is looked at below
	if ctx.Err() != nil || cmd.ProcessState == nil {
		f.Fatalf("%v does not end, or did not start: %v", args, ctx.Err())
	}
	o := outcomeOf(cmd, stdout.String(), stderr.String())
	if strings.Contains(o.stderr, "goroutine ") {
		f.Fatalf("%v: a stack:\n%.2000s", args, o.stderr)
	}
	return o
}

// ends holds exit code and what is said on standard error.
func (f *faulty) ends(o outcome, code int, says string) {
	f.Helper()
	if o.code != code || o.signal != -1 || !strings.Contains(o.stderr, says) {
		f.Errorf("exit code %d, signal %d, not %d; or %q is not in:\n%.2000s\n%.500s", o.code, o.signal, code, says, o.stderr, o.stdout)
	}
}

// clean holds that nothing was left behind.
func (f *faulty) clean() {
	f.Helper()
	err := filepath.WalkDir(f.dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(filepath.Base(path), ".") {
			f.Errorf("%s was left behind", path)
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
}

// plainCheck are the flags of most runs here.
var plainCheck = []string{"check", "--no-default-pack", "--quiet"}

func with(flags []string, more ...string) []string {
	return append(append([]string(nil), flags...), more...)
}

// within waits until something is so.
func (f *faulty) within(what string, is func() bool) {
	f.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			f.Fatalf("after a minute %s", what)
		}
	}
}

// opened opens a pipe for writing as soon as the command reads from it.
func (f *faulty) opened(path string) *os.File {
	f.Helper()
	var fd int
	f.within("the command has not opened "+path, func() bool {
		var err error
		fd, err = syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
		return err == nil
	})
	return os.NewFile(uintptr(fd), path)
}
