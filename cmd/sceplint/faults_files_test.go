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
	"sync"
	"syscall"
	"testing"

	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/report"
)

// TestFaultsVanishing takes files away, and puts others in their place, while
// the command waits for a pipe.
func TestFaultsVanishing(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
		{"special", exitFailed, "no profiles found"},
		{"good", exitClean, ""},
		{"one.mobileconfig", exitFailed, "one.mobileconfig: too many levels of symbolic links"},
		{"none.mobileconfig", exitFailed, "none.mobileconfig: no such file or directory"},
		{"loop", exitFailed, "loop/p.mobileconfig: too many levels of symbolic links"},
		{long, exitFailed, long + ": file name too long"},
		{strings.Repeat("d/", 3000) + "p.mobileconfig", exitFailed, ": file name too long"},
		{"good/p.mobileconfig/x.mobileconfig", exitFailed, "x.mobileconfig: not a directory"},
		{"secret.mobileconfig", exitFailed, "secret.mobileconfig: permission denied"},
		{"closed", exitFailed, "closed/in: permission denied"},
	} {
		f.ends(f.run(asNobody, with(plainCheck, "--fail-on", "never", c.path)...), c.code, c.says)
	}
	if o := f.run(asNobody, with(plainCheck, "--format", "json", "--fail-on", "never", "closed")...); !strings.Contains(o.stdout, `"files": 1`) {
		t.Errorf("what can be read is not checked:\n%s", o.stdout)
	}
}

// TestFaultsFull writes where nothing can be written any more: on a full device,
// and beyond the limit of the size of files.
func TestFaultsFull(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	text := f.profile()
	f.write("p.mobileconfig", text)
	noRoom := func(cmd *exec.Cmd) { // half a kilobyte, or none
		cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -f 1; exec "$0" "$@"`}, cmd.Args...)
	}
	const full, limit = "no space left on device", "file too large"
	for _, name := range report.FormatNames() {
		out, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.ends(f.run(func(cmd *exec.Cmd) { cmd.Stdout = out }, with(plainCheck, "--format", name, "p.mobileconfig")...), exitFailed, full)
		out.Close()
		f.ends(f.run(nil, with(plainCheck, "--format", name+"=/dev/full", "p.mobileconfig")...), exitFailed, "report not written: /dev/full: "+full)
	}
	many := []string{}
	for i := range 30 { // their reports are longer than the limit
		many = append(many, filepath.Base(f.write(fmt.Sprintf("m%d.mobileconfig", i), text)))
	}
	for _, c := range []struct{ file, says string }{
		{"text", ""}, {"json", ""}, {"sarif", ""}, {"html", ""}, {"csv", ""}, {"junit", ""},
	} {
		f.write("report", "old\n")
		f.ends(f.run(noRoom, with(with(plainCheck, "--format", c.file+"=report"), many...)...), exitFailed, "report not written: report: "+limit)
		if got := f.read("report"); got != "old\n" {
			t.Errorf("%s: the old report is gone: %.100q", c.file, got)
		}
	}
	const old = `{"version": 1, "findings": []}`
	f.write("baseline.json", old)
	f.ends(f.run(noRoom, with(with(plainCheck, "--write-baseline", "baseline.json"), many...)...), exitFailed, "baseline.json: "+limit)
	if got := f.read("baseline.json"); got != old {
		t.Errorf("the old baseline is gone: %.100q", got)
	}
	f.ends(f.run(noRoom, with([]string{"audit", "--no-default-pack", "--quiet", "--since", "state"}, many...)...), exitFailed, "state: "+limit)
	if _, err := os.Stat(f.path("state")); err == nil {
		t.Error("half a state was written")
	}
	f.ends(f.run(nil, "audit", "--no-default-pack", "--quiet", "--format", "json=/dev/full", "p.mobileconfig"), exitFailed, "report not written: /dev/full: "+full)
	f.ends(f.run(noRoom, with(plainCheck, "--fix", "p.mobileconfig")...), exitFailed, "p.mobileconfig: cannot create a file in the same directory; not modified: ")
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
	f.ends(f.run(asNobody, with(fix, "dir/p.mobileconfig")...), exitFailed, "dir/p.mobileconfig: cannot create a file in the same directory: ")
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
	err := localfile.Replace(f.write("changed.mobileconfig", "newer"), []byte(text), []byte(fixed))
	if err == nil || !strings.Contains(err.Error(), "changed during the check") || f.read("changed.mobileconfig") != "newer" {
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
		f.ends(f.run(asNobody, with(fix, "roots.mobileconfig")...), exitFailed, "roots.mobileconfig: owned by another user")
		if f.read("roots.mobileconfig") != text {
			t.Error("a file of somebody else was changed")
		}
	}
	f.clean()
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
