package main

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/profile"
)

// inputs are the files that the arguments stand for, in the order of the
// arguments and of names, each once.
type inputs struct {
	paths     []string
	stdin     io.Reader
	stdinName string

	counting     bool           // nothing is opened
	opened       []io.Closer    // what inputs are read from
	kept         *spool         // of streams, which cannot be read again
	overshoot    int64          // bytes that archives unpacked to beyond their ratio
	config       *configuration // tells what is excluded
	forceExclude bool           // even what is named
	head         []byte         // of the file that is opened
	seed         maphash.Seed
	seen         map[uint64]struct{} // hashes of the paths that were yielded
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

// all yields the files. A path that cannot be read yields an input that fails,
// and one that is not checked an input that is skipped or excluded.
func (in *inputs) all() iter.Seq[checker.Input] {
	return func(yield func(checker.Input) bool) {
		in.seed, in.seen = maphash.MakeSeed(), map[uint64]struct{}{}
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
	if key == "" {
		return false
	}
	hash := maphash.String(in.seed, key)
	if _, ok := in.seen[hash]; ok {
		return true
	}
	in.seen[hash] = struct{}{}
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
		empty := true
		more := in.walk(path, func(input checker.Input, key string) bool { empty = false; return yield(input, key) })
		if more && empty {
			return in.skip(filepath.Clean(path), skipNoFiles, yield)
		}
		return more
	case err == nil:
		name := filepath.Clean(path)
		if in.forceExclude && in.config.excluded(name) {
			return yield(checker.Input{Name: name, Excluded: true}, name)
		}
		if info.Mode().IsRegular() {
			if is, more := in.several(name, info.Size(), true, yield); is {
				return more
			}
			return yield(fileInput(name, false), name)
		}
		input := fileInput(name, false)
		if info.Mode()&fs.ModeNamedPipe != 0 {
			input.Read = func() ([]byte, error) { return readPipe(name) }
		}
		input.Read, input.Free, input.From = sync.OnceValues(input.Read), nil, nil // a pipe is read once, and may be looked at again
		return yield(input, name)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?[{"):
		return in.glob(path, yield)
	}
	return yield(failing(path, err), path)
}

// several yields the inputs of a file that may hold several, or name them: an
// archive, a stream, a large export, YAML of Fleet. It tells whether the file is one.
func (in *inputs) several(name string, size int64, named bool, yield yielder) (is, more bool) {
	extension := strings.ToLower(filepath.Ext(name))
	switch extension {
	case ".mobileconfig", ".plist", ".xml": // profiles, and the time to look is saved
	case ".yml", ".yaml":
		if is, more := in.fleet(name, size, named, yield); is || !named {
			return is, more
		}
		fallthrough
	default:
		if is, more := in.open(name, size, named, yield); is {
			return true, more
		}
		if extension == ".json" && named && !in.counting {
			if text, err := readSmall(name, size, maxFleetAnswer); err == nil && fleetAnswer(text) {
				return true, yield(checker.Input{Name: name, Skip: checker.Skip{Reason: fleetNames}}, name)
			}
		}
	}
	if size > listFrom && (named || extension != ".mobileconfig" && extension != ".plist") {
		return in.listed(name, yield)
	}
	return false, true
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
		if !in.found(path, false, yield) {
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

// candidates are the extensions of the files of a directory that are looked into:
// those of profiles, and of what may hold some. Their content tells what they are.
var candidates = []string{".mobileconfig", ".plist", ".xml", ".json", ".jsonl", ".ndjson", ".yml", ".yaml", ".tf", ".tofu", ".zip", ".tar", ".tgz", ".gz"}

// isCandidate reports whether a file of a directory may be a profile, or hold some,
// by its name.
func isCandidate(name string) bool {
	return slices.Contains(candidates, strings.ToLower(filepath.Ext(name))) && !strings.HasPrefix(name, "._")
}

// unreadArchives are the extensions of archives that are not read.
var unreadArchives = []string{".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".zst", ".tzst", ".lzma", ".7z", ".rar", ".dmg"}

// skipByName tells why a file is skipped whose name is not that of a candidate.
func skipByName(name string) checker.Skip {
	if slices.Contains(unreadArchives, strings.ToLower(filepath.Ext(name))) && !strings.HasPrefix(name, "._") {
		return checker.Skip{Reason: "an archive of a kind that is not read; unpack it first", Kind: checker.SkipFound}
	}
	return skipName
}

// Why paths of a directory are skipped.
var (
	skipName      = checker.Skip{Reason: "the name is not that of a profile or an export", Kind: checker.SkipUnrelated}
	skipHidden    = checker.Skip{Reason: "a hidden directory", Kind: checker.SkipUnrelated}
	skipDirectory = checker.Skip{Reason: "a link to a directory, which is not followed", Kind: checker.SkipFound}
	skipNoFiles   = checker.Skip{Reason: "a directory without files"}
	skipDangling  = checker.Skip{Reason: "a link to a file that does not exist", Kind: checker.SkipFound}
	skipContent   = checker.Skip{Reason: checker.NotProfile, Kind: checker.SkipFound}
	skipLarge     = checker.Skip{Reason: checker.TooLarge, Kind: checker.SkipNoted}
	skipYAML      = checker.Skip{Reason: fmt.Sprintf("YAML of more than %d MiB, which is not read", maxFleetFile>>20), Kind: checker.SkipNoted}
)

// walk yields the files below a directory: profiles and what may hold some to be
// checked, others to be skipped.
func (in *inputs) walk(dir string, yield yielder) bool {
	root := filepath.Clean(dir)
	start := root
	if info, err := os.Lstat(root); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		start += string(filepath.Separator) // named by the user, so followed
	}
	more := true // false once nothing more is wanted: then nothing more may be yielded
	_ = filepath.WalkDir(start, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			more = yield(failing(path, err), path)
			if more && d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			path = filepath.Clean(path)
			switch {
			case in.linksDirectory(path, d):
				more = in.skip(path, skipDirectory, yield)
			case !isCandidate(d.Name()):
				more = in.skip(path, skipByName(d.Name()), yield)
			default:
				more = in.found(path, d.Type().IsRegular(), yield)
			}
		case path == start:
		case strings.HasPrefix(d.Name(), "."):
			if more = in.skip(path, skipHidden, yield); more {
				return fs.SkipDir
			}
		case in.config.excluded(path):
			if more = in.exclude(path, yield); more {
				return fs.SkipDir
			}
		}
		if !more {
			return fs.SkipAll
		}
		return nil
	})
	return more
}

// linksDirectory reports whether an entry of a directory is a link to another one.
func (in *inputs) linksDirectory(path string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (in *inputs) skip(path string, why checker.Skip, yield yielder) bool {
	return yield(checker.Input{Name: path, Skip: why}, path)
}

// exclude yields the files of a directory that the configuration excludes, which is
// not looked into any further.
func (in *inputs) exclude(dir string, yield yielder) bool {
	more := true
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case d != nil && d.IsDir() && (err != nil || path != dir && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case err == nil && !d.IsDir() && isCandidate(d.Name()):
			if more = yield(checker.Input{Name: path, Excluded: true}, path); !more {
				return fs.SkipAll
			}
		}
		return nil
	})
	return more
}

// found yields a file that was not named itself, but found by a pattern or in a
// directory: it is skipped unless its content is that of a profile or an export.
func (in *inputs) found(path string, regular bool, yield yielder) bool {
	profileName := strings.EqualFold(filepath.Ext(path), ".mobileconfig")
	switch {
	case in.config.excluded(path):
		return yield(checker.Input{Name: path, Excluded: true}, path)
	case regular && profileName: // there may be very many
		return yield(fileInput(path, false), path)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !profileName:
		return in.skip(path, skipDangling, yield)
	case err != nil:
		return yield(failing(path, err), path)
	case !info.Mode().IsRegular():
		return in.skip(path, checker.Skip{Reason: kindOfFile(info.Mode()) + ", which is read only if it is named"}, yield)
	case profileName:
		return yield(fileInput(path, false), path)
	}
	if is, more := in.several(path, info.Size(), false, yield); is {
		return more
	}
	switch extension := strings.ToLower(filepath.Ext(path)); {
	case extension == ".yml" || extension == ".yaml":
		if info.Size() > maxFleetFile {
			return in.skip(path, skipYAML, yield)
		}
		return in.skip(path, skipContent, yield)
	case info.Size() > profile.MaxSize:
		return in.skip(path, skipLarge, yield)
	}
	return yield(fileInput(path, true), path)
}

// kindOfFile names what is not a regular file.
func kindOfFile(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
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
	read := func() ([]byte, error) { return t.read(f.path) }
	if f.optional && strings.EqualFold(filepath.Ext(f.path), ".json") {
		read = func() ([]byte, error) {
			text, err := t.read(f.path)
			switch {
			case err != nil:
			case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")): // as PowerShell writes it
				return nil, &checker.SkipError{Skip: checker.Skip{Reason: "JSON in UTF-16, which is not read; save it as UTF-8"}}
			case len(text) <= maxFleetAnswer && fleetAnswer(text):
				return nil, &checker.SkipError{Skip: checker.Skip{Reason: fleetNames}}
			}
			return text, err
		}
	}
	return checker.Input{Name: f.path, Optional: f.optional, From: f, Read: read, Free: free, Done: t.done}
}

func failing(path string, err error) checker.Input {
	return checker.Input{Name: path, Read: func() ([]byte, error) { return nil, plain(path, err) }}
}
