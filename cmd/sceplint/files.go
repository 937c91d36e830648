package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
)

// inputs are the files that the arguments stand for, in the order of the
// arguments and of names, each once.
type inputs struct {
	paths     []string
	stdin     io.Reader
	stdinName string

	counting     bool           // nothing is opened
	opened       []io.Closer    // what inputs are read from
	config       *configuration // tells what is excluded
	forceExclude bool           // even what is named
	excluded     atomic.Int64   // how many named files were passed over for it
	seen         map[string]bool
}

// check refuses arguments that stand for nothing before any work is done.
func (in *inputs) check() error {
	for i, path := range in.paths {
		if path == "-" {
			if slices.Contains(in.paths[:i], "-") {
				return errors.New("standard input (-) is given twice")
			}
			continue
		}
		if path == "" {
			return errors.New("an empty path is given")
		}
	}
	return nil
}

// all yields the files. A path that cannot be read yields an input that fails.
func (in *inputs) all() iter.Seq[checker.Input] {
	return func(yield func(checker.Input) bool) {
		in.seen = map[string]bool{}
		once := func(input checker.Input, key string) bool { return in.again(key) || yield(input) }
		for _, path := range in.paths {
			if path == "-" {
				if !in.standard(yield) {
					return
				}
				continue
			}
			if !in.expand(path, once) {
				return
			}
		}
	}
}

// again reports whether a file was there before, and notes that it is.
func (in *inputs) again(key string) bool {
	if len(in.paths) < 2 || key == "" {
		return false
	}
	if in.seen[key] {
		return true
	}
	in.seen[key] = true
	return false
}

// count counts the files without reading them.
func (in *inputs) count() (n int) {
	again := &inputs{paths: in.paths, stdinName: in.stdinName, counting: true, config: in.config, forceExclude: in.forceExclude}
	for range again.all() {
		n++
	}
	return n
}

type yielder func(input checker.Input, key string) bool

// expand yields what one argument stands for.
func (in *inputs) expand(path string, yield yielder) bool {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return in.walk(path, yield)
	case err == nil:
		name := filepath.Clean(path)
		if in.forceExclude && in.config.excluded(name) {
			in.excluded.Add(1)
			return true
		}
		if is, more := in.open(name, func(input checker.Input) bool { return yield(input, "") }); is {
			return more
		}
		if is, more := in.fleet(name, yield); is {
			return more
		}
		if large(name) {
			if is, more := in.listed(name, yield); is {
				return more
			}
		}
		input := fileInput(name, false)
		if info.Mode()&fs.ModeNamedPipe != 0 {
			input = checker.Input{Name: name, Read: func() ([]byte, error) { return readPipe(name) }}
		}
		if !info.Mode().IsRegular() { // a pipe is read once, and may be looked at again
			input.Read, input.Free, input.From = sync.OnceValues(input.Read), nil, nil
		}
		return yield(input, name)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?[{"):
		return in.glob(path, yield)
	}
	return yield(failing(path, err), path)
}

// glob yields what a pattern matches, for shells that leave patterns alone.
func (in *inputs) glob(pattern string, yield yielder) bool {
	options := []doublestar.GlobOption{doublestar.WithNoHidden()}
	if strings.Contains(pattern, "**") {
		options = append(options, doublestar.WithNoFollow()) // as in a directory
	}
	matches, err := filesLike(pattern, options...)
	if errors.Is(err, doublestar.ErrBadPattern) {
		err = errors.New("no such file or directory, and no valid pattern of files either")
	}
	if err == nil && len(matches) == 0 {
		err = errors.New("no file matches the pattern")
	}
	if err != nil {
		return yield(failing(pattern, err), pattern)
	}
	slices.Sort(matches)
	for _, path := range matches {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if strings.Contains(pattern, "**") {
				continue // what is in it is matched itself
			}
			if !in.walk(path, yield) {
				return false
			}
			continue
		}
		if in.config.excluded(path) || isPipe(path) { // a pipe is read if it is named
			continue
		}
		optional := !strings.EqualFold(filepath.Ext(path), ".mobileconfig")
		if optional && large(path) {
			if is, more := in.listed(path, yield); is {
				if !more {
					return false
				}
				continue
			}
		}
		if !yield(fileInput(path, optional), path) {
			return false
		}
	}
	return true
}

var errAlternatives = fmt.Errorf("its braces stand for more than %d patterns", config.MaxAlternatives)

// filesLike gives the files that a pattern matches.
func filesLike(pattern string, options ...doublestar.GlobOption) ([]string, error) {
	if config.Alternatives(pattern) > config.MaxAlternatives {
		return nil, errAlternatives
	}
	return doublestar.FilepathGlob(pattern, options...)
}

// walk yields the profiles below a directory, and what may be one.
func (in *inputs) walk(dir string, yield yielder) bool {
	root := filepath.Clean(dir)
	start := root
	if info, err := os.Lstat(root); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		start += string(filepath.Separator) // named by the user, so followed
	}
	more := true // false once nothing more is wanted: then nothing more may be yielded
	_ = filepath.WalkDir(start, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if more = yield(failing(path, err), path); !more {
				return fs.SkipAll
			}
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		name := d.Name()
		if d.IsDir() {
			if path != start && (strings.HasPrefix(name, ".") || in.config.excluded(path)) {
				return fs.SkipDir
			}
			return nil
		}
		extension := strings.ToLower(filepath.Ext(name))
		profileName := extension == ".mobileconfig"
		if !profileName && extension != ".plist" && extension != ".xml" || strings.HasPrefix(name, "._") {
			return nil
		}
		if !d.Type().IsRegular() { // a link is followed to a file, not to a directory
			if info, err := os.Stat(path); d.Type()&fs.ModeSymlink == 0 || err == nil && !info.Mode().IsRegular() {
				return nil
			}
		}
		path = filepath.Clean(path)
		if in.config.excluded(path) {
			return nil
		}
		if extension == ".xml" && large(path) {
			var is bool
			if is, more = in.listed(path, yield); is && !more {
				return fs.SkipAll
			} else if is {
				return nil
			}
		}
		if more = yield(fileInput(path, !profileName), path); !more {
			return fs.SkipAll
		}
		return nil
	})
	return more
}

func fileInput(path string, optional bool) checker.Input {
	return (&file{path, optional}).Input()
}

// file is a file that may be read again. There may be very many.
type file struct {
	path     string
	optional bool
}

// Input gives the file to be read.
func (f *file) Input() checker.Input {
	t := &turn{}
	return checker.Input{Name: f.path, Optional: f.optional, From: f, Read: func() ([]byte, error) { return t.read(f.path) }, Free: free, Done: t.done}
}

func failing(path string, err error) checker.Input {
	return checker.Input{Name: path, Read: func() ([]byte, error) { return nil, plain(path, err) }}
}
