//go:build linux && !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// The faults of a file system and of those who use it at the same time. All
// these tests run the command as it is built for users.

// faultCommand is built once for all of them, where others may run it too.
var faultCommand = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sceplint-faults-*")
	if err != nil {
		return "", err
	}
	command := filepath.Join(dir, "sceplint")
	if out, err := exec.Command("go", "build", "-o", command, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return command, os.Chmod(dir, 0o755)
})

// faulty is a directory in which something goes wrong.
type faulty struct {
	*testing.T
	dir, command string
}

// A key that --fix mends, and what it then is.
const misspelt, rightly = "<key>KeyUsage</key>", "<key>Key Usage</key>"

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	command, err := faultCommand()
	if err != nil {
		t.Fatal(err)
	}
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
	ctx, cancel := context.WithTimeout(f.Context(), time.Minute)
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
var plainCheck = []string{"check", "--no-baseline", "--quiet"}

func with(flags []string, more ...string) []string {
	return append(append([]string(nil), flags...), more...)
}

// within waits until something is so.
func (f *faulty) within(what string, is func() bool) {
	f.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			f.Fatalf("after half a minute %s", what)
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

// TestFaultsVanishing takes files away, and puts others in their place, while
// the command waits for a pipe.
func TestFaultsVanishing(t *testing.T) {
	f := newFaulty(t)
	pipe := f.path("a.mobileconfig")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	f.write("gone.mobileconfig", f.profile())
	f.write("short.mobileconfig", f.profile())
	f.write("long.mobileconfig", f.profile())
	cmd := exec.Command(f.command, with(plainCheck, "--jobs", "1", "a.mobileconfig", "gone.mobileconfig", "short.mobileconfig", "long.mobileconfig")...)
	cmd.Dir = f.dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := f.opened(pipe)
	err := errors.Join(os.Remove(f.path("gone.mobileconfig")), os.Truncate(f.path("short.mobileconfig"), 200),
		os.WriteFile(f.path("long.mobileconfig"), []byte(f.profile()+strings.Repeat("\n", 1<<20)), 0o666))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.WriteString(f.profile()); err != nil {
		t.Fatal(err)
	}
	in.Close()
	_ = cmd.Wait() // how it ends is looked at below
	o := outcomeOf(cmd, stdout.String(), stderr.String())
	f.ends(o, exitFailed, "gone.mobileconfig: no such file or directory")
	for _, want := range []string{"a.mobileconfig:", "long.mobileconfig:", "short.mobileconfig:"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("nothing is said of %s\n%.1000s", want, o.stdout)
		}
	}
}

// TestFaultsChanging has files written, cut and replaced all the time while they
// are checked and fixed: whatever is seen, it is a finding or an error.
func TestFaultsChanging(t *testing.T) {
	f := newFaulty(t)
	text := f.profile()
	path := f.write("p.mobileconfig", text)
	stop := make(chan bool)
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			switch i % 4 {
			case 0:
				_ = os.Truncate(path, int64(i%len(text)))
			case 1:
				_ = os.Remove(path)
			case 2:
				_ = os.WriteFile(path, []byte(text+strings.Repeat(" ", i%5000)), 0o666)
			case 3:
				if os.WriteFile(path+".new", []byte(text), 0o666) == nil {
					_ = os.Rename(path+".new", path)
				}
			}
		}
	})
	for i := range 60 {
		flags := plainCheck
		if i%2 == 0 {
			flags = with(flags, "--fix")
		}
		if o := f.run(nil, with(flags, "p.mobileconfig")...); o.code < 0 || o.code > exitFailed {
			t.Errorf("exit code %d, signal %d\n%.1000s", o.code, o.signal, o.stderr)
		}
	}
	close(stop)
	writer.Wait()
	f.clean()
}

// TestFaultsPlaces looks at what is no file, at links that lead nowhere, and at
// what may not be read. Permissions do not bind root, so that root has another
// user run the command.
func TestFaultsPlaces(t *testing.T) {
	f := newFaulty(t)
	f.write("good/p.mobileconfig", string(profiletest.Generate(1)))
	for _, err := range []error{
		os.MkdirAll(f.path("special"), 0o777), syscall.Mkfifo(f.path("special/pipe.mobileconfig"), 0o666), os.Symlink("/dev/zero", f.path("special/zero.mobileconfig")),
		os.Symlink("..", f.path("special/up")), os.Symlink("../good", f.path("special/good.mobileconfig")),
		os.Symlink("two.mobileconfig", f.path("one.mobileconfig")), os.Symlink("one.mobileconfig", f.path("two.mobileconfig")), os.Symlink("nowhere", f.path("none.mobileconfig")),
		os.MkdirAll(f.path("loop"), 0o777), os.Symlink("../one.mobileconfig", f.path("loop/p.mobileconfig")),
		os.MkdirAll(f.path("closed/in"), 0o777),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f.write("closed/in/p.mobileconfig", f.profile())
	f.write("closed/q.mobileconfig", string(profiletest.Generate(1)))
	f.write("secret.mobileconfig", f.profile())
	if err := errors.Join(os.Chmod(f.path("closed/in"), 0), os.Chmod(f.path("secret.mobileconfig"), 0)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(f.path("closed/in"), 0o777) })
	long := strings.Repeat("n", 300) + ".mobileconfig"
	for _, c := range []struct {
		path string
		code int
		says string
	}{
		{"special", exitFailed, "nothing to check"},
		{"good", exitClean, ""},
		{"one.mobileconfig", exitFailed, "one.mobileconfig: too many levels of symbolic links"},
		{"none.mobileconfig", exitFailed, "none.mobileconfig: no such file or directory"},
		{"loop", exitFailed, "loop/p.mobileconfig: too many levels of symbolic links"},
		{long, exitFailed, long + ": file name too long"},
		{strings.Repeat("d/", 3000) + "p.mobileconfig", exitFailed, ": file name too long"},
		{"good/p.mobileconfig/x.mobileconfig", exitFailed, "x.mobileconfig: not a directory"},
		{"secret.mobileconfig", exitFailed, "secret.mobileconfig: no permission to read it"},
		{"closed", exitFailed, "closed/in: no permission to read it"},
	} {
		f.ends(f.run(asNobody, with(plainCheck, "--fail-on", "never", c.path)...), c.code, c.says)
	}
	if o := f.run(asNobody, with(plainCheck, "--format", "json", "--fail-on", "never", "closed")...); !strings.Contains(o.stdout, `"files": 1`) {
		t.Errorf("what can be read is not checked:\n%s", o.stdout)
	}
	if _, err := readFile(f.path("good")); err == nil || !strings.HasSuffix(err.Error(), "good: is a directory") {
		t.Errorf("a directory in the place of a file: %v", err)
	}
}

// TestFaultsFull writes where nothing can be written any more: on a full device,
// and beyond the limit of the size of files.
func TestFaultsFull(t *testing.T) {
	f := newFaulty(t)
	text := f.profile()
	f.write("p.mobileconfig", text)
	noRoom := func(cmd *exec.Cmd) { // half a kilobyte, or none
		cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -f 1; exec "$0" "$@"`}, cmd.Args...)
	}
	const full, limit = "no space left on device", "file too large"
	for _, name := range formatNames() {
		out, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.ends(f.run(func(cmd *exec.Cmd) { cmd.Stdout = out }, with(plainCheck, "--format", name, "p.mobileconfig")...), exitFailed, full)
		out.Close()
		f.ends(f.run(nil, with(plainCheck, "--format", name+"=/dev/full", "p.mobileconfig")...), exitFailed, "cannot write the report: /dev/full: "+full)
	}
	many := []string{}
	for i := range 30 { // their reports are longer than the limit
		many = append(many, filepath.Base(f.write(fmt.Sprintf("m%d.mobileconfig", i), text)))
	}
	for _, c := range []struct{ file, says string }{
		{"text", ""}, {"json", ""}, {"sarif", ""}, {"html", ""}, {"csv", ""}, {"junit", ""},
	} {
		f.write("report", "old\n")
		f.ends(f.run(noRoom, with(with(plainCheck, "--format", c.file+"=report"), many...)...), exitFailed, "cannot write the report: report: "+limit)
		if got := f.read("report"); got != "old\n" {
			t.Errorf("%s: the old report is gone: %.100q", c.file, got)
		}
	}
	f.write("baseline.json", "old\n")
	f.ends(f.run(noRoom, with(with(plainCheck, "--write-baseline", "baseline.json"), many...)...), exitFailed, "baseline.json: "+limit)
	if got := f.read("baseline.json"); got != "old\n" {
		t.Errorf("the old baseline is gone: %.100q", got)
	}
	f.ends(f.run(noRoom, with([]string{"audit", "--no-baseline", "--quiet", "--since", "state"}, many...)...), exitFailed, "state: "+limit)
	if _, err := os.Stat(f.path("state")); err == nil {
		t.Error("half a state was written")
	}
	f.ends(f.run(nil, "audit", "--no-baseline", "--quiet", "--format", "json=/dev/full", "p.mobileconfig"), exitFailed, "cannot write the report: /dev/full: "+full)
	f.ends(f.run(noRoom, with(plainCheck, "--fix", "p.mobileconfig")...), exitFailed, "p.mobileconfig: cannot write beside it, nothing was changed: ")
	if f.read("p.mobileconfig") != text {
		t.Error("the profile was changed")
	}
	f.clean()
}

// TestFaultsFix holds what --fix does to files that are not all its own.
func TestFaultsFix(t *testing.T) {
	f := newFaulty(t)
	text := f.profile()
	fixed := strings.ReplaceAll(text, misspelt, rightly)
	fix := with(plainCheck, "--fail-on", "never", "--fix")

	f.write("dir/p.mobileconfig", text)
	if err := os.Chmod(f.path("dir"), 0o555); err != nil {
		t.Fatal(err)
	}
	f.ends(f.run(asNobody, with(fix, "dir/p.mobileconfig")...), exitFailed, "dir/p.mobileconfig: cannot write beside it: ")
	if err := os.Chmod(f.path("dir"), 0o777); err != nil {
		t.Fatal(err)
	}
	if f.read("dir/p.mobileconfig") != text {
		t.Error("a file in a read-only directory was changed")
	}

	path := f.write("hard.mobileconfig", text)
	f.write("target.mobileconfig", text)
	if err := errors.Join(os.Link(path, f.path("other.mobileconfig")), os.Symlink("target.mobileconfig", f.path("link.mobileconfig")), os.Chmod(f.path("target.mobileconfig"), 0o640)); err != nil {
		t.Fatal(err)
	}
	f.ends(f.run(nil, with(fix, "hard.mobileconfig", "link.mobileconfig")...), exitClean, "")
	if f.read("hard.mobileconfig") != fixed || f.read("other.mobileconfig") != text {
		t.Error("of a file with two names, the one that is named gets the new content, the other keeps the old")
	}
	if to, err := os.Readlink(f.path("link.mobileconfig")); err != nil || to != "target.mobileconfig" || f.read("target.mobileconfig") != fixed {
		t.Errorf("the link is gone, or its target is as it was: %q, %v", to, err)
	}
	if info, err := os.Stat(f.path("target.mobileconfig")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is not kept: %v, %v", info.Mode(), err)
	}

	// Nobody sees half of it, and who has changed it meanwhile is not overwritten.
	err := replace(f.write("changed.mobileconfig", "newer"), []byte(text), []byte(fixed))
	if err == nil || !strings.Contains(err.Error(), "changed while it was checked") || f.read("changed.mobileconfig") != "newer" {
		t.Errorf("a newer file: %v", err)
	}

	if os.Geteuid() == 0 { // who alone can give files away
		f.write("theirs.mobileconfig", text)
		if err := os.Chown(f.path("theirs.mobileconfig"), 65534, 65534); err != nil {
			t.Fatal(err)
		}
		f.ends(f.run(nil, with(fix, "theirs.mobileconfig")...), exitClean, "")
		info, err := os.Stat(f.path("theirs.mobileconfig"))
		if err != nil || info.Sys().(*syscall.Stat_t).Uid != 65534 || f.read("theirs.mobileconfig") != fixed {
			t.Errorf("the owner is not kept: %v", err)
		}
		f.write("roots.mobileconfig", text)
		f.ends(f.run(asNobody, with(fix, "roots.mobileconfig")...), exitFailed, "roots.mobileconfig: it belongs to somebody else")
		if f.read("roots.mobileconfig") != text {
			t.Error("a file of somebody else was changed")
		}
	}
	f.clean()
}

// TestFaultsReaders has nobody read what is printed.
func TestFaultsReaders(t *testing.T) {
	f := newFaulty(t)
	text := f.profile()
	fixed := strings.ReplaceAll(text, misspelt, rightly)
	for i := range 100 {
		f.write(fmt.Sprintf("p%03d.mobileconfig", i), text)
	}
	for _, name := range formatNames() {
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
	case <-time.After(30 * time.Second):
		_ = cmd.Process.Kill()
		f.Fatalf("signal %d does not end it", s)
	}
	return outcomeOf(cmd, stdout.String(), stderr.String())
}

// TestFaultsInterruptedFix stops --fix when some files are fixed and others are not.
func TestFaultsInterruptedFix(t *testing.T) {
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
		f.ends(o, exitFailed, "interrupted: not everything was checked")
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
	f := newFaulty(t)
	for i := range 1500 {
		f.write(fmt.Sprintf("p%04d.mobileconfig", i), string(profiletest.Generate(uint64(i%50))))
	}
	audit := []string{"audit", "--no-baseline", "--quiet", "--fail-on", "never", "--now", "2030-01-01T00:00:00Z", "--format", "json"}
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
	for deadline := time.After(30 * time.Second); ; {
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

// TestFaultsReportPlaces writes reports through links, and to what stands for
// open files.
func TestFaultsReportPlaces(t *testing.T) {
	f := newFaulty(t)
	f.write("p.mobileconfig", f.profile())
	f.write("report", "old\n")
	if err := os.Symlink("report", f.path("link")); err != nil {
		t.Fatal(err)
	}
	f.ends(f.run(nil, with(plainCheck, "--fail-on", "never", "--format", "json=link", "p.mobileconfig")...), exitClean, "")
	if to, err := os.Readlink(f.path("link")); err != nil || to != "report" || !json.Valid([]byte(f.read("report"))) {
		t.Errorf("the link is gone, or its target is as it was: %q, %v", to, err)
	}
	out, err := os.Create(f.path("out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	f.ends(f.run(func(cmd *exec.Cmd) { cmd.Stdout = out }, with(plainCheck, "--fail-on", "never", "--format", "json=/dev/stdout", "p.mobileconfig")...), exitClean, "")
	if info, err := os.Lstat("/dev/stdout"); err != nil || info.Mode()&fs.ModeSymlink == 0 || !json.Valid([]byte(f.read("out"))) {
		t.Errorf("/dev/stdout was replaced, or not written to: %v", err)
	}
	f.clean()
}
