package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/plist"
)

var errAlternatives = fmt.Errorf("braces expand to more than %d patterns", config.MaxAlternatives)

// globFiles returns the files that a pattern matches.
func globFiles(pattern string, options ...doublestar.GlobOption) ([]string, error) {
	if config.Alternatives(pattern) > config.MaxAlternatives {
		return nil, errAlternatives
	}
	return doublestar.FilepathGlob(pattern, options...)
}

// candidateExtensions are the extensions of the files of a directory that are looked into:
// those of profiles, and of what may hold some. Their content tells what they are.
var candidateExtensions = []string{".mobileconfig", ".plist", ".xml", ".json", ".jsonl", ".ndjson", ".yml", ".yaml", ".tf", ".tofu", ".zip", ".tar", ".tgz", ".gz"}

// isCandidate reports whether a file of a directory may be a profile, or contain
// some, by its name.
func isCandidate(name string) bool {
	return slices.Contains(candidateExtensions, strings.ToLower(filepath.Ext(name))) && !strings.HasPrefix(name, "._")
}

// unreadArchives are the extensions of archives that are not read.
var unreadArchives = []string{".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".zst", ".tzst", ".lzma", ".7z", ".rar", ".dmg"}

// skipByName returns why a file is skipped whose name is not that of a
// candidate.
func skipByName(name string) checker.Skip {
	if slices.Contains(unreadArchives, strings.ToLower(filepath.Ext(name))) && !strings.HasPrefix(name, "._") {
		return checker.Skip{Reason: "unsupported archive format; extract it first", Kind: checker.SkipFound}
	}
	return skipName
}

// Why paths of a directory are skipped.
var (
	skipName      = checker.Skip{Reason: "file name is not that of a profile or an export", Kind: checker.SkipUnrelated}
	skipHidden    = checker.Skip{Reason: "hidden directory", Kind: checker.SkipUnrelated}
	skipDirectory = checker.Skip{Reason: "link to a directory", Kind: checker.SkipFound}
	skipNoFiles   = checker.Skip{Reason: "directory without files"}
	skipDangling  = checker.Skip{Reason: "link to a file that does not exist", Kind: checker.SkipFound}
	skipContent   = checker.Skip{Reason: checker.NotProfile, Kind: checker.SkipFound}
	skipLarge     = checker.Skip{Reason: checker.TooLarge, Kind: checker.SkipNoted}
	skipYAML      = checker.Skip{Reason: fmt.Sprintf("YAML file larger than %d MiB", maxFleetFile>>20), Kind: checker.SkipNoted}
)

// walk yields the files below a directory: candidates to be checked, others to
// be skipped.
func (in *Inputs) walk(dir string, yield yielder) bool {
	root := filepath.Clean(dir)
	start := root
	if info, err := os.Lstat(root); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		start += string(filepath.Separator) // named by the user, so followed
	}
	more := true // false once nothing more is wanted: then nothing more may be yielded
	_ = filepath.WalkDir(start, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			more = yield(errorInput(path, err), path)
			if more && d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			path = filepath.Clean(path)
			switch {
			case in.isDirectoryLink(path, d):
				more = in.skip(path, skipDirectory, yield)
			case !isCandidate(d.Name()):
				more = in.skip(path, skipByName(d.Name()), yield)
			default:
				more = in.foundFile(path, d.Type().IsRegular(), yield)
			}
		case path == start:
		case strings.HasPrefix(d.Name(), "."):
			if more = in.skip(path, skipHidden, yield); more {
				return fs.SkipDir
			}
		case in.Excluded(path):
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

// isDirectoryLink reports whether an entry of a directory is a link to another one.
func (in *Inputs) isDirectoryLink(path string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (in *Inputs) skip(path string, why checker.Skip, yield yielder) bool {
	return yield(checker.Input{Name: path, Skip: why}, path)
}

// exclude yields the candidates below a directory that the configuration
// excludes, as excluded.
func (in *Inputs) exclude(dir string, yield yielder) bool {
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

// foundFile yields a file that the user did not name, but a pattern or directory
// contains: it is skipped unless its content is that of a profile or an export.
func (in *Inputs) foundFile(path string, regular bool, yield yielder) bool {
	profileName := strings.EqualFold(filepath.Ext(path), ".mobileconfig")
	switch {
	case in.Excluded(path):
		return yield(checker.Input{Name: path, Excluded: true}, path)
	case regular && profileName: // there may be very many
		return yield(fileInput(path, false), path)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !profileName:
		return in.skip(path, skipDangling, yield)
	case err != nil:
		return yield(errorInput(path, err), path)
	case !info.Mode().IsRegular():
		return in.skip(path, checker.Skip{Reason: kindOfFile(info.Mode()) + "; checked only if named explicitly"}, yield)
	case profileName:
		return yield(fileInput(path, false), path)
	}
	if is, more := in.containedIn(path, info.Size(), false, yield); is {
		return more
	}
	switch extension := strings.ToLower(filepath.Ext(path)); {
	case extension == ".yml" || extension == ".yaml":
		if info.Size() > maxFleetFile {
			return in.skip(path, skipYAML, yield)
		}
		return in.skip(path, skipContent, yield)
	case info.Size() > plist.MaxSize:
		return in.skip(path, skipLarge, yield)
	}
	return yield(fileInput(path, true), path)
}

// kindOfFile returns the kind of a file that is not regular.
func kindOfFile(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
}

// glob yields what a pattern matches, for shells that do not expand patterns.
func (in *Inputs) glob(pattern string, yield yielder) bool {
	options := []doublestar.GlobOption{doublestar.WithNoHidden()}
	if strings.Contains(pattern, "**") {
		options = append(options, doublestar.WithNoFollow()) // as in a directory
	}
	matches, err := globFiles(pattern, options...)
	if errors.Is(err, doublestar.ErrBadPattern) {
		err = errors.New("no such file or directory, and not a valid glob pattern")
	}
	if err == nil && len(matches) == 0 {
		err = errors.New("no file matches the glob pattern")
	}
	if err != nil {
		return yield(errorInput(pattern, err), pattern)
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
		if !in.foundFile(path, false, yield) {
			return false
		}
	}
	return true
}
