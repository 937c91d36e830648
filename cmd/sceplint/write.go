package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// replace puts new content in the place of a file's old one: written beside,
// then renamed, so that nobody ever sees half of it. The mode is kept; a link
// is followed. Nothing is done if the file is read-only, or no longer holds
// what was read.
func replace(path string, before, after []byte) (err error) {
	real, err := filepath.EvalSymlinks(path)
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
	_, err = temp.Write(after)
	err = errors.Join(err, temp.Chmod(info.Mode().Perm()), temp.Sync(), temp.Close())
	if err != nil {
		return fmt.Errorf("%s: cannot write beside it: %w", path, err)
	}
	if err = os.Rename(temp.Name(), real); err != nil {
		return fmt.Errorf("%s: cannot put the new file in its place: %w", path, err)
	}
	return nil
}
