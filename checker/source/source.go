// Package source turns paths, globs, archives, streams, and Fleet YAML into the documents to check.
package source

import (
	"bufio"
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/localfile"
)

// Inputs are the documents of the paths, in the order of the paths and of names,
// each once.
type Inputs struct {
	Paths     []string
	Stdin     io.Reader
	StdinName string

	counting     bool              // nothing is opened
	opened       []io.Closer       // what inputs are read from
	spool        *spool            // of streams, which cannot be read again
	expanded     int64             // bytes that archives unpacked to beyond their ratio
	Excluded     func(string) bool // reports which files the configuration excludes, by name; never nil
	ForceExclude bool              // exclude even files that are named
	sniffed      []byte            // of the file that is opened
	seed         maphash.Seed
	seen         map[uint64]struct{} // hashes of the paths that were yielded
}

// Validate rejects an empty path, and a duplicate - for standard input, before
// any work is done.
func (in *Inputs) Validate() error {
	for i, path := range in.Paths {
		if path == "-" {
			if slices.Contains(in.Paths[:i], "-") {
				return errors.New("standard input (-) specified more than once")
			}
			continue
		}
		if path == "" {
			return errors.New("empty path; use . for the working directory")
		}
	}
	return nil
}

// All yields the inputs. A path that cannot be read yields an input that fails,
// and one that is not checked an input that is skipped or excluded.
func (in *Inputs) All() iter.Seq[checker.Input] {
	return func(yield func(checker.Input) bool) {
		in.seed, in.seen = maphash.MakeSeed(), map[uint64]struct{}{}
		once := func(input checker.Input, key string) bool { return in.seenBefore(key) || yield(input) }
		for _, path := range in.Paths {
			if path == "-" {
				if !in.standardInput(yield) {
					return
				}
				continue
			}
			if !in.expandPath(path, once) {
				return
			}
		}
	}
}

// seenBefore reports whether a file was yielded before, and records it.
func (in *Inputs) seenBefore(key string) bool {
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

// Count returns the number of inputs without reading them.
func (in *Inputs) Count() (n int) {
	again := &Inputs{Paths: in.Paths, StdinName: in.StdinName, counting: true, Excluded: in.Excluded, ForceExclude: in.ForceExclude}
	for range again.All() {
		n++
	}
	return n
}

type yielder func(input checker.Input, key string) bool

// expandPath yields the inputs of one path.
func (in *Inputs) expandPath(path string, yield yielder) bool {
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
		if in.ForceExclude && in.Excluded(name) {
			return yield(checker.Input{Name: name, Excluded: true}, name)
		}
		if info.Mode().IsRegular() {
			if is, more := in.containedIn(name, info.Size(), true, yield); is {
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
	return yield(errorInput(path, err), path)
}

// containedIn yields the inputs of a file with possibly several, or references
// to them: an archive, a stream, a large export, YAML of Fleet. It reports
// whether the file is one.
func (in *Inputs) containedIn(name string, size int64, named bool, yield yielder) (is, more bool) {
	extension := strings.ToLower(filepath.Ext(name))
	switch extension {
	case ".mobileconfig", ".plist", ".xml": // profiles, and the time to look is saved
	case ".yml", ".yaml":
		if is, more := in.fleetFiles(name, size, named, yield); is || !named {
			return is, more
		}
		fallthrough
	default:
		if is, more := in.openArchive(name, size, named, yield); is {
			return true, more
		}
		if extension == ".json" && named && !in.counting {
			if text, err := readSmall(name, size, maxFleetResponse); err == nil && isFleetResponse(text) {
				return true, yield(checker.Input{Name: name, Skip: checker.Skip{Reason: fleetResponseReason}}, name)
			}
		}
	}
	if size > minExportStream && (named || extension != ".mobileconfig" && extension != ".plist") {
		return in.exportEntries(name, yield)
	}
	return false, true
}

// maxKeptOpen is how many containers are kept open, so that entries are read from the
// file that was opened first, and quickly. There may be more of them than a process can open.
const maxKeptOpen = 32

// openArchive yields what is in a file, if it is an archive.
func (in *Inputs) openArchive(name string, size int64, named bool, yield yielder) (is, more bool) {
	file, err := localfile.OpenNonblock(name)
	if err != nil {
		return false, true
	}
	if in.sniffed == nil {
		in.sniffed = make([]byte, sniffLen)
	}
	head := in.sniffed[:0]
	kind := archiveReaderOf(name, named, func(n int) []byte {
		if len(head) < n && int64(len(head)) < size {
			m, _ := file.ReadAt(in.sniffed[:n], 0)
			head = in.sniffed[:m]
		}
		return head[:min(n, len(head))]
	})
	if kind == nil || in.counting || in.seenBefore(name) {
		file.Close()
		return kind != nil, kind == nil || !in.counting || yield(checker.Input{Name: name}, name)
	}
	c := &archive{in: in, name: name, found: !named, reader: bufio.NewReaderSize(file, sniffLen), file: file, size: size}
	if len(in.opened) < maxKeptOpen {
		in.opened = append(in.opened, file) // entries are read as long as the run lasts
	} else {
		c.file = reopenedFile(name)
		defer file.Close()
	}
	return true, kind.readAll(c, func(input checker.Input) bool { return yield(input, "") })
}

// standardInput yields standard input, or what is in it.
func (in *Inputs) standardInput(yield func(checker.Input) bool) bool {
	if in.counting {
		return yield(checker.Input{Name: in.StdinName})
	}
	c := &archive{in: in, name: in.StdinName, reader: bufio.NewReaderSize(in.Stdin, sniffLen)}
	peek := func(n int) []byte { head, _ := c.reader.Peek(n); return head }
	if kind := archiveReaderOf(in.StdinName, true, peek); kind != nil {
		return kind.readAll(c, yield)
	}
	if head := peek(sniffLen); export.NewEntryReader(head, bytes.NewReader(head)) != nil {
		return c.spooledExport(yield)
	}
	text, err := ReadAll(c.reader)
	return yield(checker.Input{Name: in.StdinName, Read: func() ([]byte, error) { return text, err }}) // it may be looked at again
}

// Close closes the open files and removes the spool. Inputs cannot be read
// afterwards.
func (in *Inputs) Close() {
	for _, c := range in.opened {
		c.Close()
	}
	if in.spool != nil {
		in.spool.close()
	}
}
