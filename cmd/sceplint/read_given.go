package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// maxOpenWait is how long a named pipe waits for a writer, or for a reader. One
// that has a writer, as of <(command) in a shell, is read as long as it takes.
const maxOpenWait = 3 * time.Second

var errNoWriter = fmt.Errorf("timed out after %v waiting for a writer on the pipe", maxOpenWait)

func isPipe(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// openPipe opens a pipe for reading, if there is a writer.
func openPipe(path string) (*os.File, error) {
	if err := rejectLinkToDevice(path); err != nil {
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

func readPipe(path string) ([]byte, error) {
	f, err := openPipe(path)
	if err != nil {
		return nil, plain(path, err)
	}
	defer f.Close()
	text, err := readAll(f)
	if err != nil {
		return nil, plain(path, err)
	}
	return text, nil
}

// The largest files that flags may name, in bytes.
const (
	maxGiven    = 16 << 20
	maxBaseline = 64 << 20
	maxState    = 1 << 30 // of an audit, which grows with the fleet
)

// readGiven reads a file that a flag names, which is not a profile. The file may
// lie anywhere, but is not chosen by a link in a repository.
func readGiven(path string, limit int64) ([]byte, error) {
	f, err := openGiven(path)
	if err != nil {
		return nil, plain(path, err)
	}
	defer f.Close()
	return readLimited(f, path, limit)
}

func openGiven(path string) (*os.File, error) {
	if isSystemFile(path) {
		if isPipe(path) {
			return openPipe(path)
		}
		return openWithoutWaiting(path)
	}
	real, err := follow(path, false)
	if err != nil {
		return nil, err
	}
	if isPipe(real) {
		return openPipe(real)
	}
	return openWithoutWaiting(real)
}

// readLimited reads a whole file that is not larger than limit.
func readLimited(f io.Reader, path string, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = errors.New("the file is larger than " + size(limit))
	}
	if err != nil {
		return nil, plain(path, err)
	}
	return text, nil
}

// openWithoutWaiting opens a file for reading. Reading one that says it is empty,
// as those of /proc do, fails when there is nothing to read for a while.
func openWithoutWaiting(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		_ = f.SetReadDeadline(time.Now().Add(maxOpenWait)) // regular files proper have none, and need none
	}
	return f, nil
}

// rejectLinkToDevice rejects a path that is a link to a pipe, a device, or a socket.
// One that the user names is read as long as it takes; a repository may hold a
// link, but not decide that.
func rejectLinkToDevice(path string) error {
	if isSystemFile(path) {
		return nil
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return errLinkToDevice
	}
	return nil
}

var errLinkToDevice = errors.New("the link leads to a pipe or a device; name its target")

func size(n int64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%d GiB", n>>30)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
