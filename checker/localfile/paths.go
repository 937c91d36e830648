package localfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sceplint/sceplint/checker/printable"
)

// WorkingDirectory gives the working directory, with its links followed.
func WorkingDirectory() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(here)
}

// Absolute gives the absolute form of a path. The links of the working directory
// are followed, and no others.
func Absolute(path string) (string, error) {
	here, err := WorkingDirectory()
	if err != nil {
		return "", err
	}
	shell, err := os.Getwd()
	return AbsoluteFrom(path, here, shell), err
}

// AbsoluteFrom is Absolute where the working directory is known: without links,
// and as the shell calls it, which may be the name of a link.
func AbsoluteFrom(path, here, shell string) string {
	if !filepath.IsAbs(path) {
		return filepath.Join(here, path)
	}
	if rest, err := filepath.Rel(shell, path); err == nil && filepath.IsLocal(rest) {
		return filepath.Join(here, rest)
	}
	return filepath.Clean(path)
}

// RepositoryRoot gives the nearest directory, from an absolute one upward, that
// holds .git; "" if there is none.
func RepositoryRoot(dir string) string {
	for {
		if isRepository(dir) {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}

func isRepository(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// IsSystemFile reports whether a path names a device or an open file of the
// process itself, such as /dev/stderr. It is then used as it is named.
func IsSystemFile(path string) bool {
	if full, err := filepath.Abs(path); err == nil {
		path = filepath.ToSlash(full)
	}
	return strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/")
}

// LinkOutError is the error for a link that is not followed.
type LinkOutError struct{ link, tree string }

// Error names the link and the directory.
func (e *LinkOutError) Error() string {
	return fmt.Sprintf("link %s points outside %s; use its target", ShortPath(e.link), ShortPath(e.tree))
}

var errLinkNowhere = errors.New("broken link")

// Follow gives the file that a path leads to. A link that lies in a repository, or
// below the working directory, must not lead out of it: the repository would then
// choose the file, and not the user. Elsewhere, links are followed for reading; for
// writing, those of directories alone are.
func Follow(path string, writing bool) (string, error) {
	file, err := Absolute(path)
	if err != nil {
		return "", err
	}
	here, err := WorkingDirectory()
	if err != nil {
		return "", err
	}
	separator := string(filepath.Separator)
	volume := filepath.VolumeName(file) + separator
	tree, at := "", volume
	if isRepository(volume) || here == volume {
		tree = volume
	}
	names := strings.Split(strings.TrimPrefix(file, volume), separator)
	for i, name := range names {
		next := filepath.Join(at, name)
		info, err := os.Lstat(next)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			target, err := filepath.EvalSymlinks(next)
			within := tree
			if writing && tree == "" && i == len(names)-1 {
				within = at
			}
			switch {
			case err != nil:
				return "", errLinkNowhere
			case within != "" && !IsBelow(within, target):
				return "", &LinkOutError{next, within}
			}
			next = target
		}
		at = next
		if isRepository(at) || tree == "" && at == here {
			tree = at
		}
	}
	return at, nil
}

// ShortPath gives an absolute path as it is shorter: relative to the working
// directory, or as it is.
func ShortPath(path string) string {
	if here, err := WorkingDirectory(); err == nil {
		if short, err := filepath.Rel(here, path); err == nil && len(short) < len(path) {
			path = short
		}
	}
	return printable.Text(path)
}

// IsLinkOut reports whether an error is that of a link that leads out of an
// os.Root, which has no name in package os.
func IsLinkOut(err error) bool {
	var pathError *fs.PathError
	return errors.As(err, &pathError) && strings.Contains(pathError.Err.Error(), "escapes")
}

// IsBelow reports whether a file lies in a directory or below it, by their names.
func IsBelow(dir, file string) bool {
	rest, err := filepath.Rel(dir, file)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}
