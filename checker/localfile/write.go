package localfile

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sceplint/sceplint/checker/printable"
)

// modeBits are the bits of a file's mode that a new file takes over.
const modeBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// Replace replaces the content of a file: a new file is written next to it, and
// then renamed, so that the file is never incomplete. Mode and owner do not
// change; a link is followed as far as Follow allows; other names of the file
// keep the old content. Nothing is done if the file is read-only, or its content
// has changed since it was read.
func Replace(path string, before, after []byte) (err error) {
	real, err := Follow(path, true)
	if link := (*LinkOutError)(nil); errors.As(err, &link) {
		return fmt.Errorf("%s: %w; nothing was written", printable.Text(path), err)
	}
	if err != nil {
		return DescribeError(path, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return DescribeError(path, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file; nothing was written", path)
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fmt.Errorf("%s: file is read-only; nothing was written", path)
	}
	now, err := os.ReadFile(real)
	if err != nil {
		return DescribeError(path, err)
	}
	if !bytes.Equal(now, before) {
		return fmt.Errorf("%s: file changed during the check; nothing was written", path)
	}
	temp, err := os.CreateTemp(filepath.Dir(real), "."+filepath.Base(real)+".*.tmp")
	if err != nil {
		return fmt.Errorf("%s: cannot create a file in the same directory: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	if err = keepOwner(temp, info); err != nil {
		temp.Close()
		return fmt.Errorf("%s: owned by another user; not modified", path)
	}
	_, err = temp.Write(after)
	err = cmp.Or(err, temp.Chmod(info.Mode()&modeBits), temp.Sync())
	if err = cmp.Or(err, temp.Close()); err != nil {
		return fmt.Errorf("%s: cannot create a file in the same directory; not modified: %w", path, err)
	}
	if err = os.Rename(temp.Name(), real); err != nil {
		return fmt.Errorf("%s: cannot replace the file: %w", path, err)
	}
	return nil
}

// WriteReport writes a report file, which is readable by its owner alone if it is
// private and new.
func WriteReport(path string, content io.WriterTo, private bool) error {
	mode := fs.FileMode(0o644)
	if private {
		mode = 0o600
	}
	if err := writeFile(path, content, mode); err != nil {
		return fmt.Errorf("report not written: %w", DescribeError(path, err))
	}
	return nil
}

// writeFile writes a file beside its place and renames it, so that none is seen
// half written. A file that exists keeps its mode; a new one gets that which is
// given. A device such as /dev/stderr, and a named pipe, is written to. A link is
// followed as far as Follow allows.
func writeFile(path string, content io.WriterTo, mode fs.FileMode) error {
	if IsSystemFile(path) { // those are links to what is open, which may be a file
		return appendTo(path, content)
	}
	path, err := Follow(path, true)
	if err != nil {
		return err
	}
	old, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return err
	case old.IsDir():
		return errors.New("is a directory")
	case !old.Mode().IsRegular():
		return appendTo(path, content)
	default:
		mode = old.Mode() & modeBits
	}
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()+".tmp")
	temp, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode&0o666) // less what the user's mask takes away
	if err != nil {
		return err
	}
	if old != nil {
		_ = keepOwner(temp, old) // where that is allowed
		err = temp.Chmod(mode)
	}
	if err == nil {
		_, err = content.WriteTo(temp)
	}
	err = cmp.Or(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}

// appendTo writes to a device, or to a pipe that has a reader.
func appendTo(path string, content io.WriterTo) error {
	file, err := openForAppending(path)
	if err != nil {
		return err
	}
	_, err = content.WriteTo(patientWriter{file})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("timed out after %v waiting for the reader of the pipe", maxReaderWait)
	}
	return cmp.Or(err, file.Close())
}

// patientWriter writes to a file part by part, so that the reader of a pipe has
// some time for each.
type patientWriter struct{ file *os.File }

func (w patientWriter) Write(text []byte) (n int, err error) {
	for len(text) > 0 && err == nil {
		var m int
		_ = w.file.SetWriteDeadline(time.Now().Add(maxReaderWait)) // only pipes have one
		m, err = w.file.Write(text[:min(len(text), 64<<10)])
		n, text = n+m, text[m:]
	}
	return n, err
}

// maxReaderWait is how long the reader of a pipe may take for a part of a report.
const maxReaderWait = time.Minute

var errNoReader = fmt.Errorf("timed out after %v waiting for a reader of the pipe", maxOpenWait)

// openForAppending opens a device, or a pipe when there is a reader.
func openForAppending(path string) (*os.File, error) {
	if !isPipe(path) {
		return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0)
		if !errors.Is(err, syscall.ENXIO) { // there is no reader
			return file, err
		}
		if time.Since(start) > maxOpenWait {
			return nil, errNoReader
		}
	}
}
