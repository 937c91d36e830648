package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sceplint/sceplint/checker"
)

// modeBits are the bits of a file's mode that a new file takes over.
const modeBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// replace puts new content in the place of a file's old one: written beside,
// then renamed, so that nobody ever sees half of it. Mode and owner are kept; a
// link is followed as far as follow allows; other names of the file keep the old
// content. Nothing is done if the file is read-only, or no longer holds what was
// read.
func replace(path string, before, after []byte) (err error) {
	real, err := follow(path, true)
	if link := (*errLinkOut)(nil); errors.As(err, &link) {
		return fmt.Errorf("%s: %w; nothing was written", checker.Printable(path), err)
	}
	if err != nil {
		return plain(path, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return plain(path, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file; nothing was written", path)
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fmt.Errorf("%s: the file is read-only; nothing was written", path)
	}
	now, err := os.ReadFile(real)
	if err != nil {
		return plain(path, err)
	}
	if !bytes.Equal(now, before) {
		return fmt.Errorf("%s: the file changed while it was checked; nothing was written", path)
	}
	temp, err := os.CreateTemp(filepath.Dir(real), "."+filepath.Base(real)+".*.tmp")
	if err != nil {
		return fmt.Errorf("%s: cannot write beside it: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	if err = keepOwner(temp, info); err != nil {
		temp.Close()
		return fmt.Errorf("%s: it belongs to somebody else, and a new file would not; nothing was written", path)
	}
	_, err = temp.Write(after)
	err = cmp.Or(err, temp.Chmod(info.Mode()&modeBits), temp.Sync())
	if err = cmp.Or(err, temp.Close()); err != nil {
		return fmt.Errorf("%s: cannot write beside it, nothing was changed: %w", path, err)
	}
	if err = os.Rename(temp.Name(), real); err != nil {
		return fmt.Errorf("%s: cannot put the new file in its place: %w", path, err)
	}
	return nil
}
