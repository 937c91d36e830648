package source

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
)

// What a ZIP archive may cost beside its entries.
const (
	maxZipDirectory   = 32 << 20  // bytes of its list of entries, which is kept in memory
	maxEntryExpansion = 16 << 20  // bytes of an entry, beyond maxRatio times what it is packed in
	maxZipStream      = 256 << 20 // bytes of an archive on standard input, which is kept
)

var errZipDirectory = fmt.Errorf("central directory is larger than %d MiB", maxZipDirectory>>20)

// budgetReaderAt reads no more than so many bytes until the budget is raised, and knows where
// it read last.
type budgetReaderAt struct {
	from   io.ReaderAt
	budget int64 // less than 0: no limit
	last   *int64
}

func (r *budgetReaderAt) ReadAt(p []byte, at int64) (int, error) {
	if r.budget >= 0 {
		if r.budget -= int64(len(p)); r.budget < 0 {
			r.budget = 0
			return 0, errZipDirectory
		}
	}
	if r.last != nil {
		*r.last = at
	}
	return r.from.ReadAt(p, at)
}

// zip yields the profiles of a ZIP archive in the order of its list.
func (c *archive) zip(yield func(checker.Input) bool) bool {
	file, size := c.file, c.size
	if file == nil {
		at := c.spooled().size
		n, err := c.spooled().copy(io.LimitReader(c.reader, maxZipStream+1))
		switch {
		case err != nil:
			return yield(c.errorEntry(c.name, "cannot read the archive: %s", describeReadError(err)))
		case n > maxZipStream:
			return yield(c.errorEntry(c.name, "archive on standard input is larger than %d MiB; save it to a file", maxZipStream>>20))
		}
		file, size = io.NewSectionReader(c.spooled(), at, n), n
	}
	from := &budgetReaderAt{from: file, budget: maxZipDirectory}
	archive, err := zip.NewReader(from, size)
	if head, _ := c.reader.Peek(2); err != nil && c.found && string(head) != "PK" { // as a pointer of Git LFS
		return yield(checker.Input{Name: c.name, Skip: skipContent})
	}
	if err != nil {
		if errors.Is(err, zip.ErrFormat) {
			err = errors.New("central directory is missing or corrupt; the archive may be truncated")
		}
		return yield(c.errorEntry(c.name, "cannot read the archive: %s", describeReadError(err)))
	}
	from.budget = -1
	if len(archive.File) > maxEntries {
		return yield(c.errorEntry(c.name, "archive has more than %d entries", maxEntries))
	}
	headers := readZipHeaders(archive, from, size)
	for _, fault := range headers.faults {
		if !yield(c.errorEntry(c.name, "%s", fault)) {
			return false
		}
	}
	unpacked, packed := int64(0), uint64(0)
	defer func() { c.in.recordExpansion(unpacked, size) }()
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 && headers.entries[f] == "" {
			continue
		}
		if packed += min(f.CompressedSize64, uint64(size)+1); packed > uint64(size) {
			return yield(c.errorEntry(c.name, "at the entry %s: entries overlap or exceed the archive; reading stopped", printableName(f.Name)))
		}
		input, read := c.zipEntry(f, headers.entries[f])
		if read {
			unpacked += int64(min(f.UncompressedSize64, plist.MaxSize))
			if err := c.in.checkExpansion(unpacked, size); err != nil {
				return yield(c.errorEntry(c.name, "at the entry %s: %v", printableName(f.Name), err))
			}
			if is, more := c.zipJSONLines(f, input.Name, yield); is {
				if !more {
					return false
				}
				continue
			}
		}
		if read && f.UncompressedSize64 > uint64(minExportStream) {
			if is, more := c.zipExport(f, input.Name, yield); is {
				if !more {
					return false
				}
				continue
			}
		}
		if !yield(input) {
			return false
		}
	}
	return true
}

// zipHeaders are the headers that stand before the entries of an archive, as far as they
// do not say what its list says: other programs read them.
type zipHeaders struct {
	faults  []string             // of the archive
	entries map[*zip.File]string // of its entries
}

// readZipHeaders compares the list of an archive with the headers of its
// entries.
func readZipHeaders(archive *zip.Reader, from *budgetReaderAt, size int64) (found zipHeaders) {
	found.entries = map[*zip.File]string{}
	const length, stored = 30, 0xffffffff // of a header; a size that stands elsewhere
	var at int64
	from.last = &at
	defer func() { from.last = nil }()
	first := size
	var head [length]byte
	for _, f := range archive.File {
		if _, err := f.DataOffset(); err != nil { // which reads the header
			continue // reading the entry gives the error
		}
		first = min(first, at)
		if _, err := from.from.ReadAt(head[:], at); err != nil {
			continue
		}
		field := func(at, n int) uint64 {
			var all [8]byte
			copy(all[:], head[at:at+n])
			return binary.LittleEndian.Uint64(all[:])
		}
		name := make([]byte, field(26, 2))
		if _, err := from.from.ReadAt(name, at+length); err != nil {
			continue
		}
		described := field(6, 2)&8 != 0 // the sizes follow the entry
		differs := func(have, want uint64) bool {
			return have != want && have != stored && !(described && have == 0)
		}
		if !isCandidate(path.Base(f.Name)) && !isCandidate(path.Base(string(name))) && !otherName(f) {
			continue
		}
		switch {
		case otherName(f):
			found.entries[f] = "entry name differs in the Unicode path; skipped"
		case string(name) != f.Name:
			found.entries[f] = fmt.Sprintf("entry name differs in the local header, %s; skipped", printableName(string(name)))
		case differs(field(18, 4), f.CompressedSize64), differs(field(22, 4), f.UncompressedSize64):
			found.entries[f] = "entry sizes differ between the local header and the central directory; skipped"
		case field(8, 2) != uint64(f.Method) && (f.Method == zip.Store || f.Method == zip.Deflate), (field(6, 2)^uint64(f.Flags))&1 != 0:
			found.entries[f] = "compression method differs between the local header and the central directory; skipped"
		}
	}
	if n, _ := from.from.ReadAt(head[:4], 0); n == 4 && string(head[:4]) == "PK\x03\x04" && first > 0 {
		found.faults = append(found.faults, "entries at the start are not in the central directory; skipped")
	}
	tail := make([]byte, min(size, 66<<10))
	n, _ := from.from.ReadAt(tail, size-int64(len(tail)))
	if end := bytes.LastIndex(tail[:n], []byte("PK\x05\x06")); end >= 0 && len(bytes.Trim(tail[min(n, end+22+len(archive.Comment)):n], "\x00\r\n\t ")) > 0 {
		found.faults = append(found.faults, "trailing data after the end of the archive; skipped")
	}
	return found
}

// otherName reports whether an entry has a Unicode path, a field of its own that some
// programs use for its name, which makes it another kind of file.
func otherName(f *zip.File) bool {
	const unicodePath, prefix = 0x7075, 5 // a version and a checksum stand before the name
	for extra := f.Extra; len(extra) >= 4; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			return false
		}
		if id == unicodePath && size > prefix {
			name := string(extra[prefix:size])
			return isCandidate(path.Base(name)) != isCandidate(path.Base(f.Name))
		}
		extra = extra[size:]
	}
	return false
}

// zipEntry returns the input for an entry, and whether it is one that is read.
// fault is an error of the entry.
func (c *archive) zipEntry(f *zip.File, fault string) (input checker.Input, read bool) {
	name, err := c.entryName(f.Name)
	if err != nil {
		return c.errorEntry(name, "%v", err), false
	}
	left, is := c.skippedEntry(name)
	switch kind := f.Mode() &^ fs.ModeDir; { // a directory by its attributes may hold data
	case f.Flags&1 != 0 && !is:
		return c.errorEntry(name, "entry is encrypted; extract the archive first"), false
	case fault != "":
		return c.errorEntry(name, "%s", fault), false
	case is:
		return left, false
	case strings.HasSuffix(f.Name, "/"):
		return c.errorEntry(name, "directory entry contains data; skipped"), false
	case kind&fs.ModeSymlink != 0:
		return checker.Input{Name: name, Skip: skipLink}, false
	case !kind.IsRegular():
		return checker.Input{Name: name, Skip: skipNoFile}, false
	case f.UncompressedSize64 > plist.MaxSize:
		return c.errorEntry(name, "entry of %d bytes is too large; the limit is %d", f.UncompressedSize64, plist.MaxSize), false
	case f.UncompressedSize64 > maxEntryExpansion && f.UncompressedSize64/maxRatio > f.CompressedSize64: // no profile packs so well by itself
		return c.errorEntry(name, "compression ratio exceeds %d; skipped", maxRatio), false
	}
	t := &largeFileLock{}
	return checker.Input{Name: name, Optional: isOptional(name), Inside: true, Lock: t, Read: func() ([]byte, error) {
		t.lock(int64(f.UncompressedSize64)) // bounded above
		r, err := f.Open()
		if err != nil {
			return nil, c.readError(name, err)
		}
		defer r.Close()
		text, err := readTarOrZipEntry(r, int64(f.UncompressedSize64))
		if err == nil {
			err = checkEnd(r)
		}
		if err != nil {
			return nil, c.readError(name, err)
		}
		return text, nil
	}}, true
}

func (c *archive) readError(name string, err error) error {
	return fmt.Errorf("%s: cannot read the entry: %s", printable.Text(name), describeReadError(err))
}

// zipJSONLines yields the lines of an entry, if it is a stream of JSON Lines.
func (c *archive) zipJSONLines(f *zip.File, name string, yield func(checker.Input) bool) (is, more bool) {
	if !mayBeJSONLines(name) {
		return false, true
	}
	r, err := f.Open()
	if err != nil {
		return false, true // reading it as a whole gives the error
	}
	defer r.Close()
	inner := c.nested(name, io.LimitReader(r, int64(f.UncompressedSize64)))
	if head, _ := inner.reader.Peek(sniffLen); !isJSONLines(name, head) {
		return false, true
	}
	if !inner.jsonLines(yield) {
		return true, false
	}
	if err := checkEnd(r); err != nil {
		err = c.readError(name, err)
		return true, yield(checker.Input{Name: name, Inside: true, Read: func() ([]byte, error) { return nil, err }})
	}
	return true, true
}

// zipExport yields the entries of an export that lists profiles, if an entry of the
// archive is one. It is unpacked once, and kept.
func (c *archive) zipExport(f *zip.File, name string, yield func(checker.Input) bool) (is, more bool) {
	r, err := f.Open()
	if err != nil {
		return false, true
	}
	defer r.Close()
	head := make([]byte, export.HeadSize)
	n, err := io.ReadFull(r, head)
	if err != nil || export.NewEntryReader(head[:n], bytes.NewReader(head)) == nil {
		return false, true // reading it as a whole reports the error
	}
	at, err := c.spoolEntry(io.MultiReader(bytes.NewReader(head), r), int64(f.UncompressedSize64))
	if err == nil {
		err = checkEnd(r)
	}
	if err != nil {
		return true, yield(c.errorEntry(name, "cannot read the entry: %s", describeReadError(err)))
	}
	return true, c.largeEntry(name, true, c.spooled(), at, int64(f.UncompressedSize64), yield)
}

// checkEnd returns the error of an entry, all of which was read: its checksum is
// verified after the last byte.
func checkEnd(r io.Reader) error {
	var one [1]byte
	switch n, err := r.Read(one[:]); {
	case n > 0:
		return errors.New("entry is larger than the archive declares")
	case err != io.EOF:
		return err
	}
	return nil
}
