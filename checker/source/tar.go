package source

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
)

// tarBlocks counts what is read of a tar archive, and sees the block of zeros
// that ends it.
type tarBlocks struct {
	from  *bufio.Reader
	n     int64
	ended bool
}

func (r *tarBlocks) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.n += int64(n)
	r.ended = n == 512 && len(p) == 512
	for i := 0; r.ended && i < n; i++ {
		r.ended = p[i] == 0
	}
	return n, err
}

// maxPadding is how many bytes of nothing may follow an archive.
const maxPadding = 64 << 20

var (
	errPadding  = fmt.Errorf("more than %d MiB of padding follow the archive", maxPadding>>20)
	errTrailing = errors.New("trailing data after the end of the archive; remove the data, or extract the archive first")
)

// nextArchive moves to the archive that follows the one that ended, if there is one:
// archives may stand one after the other.
func (r *tarBlocks) nextArchive() (bool, error) {
	for padding := 0; padding <= maxPadding; padding += 512 {
		block, err := r.from.Peek(512)
		switch {
		case isTar(block):
			return true, nil
		case !isZero(block):
			return false, errTrailing
		case err == io.EOF:
			return false, nil
		case err != nil: // a checksum stands at the end
			return false, err
		}
		n, _ := r.from.Discard(len(block))
		r.n += int64(n)
	}
	return false, errPadding
}

// tar yields the profiles of a tar archive in order, and of those that follow
// it. If one is corrupt, what is before the error is checked.
func (c *archive) tar(yield func(checker.Input) bool) bool {
	from := &tarBlocks{from: c.reader}
	r := tar.NewReader(from)
	last, entries := "", 0
	damaged := func(err error) bool {
		where := "at the start"
		if last != "" {
			where = "after the entry " + last
		}
		return yield(c.errorEntry(c.name, "cannot read the archive from byte %d, %s: %s", from.n, where, describeReadError(err)))
	}
	for {
		header, err := r.Next()
		switch {
		case err == io.EOF && !from.ended:
			return damaged(io.ErrUnexpectedEOF)
		case err == io.EOF:
			more, err := from.nextArchive()
			if err != nil {
				return damaged(err)
			}
			if !more {
				return true
			}
			r = tar.NewReader(from)
			continue
		case err != nil:
			return damaged(err)
		}
		if entries++; entries > maxEntries {
			return yield(c.errorEntry(c.name, "archive has more than %d entries; the rest was skipped", maxEntries))
		}
		last = printableName(header.Name)
		if header.Typeflag == tar.TypeDir && header.Size == 0 || header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		more, err := c.tarEntry(r, header, from, yield)
		switch {
		case !more:
			return false
		case err != nil:
			return damaged(err)
		}
	}
}

// tarEntry yields an entry.
func (c *archive) tarEntry(r *tar.Reader, header *tar.Header, from *tarBlocks, yield func(checker.Input) bool) (more bool, err error) {
	name, err := c.entryName(header.Name)
	if err != nil {
		return yield(c.errorEntry(name, "%v", err)), nil
	}
	left, is := c.skippedEntry(name)
	switch {
	case header.Typeflag == tar.TypeDir:
		return yield(c.errorEntry(name, "directory entry contains data; skipped")), nil
	case is:
		return yield(left), nil
	case header.Typeflag == tar.TypeSymlink, header.Typeflag == tar.TypeLink:
		return yield(checker.Input{Name: name, Skip: skipLink}), nil
	case header.Typeflag == tar.TypeChar, header.Typeflag == tar.TypeBlock, header.Typeflag == tar.TypeFifo:
		return yield(checker.Input{Name: name, Skip: skipNoFile}), nil
	case sparse(header): // a few bytes may stand for very many
		return yield(c.errorEntry(name, "sparse files are not supported; extract the archive first")), nil
	case header.Typeflag != tar.TypeReg && header.Typeflag != tar.TypeCont:
		return yield(c.errorEntry(name, "unsupported entry type %q; extract the archive first", header.Typeflag)), nil
	}
	again, optional := c.file != nil, isOptional(name)
	at, size := from.n, int(header.Size)
	body := io.Reader(r)
	if mayBeJSONLines(name) {
		buffered := bufio.NewReaderSize(r, int(min(header.Size, sniffLen)))
		if head, _ := buffered.Peek(int(min(header.Size, sniffLen))); isJSONLines(name, head) {
			return c.nested(name, buffered).jsonLines(yield), nil
		}
		body = buffered
	}
	if header.Size > plist.MaxSize {
		return yield(c.errorEntry(name, "entry of %d bytes is too large; the limit is %d", header.Size, plist.MaxSize)), nil
	}
	var text []byte
	switch {
	case again && header.Size > minExportStream:
		return c.largeEntry(name, optional, c.file, at, header.Size, yield), nil
	case header.Size > minExportStream:
		if at, err = c.spoolEntry(body, header.Size); err == nil {
			return c.largeEntry(name, optional, c.spooled(), at, header.Size, yield), nil
		}
	case !again || size <= keptInMemory:
		text, err = readTarOrZipEntry(body, header.Size)
	}
	if err != nil {
		return yield(c.errorEntry(name, "cannot read the entry: %s", describeReadError(err))), nil // the next header tells whether there is more
	}
	in := c
	if !again {
		in = c.spoolArchive()
		if at, err = in.spooled().put(text); err != nil {
			return true, err
		}
	}
	input := in.entry(name, text, at, size, 0)
	input.Optional = optional
	return yield(input), nil
}

// sparse reports whether the bytes of an entry are not side by side in the
// archive.
func sparse(header *tar.Header) bool {
	return header.Typeflag == tar.TypeGNUSparse || header.PAXRecords["GNU.sparse.major"] != "" || header.PAXRecords["GNU.sparse.map"] != ""
}

// readTarOrZipEntry reads a whole entry. A size that is not true does not take memory.
func readTarOrZipEntry(r io.Reader, size int64) ([]byte, error) {
	text := make([]byte, 0, min(size, keptInMemory))
	for int64(len(text)) < size {
		if len(text) == cap(text) {
			text = slices.Grow(text, int(min(size-int64(len(text)), int64(len(text))))) // append would go up by a quarter, and copy four times as much
		}
		n, err := r.Read(text[len(text):min(int64(cap(text)), size)])
		text = text[:len(text)+n]
		if err != nil && int64(len(text)) < size {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return text, nil
}
