//go:build unix

package localfile

import (
	"io/fs"
	"os"
	"os/signal"
	"syscall"
)

// IgnoreSizeLimit has the limit on the size of files reported where a file is
// written, like a full disk; else the system would end the process there.
func IgnoreSizeLimit() { signal.Ignore(syscall.SIGXFSZ) }

// keepOwner gives a new file the owner and group of the one it takes the place of.
func keepOwner(file *os.File, old fs.FileInfo) error {
	want, ok := old.Sys().(*syscall.Stat_t)
	info, err := file.Stat()
	if err != nil || !ok {
		return err
	}
	if is := info.Sys().(*syscall.Stat_t); is.Uid == want.Uid && is.Gid == want.Gid {
		return nil
	}
	return file.Chown(int(want.Uid), int(want.Gid))
}
