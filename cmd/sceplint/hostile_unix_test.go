//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// unixFiles are files that are none, and links.
func unixFiles() []hostile {
	good := profiletest.Generate(1)
	in := func(name string, lay func(string), args string, exit int, says string) hostile {
		return hostile{name: name, lay: lay, args: args, exit: exit, says: says}
	}
	link := func(to, dir, name string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			panic(err)
		}
	}
	fifo := func(dir string) {
		if err := syscall.Mkfifo(filepath.Join(dir, "in.mobileconfig"), 0o600); err != nil {
			panic(err)
		}
		lay(dir, "good.mobileconfig", good)
	}
	socket := func(dir string) {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "in.mobileconfig")})
		if err != nil {
			panic(err)
		}
		l.SetUnlinkOnClose(false)
		l.Close()
	}
	loop := func(dir string) { link(".", dir, "loop"); link("in.mobileconfig", dir, "in.mobileconfig") }
	const one, waited = "1 file (1 SCEP payload)", "timed out after 3s waiting for a writer on the pipe"
	return []hostile{
		in("pipe-directory", fifo, "", 0, one),
		in("pipe-named", fifo, "check in.mobileconfig", 2, waited),
		in("pipe-glob", fifo, "check *.mobileconfig", 0, one),
		in("pipe-config", fifo, "check --config in.mobileconfig good.mobileconfig", 2, waited),
		in("pipe-baseline", fifo, "check --baseline in.mobileconfig good.mobileconfig", 2, waited),
		in("pipe-merge", fifo, "audit merge in.mobileconfig", 2, waited),
		in("pipe-policies", fifo, "check --policy . good.mobileconfig", 2, "no .rego files in the directory"),
		in("socket-directory", socket, "", 2, "no profiles found"),
		in("socket-named", func(dir string) { socket(dir) }, "check in.mobileconfig", 2, "in.mobileconfig: "),
		in("device-directory", func(dir string) { link("/dev/zero", dir, "in.mobileconfig") }, "", 2, "no profiles found"),
		in("device-link", func(dir string) { link("/dev/zero", dir, "in.mobileconfig") }, "check in.mobileconfig", 2, "link to a pipe or a device"),
		in("device-link-glob", func(dir string) { link("/dev/zero", dir, "in.mobileconfig") }, "check *.mobileconfig", 2, "a device; checked only if named explicitly"),
		in("pipe-link", func(dir string) { fifo(dir); link("in.mobileconfig", dir, "a.mobileconfig") }, "check a.mobileconfig", 2, "link to a pipe or a device"),
		in("endless-link", func(dir string) { link("/proc/kmsg", dir, "in.mobileconfig") }, "check in.mobileconfig", 2, "in.mobileconfig: "),
		in("endless-link-json", func(dir string) { link("/proc/kmsg", dir, "in.json") }, "check in.json", 2, "in.json: "),
		in("endless-link-archive", func(dir string) { link("/proc/kmsg", dir, "in.tar") }, "check in.tar", 2, "in.tar: "),
		in("endless-config", func(dir string) { link("/proc/kmsg", dir, "c.yaml"); fifo(dir) }, "check --config c.yaml", 2, "link c.yaml points outside ."),
		in("endless-config-found", func(dir string) { link("/proc/kmsg", dir, ".sceplint.yaml"); fifo(dir) }, "", 2, "link target is outside ."),
		in("endless-baseline", func(dir string) { link("/proc/kmsg", dir, "b.json"); fifo(dir) }, "check --baseline b.json", 2, "link b.json points outside ."),
		in("endless-data", fifo, "check --data /proc/kmsg", 2, "/proc/kmsg: "),
		in("endless-policy", func(dir string) { link("/proc/kmsg", dir, "a.rego"); fifo(dir) }, "check --policy a.rego", 2, "link a.rego points outside ."),
		in("report-pipe", fifo, "check --format text=in.mobileconfig good.mobileconfig", 2, "timed out after 3s waiting for a reader of the pipe"),
		in("device-policy", func(dir string) { link("/dev/zero", dir, "in.rego"); lay(dir, "good.mobileconfig", good) }, "check --policy . good.mobileconfig", 2, "in.rego: link target is outside the directory"),
		in("loop", loop, "", 2, "too many levels of symbolic links"),
		in("loop-named", loop, "check in.mobileconfig", 2, "too many levels of symbolic links"),
		in("loop-glob", func(dir string) { link(".", dir, "loop"); lay(dir, "a.mobileconfig", good) }, "check **/*.mobileconfig", 0, one),
		in("loop-directories", func(dir string) {
			lay(dir, "a/a.mobileconfig", good)
			link("../a", dir, "a/b")
			link("..", dir, "a/c")
		}, "", 0, one),
		in("link-out", func(dir string) { link("/etc", dir, "etc"); lay(dir, "a.mobileconfig", good) }, "", 0, one),
		in("unreadable", func(dir string) { lay(dir, "in.mobileconfig/x", good) }, "check in.mobileconfig", 2, "no profiles found"),
	}
}
