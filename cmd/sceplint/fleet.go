package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sceplint/sceplint/checker"
)

// What is looked into, in bytes.
const (
	maxFleetFile   = 16 << 20 // YAML
	maxFleetAnswer = 1 << 20  // JSON
)

// fleet yields the profiles that a YAML file of Fleet names, if it is one. Paths
// are relative to the file.
func (in *inputs) fleet(name string, yield yielder) (is, more bool) {
	extension, most := strings.ToLower(filepath.Ext(name)), int64(maxFleetFile)
	switch extension {
	case ".yml", ".yaml":
	case ".json":
		most = maxFleetAnswer
	default:
		return false, true
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > most {
		return false, true
	}
	text, err := readFile(name)
	if err != nil {
		return false, true
	}
	if extension == ".json" {
		if !fleetAnswer(text) {
			return false, true
		}
		return true, yield(checker.Input{Name: name, Skip: fleetNames}, "")
	}
	found, err := fleetPaths(text)
	list, answer, is := found.profiles, found.answer, found.is
	switch {
	case !is && err != nil && slices.ContainsFunc(fleetKeys, func(k [2]string) bool { return bytes.Contains(text, []byte(k[0]+":")) }):
		return true, yield(failing(name, fmt.Errorf("it is no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))), "")
	case !is:
		return false, true
	case answer:
		return true, yield(checker.Input{Name: name, Skip: fleetNames}, "")
	case len(list)+len(found.controls) == 0:
		return true, yield(checker.Input{Name: name, Skip: "it is a file of Fleet that names no profiles of Apple devices"}, "")
	}
	root, err := fleetRoot(name)
	if err != nil {
		return true, yield(failing(name, err), "")
	}
	failed := func(from string, line int, err error) bool {
		err = fmt.Errorf("%s:%d: %w", from, line, err)
		return yield(checker.Input{Name: name, Read: func() ([]byte, error) { return nil, err }}, "")
	}
	for _, p := range found.controls {
		more, err := p.controls(filepath.Dir(name), root)
		if list = append(list, more...); err != nil && !failed(name, p.line, err) {
			return true, false
		}
	}
	seen := map[string]bool{}
	for _, p := range list {
		files, err := p.files(filepath.Dir(name), root)
		if p.from != "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, errFleetOut) || err == nil && len(files) == 0) {
			files, err = p.files(filepath.Dir(p.from), root)
		}
		if err != nil && !failed(cmp.Or(p.from, name), p.line, err) {
			return true, false
		}
		for _, file := range files {
			if seen[file] {
				continue
			}
			seen[file] = true
			optional := !strings.EqualFold(filepath.Ext(file), ".mobileconfig") // a declaration about something else, for one
			if !in.config.excluded(file) && !yield(fileInput(file, optional), file) {
				return true, false
			}
		}
	}
	return true, true
}

// controls gives the profiles that a file of controls names. As fleetctl resolves
// them, its paths are relative to the file that names it; those that are not
// there are looked for beside the file of controls.
func (p fleetPath) controls(dir, root string) ([]fleetPath, error) {
	files, err := p.files(dir, root)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(files[0])
	if err == nil && info.Size() > maxFleetFile {
		err = fmt.Errorf("%s has more than %d MiB", printable(p.path), maxFleetFile>>20)
	}
	var text []byte
	if err == nil {
		text, err = readFile(files[0])
	}
	if err != nil {
		return nil, err
	}
	found, err := fleetPaths(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is no YAML: %s", printable(p.path), strings.TrimPrefix(err.Error(), "yaml: "))
	case found.path > 0:
		return nil, fmt.Errorf("%s names a path in its line %d, which Fleet does not follow from there", printable(p.path), found.path)
	}
	for i := range found.profiles {
		found.profiles[i].from = files[0]
	}
	return found.profiles, nil
}

// fleetRoot is the directory that the paths of a file of Fleet may not lead out
// of: the top of the file's git repository, or else the working directory if the
// file is below it, or else the directory above the file's own. Links are
// followed to where they lead.
func fleetRoot(name string) (string, error) {
	real, err := filepath.EvalSymlinks(name)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(real)
	for up := dir; up != filepath.Dir(up); up = filepath.Dir(up) {
		if _, err := os.Lstat(filepath.Join(up, ".git")); err == nil {
			return up, nil
		}
	}
	if work, err := os.Getwd(); err == nil {
		if work, err = filepath.EvalSymlinks(work); err == nil && below(work, real) {
			return work, nil
		}
	}
	return filepath.Dir(dir), nil
}

func below(dir, file string) bool {
	rest, err := filepath.Rel(dir, file)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

var errFleetOut = errors.New("leads out of the repository, or of the working directory, and is not read")

// missing is the error for a file that is not there.
type missing struct{ name string }

func (e *missing) Error() string        { return e.name + ": no such file or directory" }
func (e *missing) Is(target error) bool { return target == fs.ErrNotExist }

// maxFleetFiles is how many files one pattern may match.
const maxFleetFiles = 100_000

// files gives the files that a path means, as they are named from the working
// directory.
func (p fleetPath) files(dir, root string) ([]string, error) {
	if strings.Contains(p.path, "$") {
		return nil, fmt.Errorf("the path %q holds a variable, which is not known here", printable(p.path))
	}
	if filepath.IsAbs(p.path) || strings.HasPrefix(p.path, "/") {
		return nil, fmt.Errorf("the path %q %w; write it relative to this file", printable(p.path), errFleetOut)
	}
	path := filepath.Join(dir, filepath.FromSlash(p.path))
	if full, err := filepath.Abs(path); err != nil || !below(root, resolved(full)) {
		return nil, fmt.Errorf("the path %q %w", printable(p.path), errFleetOut)
	}
	matches := []string{path}
	if p.glob {
		var err error
		matches, err = filesLike(path, doublestar.WithNoHidden(), doublestar.WithFilesOnly(), doublestar.WithNoFollow())
		if err == nil && len(matches) > maxFleetFiles {
			err = errors.New("too many files match")
		}
		if err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", printable(p.path), err)
		}
		slices.Sort(matches)
	}
	for i, file := range matches {
		info, err := os.Stat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return matches[:i], &missing{printable(p.path)}
		case err != nil:
			return matches[:i], plain(printable(p.path), err)
		case !info.Mode().IsRegular():
			return matches[:i], fmt.Errorf("%s is no file", printable(p.path))
		}
		real, err := filepath.EvalSymlinks(file)
		if err == nil {
			real, err = filepath.Abs(real)
		}
		if err != nil || !below(root, real) {
			return matches[:i], fmt.Errorf("the path %q %w", printable(p.path), errFleetOut)
		}
		matches[i] = filepath.Clean(file)
	}
	return matches, nil
}

// resolved follows the links of the part of a path that is there.
func resolved(path string) string {
	rest := ""
	for up := path; ; up = filepath.Dir(up) {
		if real, err := filepath.EvalSymlinks(up); err == nil {
			return filepath.Join(real, rest)
		}
		if up == filepath.Dir(up) {
			return path
		}
		rest = filepath.Join(filepath.Base(up), rest)
	}
}
