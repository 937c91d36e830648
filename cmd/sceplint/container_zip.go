package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// What a ZIP archive may cost beside its entries.
const (
	maxZipDirectory = 32 << 20  // bytes of its list of entries, which is kept in memory
	maxZipStream    = 256 << 20 // bytes of an archive on standard input, which is kept
)

var errZipDirectory = fmt.Errorf("its list of entries has more than %d MiB", maxZipDirectory>>20)

// sparing reads no more than so many bytes until it is told otherwise.
type sparing struct {
	from io.ReaderAt
	left int64 // less than 0: no limit
}

func (r *sparing) ReadAt(p []byte, at int64) (int, error) {
	if r.left >= 0 {
		if r.left -= int64(len(p)); r.left < 0 {
			r.left = 0
			return 0, errZipDirectory
		}
	}
	return r.from.ReadAt(p, at)
}

// zip yields the profiles of a ZIP archive in the order of its list.
func (c *container) zip(yield func(checker.Input) bool) bool {
	file, size := c.file, c.size
	if file == nil {
		kept := c.keep()
		n, err := kept.copy(io.LimitReader(c.reader, maxZipStream+1))
		switch {
		case err != nil:
			return yield(c.failed(c.name, "the archive cannot be read: %s", fault(err)))
		case n > maxZipStream:
			return yield(c.failed(c.name, "the archive has more than %d MiB; name it as a file", maxZipStream>>20))
		}
		file, size = kept, n
	}
	from := &sparing{file, maxZipDirectory}
	archive, err := zip.NewReader(from, size)
	if err != nil {
		if errors.Is(err, zip.ErrFormat) {
			err = errors.New("its list of entries, which stands at its end, is missing or damaged; it may be cut off")
		}
		return yield(c.failed(c.name, "the archive cannot be read: %s", fault(err)))
	}
	from.left = -1
	if len(archive.File) > maxEntries {
		return yield(c.failed(c.name, "the archive has more than %d entries", maxEntries))
	}
	unpacked, packed := int64(0), uint64(0)
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if packed += min(f.CompressedSize64, uint64(size)+1); packed > uint64(size) {
			return yield(c.failed(c.name, "at the entry %s: its entries overlap one another, or are larger than it is; it is not read further", printable(f.Name)))
		}
		input := c.zipEntry(f)
		if input == nil {
			continue
		}
		if input.Skip == "" {
			unpacked += int64(min(f.UncompressedSize64, profile.MaxSize))
			if err := overfull(unpacked, size); err != nil {
				return yield(c.failed(c.name, "at the entry %s: %v", printable(f.Name), err))
			}
		}
		if f.UncompressedSize64 > uint64(listFrom) && input.Skip == "" {
			if is, more := c.zipList(f, input.Name, yield); is {
				if !more {
					return false
				}
				continue
			}
		}
		if !yield(*input) {
			return false
		}
	}
	return true
}

func (c *container) zipEntry(f *zip.File) *checker.Input {
	failed := func(name, format string, args ...any) *checker.Input {
		input := c.failed(name, format, args...)
		return &input
	}
	name, err := c.inside(f.Name)
	if err != nil {
		return failed(name, "%v", err)
	}
	read, optional, skip := c.wanted(name)
	switch {
	case skip != "":
		return &checker.Input{Name: name, Skip: skip}
	case !read:
		return nil
	case f.Mode()&fs.ModeSymlink != 0:
		return &checker.Input{Name: name, Skip: "it is a link, and links in archives are not followed"}
	case !f.Mode().IsRegular():
		return &checker.Input{Name: name, Skip: "it is no file"}
	case f.Flags&1 != 0:
		return failed(name, "the entry is encrypted")
	case f.UncompressedSize64 > profile.MaxSize:
		return failed(name, "the entry has %d bytes; %d is the most that is read", f.UncompressedSize64, profile.MaxSize)
	}
	t := &turn{}
	return &checker.Input{Name: name, Optional: optional, Inside: true, Done: t.done, Read: func() ([]byte, error) {
		t.take(int64(f.UncompressedSize64)) // bounded above
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: the entry cannot be read: %s", checker.Printable(name), fault(err))
		}
		defer r.Close()
		text, err := readEntry(r, int64(f.UncompressedSize64))
		if err == nil {
			err = atEnd(r)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: the entry cannot be read: %s", checker.Printable(name), fault(err))
		}
		return text, nil
	}}
}

// zipList yields the entries of an export that lists profiles, if an entry of the
// archive is one. It is unpacked once, and kept.
func (c *container) zipList(f *zip.File, name string, yield func(checker.Input) bool) (is, more bool) {
	r, err := f.Open()
	if err != nil {
		return false, true
	}
	defer r.Close()
	head := make([]byte, profile.ListHead)
	n, err := io.ReadFull(r, head)
	if err != nil || profile.NewList(head[:n], bytes.NewReader(head)) == nil {
		return false, true // whoever reads it as a whole tells of an error
	}
	at, err := c.spoolEntry(io.MultiReader(bytes.NewReader(head), r), int64(f.UncompressedSize64))
	if err == nil {
		err = atEnd(r)
	}
	if err != nil {
		return true, yield(c.failed(name, "the entry cannot be read: %s", fault(err)))
	}
	return true, c.largeEntry(name, true, c.kept, at, int64(f.UncompressedSize64), yield)
}

// atEnd tells what is wrong with an entry, all of which was read: its checksum is
// looked at behind the last byte.
func atEnd(r io.Reader) error {
	var one [1]byte
	switch n, err := r.Read(one[:]); {
	case n > 0:
		return errors.New("it is larger than the archive says")
	case err != io.EOF:
		return err
	}
	return nil
}
