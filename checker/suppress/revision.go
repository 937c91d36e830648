// Package suppress suppresses findings that were known before: those of a baseline file, and
// those that a Git revision already had.
package suppress

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// MaxFile is the size, in bytes, above which a file of a revision is not read.
const MaxFile = 128 << 20

// maxLinks bounds how many symbolic links one path may lead through.
const maxLinks = 40

// Revision is a commit of the Git repository around a directory. It compares
// bytes with bytes: neither the index, attributes, filters, nor what Git says
// of differences has a part in it. It may be used by several goroutines.
type Revision struct {
	// Selected selects the paths, from the root with slashes, of files that a run
	// would have checked; nil: all of them. A file that moved from another place is
	// new.
	Selected func(path string) bool

	root    string // of the working tree, absolute
	info    os.FileInfo
	here    string
	entries map[string]entry // by path from the root, with slashes

	moves  sync.Once
	byID   map[string][]string // paths that the working tree no longer has, by object
	lock   sync.Mutex          // for objects
	object *objectReader
}

// entry is a file of a tree.
type entry struct {
	id   string // of the object, in hexadecimal digits
	link bool
}

// OpenRevision resolves a revision of the repository that dir lies in, and
// lists its files. Close ends the process that reads them.
func OpenRevision(ctx context.Context, dir, revision string) (*Revision, error) {
	if revision == "" || strings.HasPrefix(revision, "-") {
		return nil, fmt.Errorf("invalid revision %q: expected, for example, origin/main or HEAD~1", revision)
	}
	g := git{ctx, dir}
	root, err := g.root()
	if err != nil {
		return nil, err
	}
	out, warnings, err := g.run("rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("unknown Git revision %q; in a shallow clone, fetch it first", revision)
	}
	if strings.Contains(warnings, "ambiguous") {
		return nil, fmt.Errorf("ambiguous Git revision %q: several branches or tags have this name; use the full name, such as refs/remotes/%s", revision, revision)
	}
	r := &Revision{root: root, here: dir, entries: map[string]entry{}}
	if r.info, err = os.Stat(root); err != nil {
		return nil, err
	}
	tree, _, err := g.run("ls-tree", "-r", "-z", "--full-tree", strings.TrimSpace(string(out)))
	if err != nil {
		return nil, err
	}
	for line := range bytes.SplitSeq(tree, []byte{0}) {
		head, name, ok := bytes.Cut(line, []byte("\t"))
		fields := strings.Fields(string(head)) // mode, type, object
		if !ok || len(fields) != 3 || fields[1] != "blob" {
			continue // a submodule, whose files the commit does not hold
		}
		r.entries[string(name)] = entry{id: fields[2], link: fields[0] == "120000"}
	}
	r.object, err = g.objects()
	return r, err
}

// Root is the absolute path of the working tree.
func (r *Revision) Root() string { return r.root }

// Close ends the process that reads objects.
func (r *Revision) Close() error { return r.object.close() }

// Before gives the bytes that the revision has for a file: those at its path,
// links followed within the commit, or, if the commit has no such path, those
// of a file of the same bytes and extension that the working tree no longer
// has. ok is false where the revision has none that can be read.
func (r *Revision) Before(file string, now []byte) (before []byte, ok bool) {
	name, ok := r.name(file)
	if !ok {
		return nil, false
	}
	if e, ok := r.resolve(name); ok {
		return r.read(e)
	}
	if id, ok := r.moved(name, now); ok {
		before, ok = r.read(entry{id: id})
		return before, ok && bytes.Equal(before, now)
	}
	return nil, false
}

// Now gives the bytes that the working tree has for a file.
func (r *Revision) Now(file string) ([]byte, bool) {
	if !filepath.IsAbs(file) {
		file = filepath.Join(r.here, file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	return text, err == nil && len(text) <= MaxFile
}

// Differing yields the path and the bytes of each selected file of the revision
// that the working tree has with other bytes, or not at all. The bytes are nil
// where they cannot be read.
func (r *Revision) Differing() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, name := range slices.Sorted(maps.Keys(r.entries)) {
			e := r.entries[name]
			if r.Selected != nil && !r.Selected(name) || !e.link && r.same(name, e) {
				continue
			}
			var text []byte
			if e, ok := r.resolve(name); ok {
				text, _ = r.read(e)
			}
			if !yield(name, text) {
				return
			}
		}
	}
}

// same reports whether the working tree has the bytes of an entry.
func (r *Revision) same(name string, e entry) bool {
	file, err := os.Open(filepath.Join(r.root, filepath.FromSlash(name)))
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	sum := blobHash(e.id, info.Size())
	if n, err := io.Copy(sum, io.LimitReader(file, info.Size()+1)); err != nil || n != info.Size() {
		return false
	}
	return hex.EncodeToString(sum.Sum(nil)) == e.id
}

// blobHash starts the hash that Git names a blob of a size by, of the same kind
// as an ID.
func blobHash(id string, size int64) hash.Hash {
	sum := sha1.New()
	if len(id) == 2*sha256.Size {
		sum = sha256.New()
	}
	fmt.Fprintf(sum, "blob %d\x00", size)
	return sum
}

// name is the path of a file from the root of the working tree. The root is the
// top-level directory of the file's path that it can be, so that a link to the
// root further inside is part of the name.
func (r *Revision) name(file string) (string, bool) {
	if !filepath.IsAbs(file) {
		file = filepath.Join(r.here, file)
	}
	file = filepath.Clean(file)
	name, found := "", false
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && os.SameFile(info, r.info) {
			if short, err := filepath.Rel(dir, file); err == nil {
				name, found = filepath.ToSlash(short), true
			}
		}
		if dir == filepath.Dir(dir) {
			return name, found
		}
	}
}

// resolve finds the entry at a path, through the links of the commit.
func (r *Revision) resolve(name string) (entry, bool) {
	rest, at := strings.Split(name, "/"), ""
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if at == "" {
				return entry{}, false
			}
			if at = path.Dir(at); at == "." {
				at = ""
			}
			continue
		}
		next := path.Join(at, part)
		e, ok := r.entries[next]
		switch {
		case ok && e.link:
			target, ok := r.read(e)
			if links++; !ok || links > maxLinks || len(target) > 4096 || bytes.HasPrefix(target, []byte("/")) {
				return entry{}, false
			}
			rest = append(strings.Split(string(target), "/"), rest...)
		case ok:
			return e, len(rest) == 0
		default:
			at = next
		}
	}
	return entry{}, false
}

// moved finds a file of the commit with the bytes of one that it does not have.
func (r *Revision) moved(name string, now []byte) (id string, ok bool) {
	r.moves.Do(func() {
		r.byID = map[string][]string{}
		for p, e := range r.entries {
			if e.link || r.Selected != nil && !r.Selected(p) {
				continue
			}
			if _, err := os.Lstat(filepath.Join(r.root, filepath.FromSlash(p))); errors.Is(err, os.ErrNotExist) {
				r.byID[e.id] = append(r.byID[e.id], p)
			}
		}
	})
	for id := range r.byID {
		sum := blobHash(id, int64(len(now)))
		sum.Write(now)
		id = hex.EncodeToString(sum.Sum(nil))
		return id, slices.ContainsFunc(r.byID[id], func(p string) bool { return path.Ext(p) == path.Ext(name) })
	}
	return "", false
}

func (r *Revision) read(e entry) ([]byte, bool) {
	r.lock.Lock()
	defer r.lock.Unlock()
	text, err := r.object.read(e.id)
	return text, err == nil
}
