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
	maxFleetFile   = 4 << 20 // YAML
	maxFleetAnswer = 1 << 20 // JSON
)

// yamlFault words an error of reading YAML for people.
func yamlFault(err error) error {
	return fmt.Errorf("the YAML cannot be read: %s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// readSmall reads a file of at most so many bytes.
func readSmall(name string, length, most int64) ([]byte, error) {
	if length > most {
		return nil, errors.New("larger than " + size(most))
	}
	return readFile(name)
}

// fleet yields the profiles that a YAML file of Fleet names, if it is one. Paths
// are relative to the file.
func (in *inputs) fleet(name string, size int64, named bool, yield yielder) (is, more bool) {
	if in.counting { // the files that it names are counted themselves
		return !named, true
	}
	if size > maxFleetFile {
		return false, true
	}
	text, err := readFile(name)
	if err != nil {
		return true, yield(failing(name, err), name)
	}
	if !named && !mentionsFleet(text) {
		return false, true
	}
	found, err := readFleet(text)
	list, answer, is := found.profiles, found.answer, found.is
	skip := func(reason string) (is, more bool) {
		return true, yield(checker.Input{Name: name, Skip: checker.Skip{Reason: reason}}, name)
	}
	switch {
	case !is && err != nil && slices.ContainsFunc(fleetKeys, func(k [2]string) bool { return bytes.Contains(text, []byte(k[0])) }):
		return true, yield(failing(name, yamlFault(err)), "")
	case !is && named && found.empty && err == nil:
		return skip(noAppleProfiles)
	case !is:
		return false, true
	case answer:
		return skip(fleetNames)
	case !named && found.bare && len(found.controls) == 0: // found where it is named
		return true, yield(checker.Input{Name: name, Skip: skipControls}, name)
	case len(list)+len(found.controls)+len(found.faults) == 0 && err == nil:
		return skip(noAppleProfiles)
	}
	root, rootErr := fleetRoot(name)
	if rootErr != nil {
		return true, yield(failing(name, rootErr), "")
	}
	failures := 0
	failed := func(from string, line int, err error) bool {
		if failures++; failures > maxFleetFailures {
			err = fmt.Errorf("more than %d paths that cannot be followed; the rest is not checked", maxFleetFailures)
		}
		err = fmt.Errorf("%s:%d: %w", from, line, err)
		return yield(checker.Input{Name: name, Read: func() ([]byte, error) { return nil, err }}, "") && failures <= maxFleetFailures
	}
	if err != nil && !yield(failing(name, yamlFault(err)), "") {
		return true, false
	}
	paths := newFleetPaths(root)
	for _, p := range found.controls {
		controls, from, err := p.controls(filepath.Dir(name), paths)
		if err != nil && !failed(name, p.line, err) {
			return true, failures > maxFleetFailures
		}
		for i := range controls.profiles {
			controls.profiles[i].from = from
		}
		for _, f := range controls.faults {
			if !failed(from, f.line, f.err) {
				return true, failures > maxFleetFailures
			}
		}
		list = append(list, controls.profiles...)
	}
	for _, f := range found.faults {
		if !failed(name, f.line, f.err) {
			return true, failures > maxFleetFailures
		}
	}
	seen := map[string]bool{}
	for _, p := range list {
		files, err := paths.files(p, filepath.Dir(name))
		if p.from != "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, errFleetOut) || err == nil && len(files) == 0) {
			files, err = paths.files(p, filepath.Dir(p.from))
		}
		if err != nil && !failed(cmp.Or(p.from, name), p.line, err) {
			return true, failures > maxFleetFailures
		}
		if err == nil && len(files) == 0 {
			pattern := filepath.Join(filepath.Dir(name), filepath.FromSlash(printable(p.path)))
			if !yield(checker.Input{Name: pattern, Skip: checker.Skip{Reason: fmt.Sprintf("a pattern that no file matches, in line %d of %s", p.line, cmp.Or(p.from, name))}}, pattern) {
				return true, false
			}
		}
		for _, file := range files {
			if seen[file] {
				continue
			}
			seen[file] = true
			optional := isOptional(file) && (p.glob || strings.EqualFold(filepath.Ext(file), ".json")) // a declaration about something else
			input := fileInput(file, optional)
			if in.config.excluded(file) {
				input = checker.Input{Name: file, Excluded: true}
			}
			if !yield(input, file) {
				return true, false
			}
		}
	}
	return true, true
}

// controls reads the file of controls that a path means, and gives its name. As fleetctl
// resolves them, its paths are relative to the file that names it; those that are not
// there are looked for beside the file of controls.
func (p fleetPath) controls(dir string, paths *fleetPaths) (found fleetFile, from string, err error) {
	files, err := paths.files(p, dir)
	if err != nil {
		return found, "", err
	}
	from = files[0]
	var text []byte
	info, err := os.Stat(from)
	if err == nil {
		text, err = readSmall(from, info.Size(), maxFleetFile)
	}
	if err != nil {
		return found, from, err
	}
	found, err = readFleet(text)
	switch {
	case err != nil:
		err = fmt.Errorf("%s: %w", printable(p.path), yamlFault(err))
	case found.path > 0:
		err = fmt.Errorf("%s names a path in its line %d, which Fleet does not follow from there", printable(p.path), found.path)
	}
	return found, from, err
}

const noAppleProfiles = "a file of Fleet that names no profiles of Apple devices"

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

var skipControls = checker.Skip{Reason: "controls of Fleet, whose paths are relative to the file that names it", Kind: checker.SkipFound}

var errFleetOut = errors.New("leads out of the repository, or of the working directory, and is not read")

// missing is the error for a file that is not there.
type missing struct{ name string }

func (e *missing) Error() string        { return e.name + ": no such file or directory" }
func (e *missing) Is(target error) bool { return target == fs.ErrNotExist }

// What the paths of one file of Fleet may mean.
const (
	maxFleetFiles    = 100_000 // files that patterns match, together
	maxFleetPatterns = 1000    // each of which may go through many directories
	maxFleetPath     = 1024    // bytes
	maxFleetFailures = 1000    // paths that cannot be followed
)

// fleetPaths finds the files that the paths of a file of Fleet mean.
type fleetPaths struct {
	root              string              // that they must not lead out of
	real              map[string]realDir  // the directories that were looked up, by name
	found             map[string][]string // what paths mean that are no patterns, if they can be read
	patterns, matches int
	lookups           int // of the file system
}

// realDir is where a directory lies. One that does not exist lies where its name says.
type realDir struct {
	path   string
	exists bool
}

func newFleetPaths(root string) *fleetPaths {
	return &fleetPaths{root: root, real: map[string]realDir{}, found: map[string][]string{}}
}

// directory follows the links of a directory, which is given absolute and clean. Each is
// looked up once.
func (r *fleetPaths) directory(dir string) realDir {
	const separator = string(filepath.Separator)
	up, root := dir, len(filepath.VolumeName(dir))
	found, ok := r.real[up]
	for !ok {
		i := strings.LastIndex(up, separator)
		if i <= root {
			up, found = up[:min(root+1, len(up))], realDir{dir[:min(root+1, len(dir))], true}
			break
		}
		up = up[:i]
		found, ok = r.real[up]
	}
	for rest := strings.TrimPrefix(dir[len(up):], separator); rest != ""; {
		name, below, _ := strings.Cut(rest, separator)
		r.lookups++
		real := filepath.Join(found.path, name)
		info, err := os.Lstat(real)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			real, err = filepath.EvalSymlinks(real)
		}
		if err != nil {
			return realDir{filepath.Join(found.path, rest), false}
		}
		found = realDir{real, true}
		r.real[dir[:len(dir)-len(rest)+len(name)]] = found
		rest = below
	}
	return found
}

// files gives the files that a path means, as they are named from the working
// directory.
func (r *fleetPaths) files(p fleetPath, dir string) ([]string, error) {
	if len(p.path) > maxFleetPath {
		return nil, fmt.Errorf("the path %q has more than %d bytes", printable(p.path[:32]+"…"), maxFleetPath)
	}
	if strings.Contains(p.path, "$") {
		return nil, fmt.Errorf("the path %q holds a variable, which is not known here", printable(p.path))
	}
	if filepath.IsAbs(p.path) || strings.HasPrefix(p.path, "/") {
		return nil, fmt.Errorf("the path %q %w; write it relative to this file", printable(p.path), errFleetOut)
	}
	path := filepath.Join(dir, filepath.FromSlash(p.path))
	if files := r.found[path]; files != nil && !p.glob {
		return files, nil
	}
	full, err := filepath.Abs(path)
	if err != nil || !below(r.root, filepath.Join(r.directory(filepath.Dir(full)).path, filepath.Base(full))) {
		return nil, fmt.Errorf("the path %q %w", printable(p.path), errFleetOut)
	}
	matches := []string{path}
	if p.glob {
		if r.patterns++; r.patterns > maxFleetPatterns {
			return nil, fmt.Errorf("more than %d patterns in one file; this one is not followed", maxFleetPatterns)
		}
		matches, err = filesLike(path, doublestar.WithNoHidden(), doublestar.WithFilesOnly(), doublestar.WithNoFollow())
		if r.matches += len(matches); err == nil && r.matches > maxFleetFiles {
			err = errors.New("too many files match")
		}
		if err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", printable(p.path), err)
		}
		slices.Sort(matches)
	}
	for i, file := range matches {
		if err := r.file(p, file); err != nil {
			return matches[:i], err
		}
		matches[i] = filepath.Clean(file)
	}
	if !p.glob {
		r.found[path] = matches
	}
	return matches, nil
}

// file tells what keeps a file from being read.
func (r *fleetPaths) file(p fleetPath, file string) error {
	full, err := filepath.Abs(file)
	if err != nil {
		return plain(printable(p.path), err)
	}
	dir := r.directory(filepath.Dir(full))
	real := filepath.Join(dir.path, filepath.Base(full))
	info, err := fs.FileInfo(nil), fs.ErrNotExist
	if dir.exists {
		r.lookups++
		info, err = os.Lstat(real)
	}
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if real, err = filepath.EvalSymlinks(real); err == nil {
			info, err = os.Lstat(real)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &missing{printable(p.path)}
	case err != nil:
		return plain(printable(p.path), err)
	case !below(r.root, real):
		return fmt.Errorf("the path %q %w", printable(p.path), errFleetOut)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", printable(p.path))
	}
	return nil
}
