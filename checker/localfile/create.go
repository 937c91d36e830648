package localfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// NewFile is a file to be made: its path, with slashes, and its text.
type NewFile struct {
	Path string
	Text []byte
}

// ExistError says that files are not made since something is in their places.
type ExistError struct{ error }

// CreateFiles makes files in a directory, which it makes if there is none. Nothing that exists is overwritten: then
// nothing is written.
func CreateFiles(dir string, files []NewFile) error {
	if _, err := Follow(dir, true); err != nil {
		return unwritable(dir, err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return unwritable(dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return unwritable(dir, err)
	}
	defer root.Close()
	if err := checkAbsent(root, dir, files); err != nil {
		return err
	}
	return createAll(root, dir, files)
}

func within(dir, file string) string { return filepath.Join(dir, filepath.FromSlash(file)) }

// checkAbsent rejects files that exist, and places that no file can be in.
func checkAbsent(root *os.Root, dir string, files []NewFile) error {
	var failures []error
	add := func(err error) {
		if !slices.ContainsFunc(failures, func(e error) bool { return e.Error() == err.Error() }) {
			failures = append(failures, err)
		}
	}
	for _, f := range files {
		if _, err := root.Lstat(f.Path); err == nil {
			add(fmt.Errorf("%s already exists", within(dir, f.Path)))
			continue
		}
		for parent := path.Dir(f.Path); parent != "."; parent = path.Dir(parent) {
			info, err := root.Stat(parent)
			if errors.Is(err, fs.ErrNotExist) {
				if _, err = root.Lstat(parent); err == nil {
					add(fmt.Errorf("%s is a broken link", within(dir, parent)))
				}
				continue
			}
			if err != nil {
				add(unwritable(within(dir, parent), err))
			} else if !info.IsDir() {
				add(fmt.Errorf("%s already exists, and is not a directory", within(dir, parent)))
			}
		}
	}
	if len(failures) > 0 {
		return &ExistError{errors.Join(failures...)}
	}
	return nil
}

// createAll writes the files, and replaces none. If one cannot be
// written, those before it are taken back.
func createAll(root *os.Root, dir string, files []NewFile) (err error) {
	var written []string
	defer func() {
		for _, name := range slices.Backward(written) {
			if err != nil {
				_ = root.Remove(name)
			}
		}
	}()
	for _, f := range files {
		parents := strings.Split(path.Dir(f.Path), "/")
		for i := range parents {
			parent := path.Join(parents[:i+1]...)
			switch err := root.Mkdir(parent, 0o777); {
			case err == nil:
				written = append(written, parent)
			case !errors.Is(err, fs.ErrExist):
				return unwritable(within(dir, parent), err)
			}
		}
		file, err := root.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return unwritable(within(dir, f.Path), err)
		}
		written = append(written, f.Path)
		_, err = file.Write(f.Text)
		if err = errors.Join(err, file.Close()); err != nil {
			return unwritable(within(dir, f.Path), err)
		}
	}
	return nil
}

// unwritable words why a place cannot be written to.
func unwritable(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s: permission denied", path)
	}
	if strings.Contains(err.Error(), "escapes") { // the error of os.Root has no name
		err = errors.New("link points outside the directory; use its target")
	}
	return fmt.Errorf("cannot write %s: %w", path, err)
}
