// Package localfile reads and writes the files that users name. A link in a repository
// does not choose them.
package localfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/sceplint/sceplint/checker/printable"
)

// maxOpenWait is how long a named pipe waits for a writer, or for a reader. One
// that has a writer, as of <(command) in a shell, is read as long as it takes.
const maxOpenWait = 3 * time.Second

var errNoWriter = fmt.Errorf("timed out after %v waiting for a writer on the pipe", maxOpenWait)

// isPipe reports whether a path is a named pipe.
func isPipe(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// OpenPipe opens a pipe for reading, if there is a writer.
func OpenPipe(path string) (*os.File, error) {
	if err := RejectLinkToDevice(path); err != nil {
		return nil, err
	}
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		file, err := os.Open(path)
		done <- opened{file, err}
	}()
	select {
	case o := <-done:
		return o.file, o.err
	case <-time.After(maxOpenWait):
		return nil, errNoWriter
	}
}

// MaxSize is how large a file that a flag or the configuration names may be, in bytes.
const MaxSize = 16 << 20

// Read reads a file that a flag names, which is not a profile. The file may
// lie anywhere, but is not chosen by a link in a repository.
func Read(path string, limit int64) ([]byte, error) {
	f, err := openNamed(path)
	if err != nil {
		return nil, DescribeError(path, err)
	}
	defer f.Close()
	return ReadLimited(f, path, limit)
}

func openNamed(path string) (*os.File, error) {
	if IsSystemFile(path) {
		if isPipe(path) {
			return OpenPipe(path)
		}
		return OpenNonblock(path)
	}
	real, err := Follow(path, false)
	if err != nil {
		return nil, err
	}
	if isPipe(real) {
		return OpenPipe(real)
	}
	return OpenNonblock(real)
}

// ReadLimited reads a whole file that is not larger than limit.
func ReadLimited(f io.Reader, path string, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = errors.New("file is larger than " + FormatSize(limit))
	}
	if err != nil {
		return nil, DescribeError(path, err)
	}
	return text, nil
}

// OpenNonblock opens a file for reading. Reading one that says it is empty,
// as those of /proc do, fails when there is nothing to read for a while.
func OpenNonblock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		_ = f.SetReadDeadline(time.Now().Add(maxOpenWait)) // regular files proper have none, and need none
	}
	return f, nil
}

// RejectLinkToDevice rejects a path that is a link to a pipe, a device, or a socket.
// One that the user names is read as long as it takes; a repository may hold a
// link, but not decide that.
func RejectLinkToDevice(path string) error {
	if IsSystemFile(path) {
		return nil
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return errLinkToDevice
	}
	return nil
}

var errLinkToDevice = errors.New("link to a pipe or a device; use its target")

// FormatSize writes a number of bytes in MiB or GiB.
func FormatSize(n int64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%d GiB", n>>30)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// DescribeError describes an error of the file system: the path, then the cause.
func DescribeError(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	path = printable.Text(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such file or directory", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: permission denied", path)
	}
	return fmt.Errorf("%s: %w", path, err)
}
