package source

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

// What archives may unpack to.
const (
	maxUnpacked   = 64 << 30 // bytes, of all entries
	maxRatio      = 200      // of what is unpacked to what is packed, for more bytes than slackUnpack
	slackUnpack   = 256 << 20
	maxEmptyBytes = 1 << 20 // bytes that are read and unpack to nothing, such as a row of empty archives
)

// gzip reads a compressed archive or stream.
func (c *archive) gzip(yield func(checker.Input) bool) bool {
	packed := &countingReader{from: c.reader}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return yield(c.errorEntry(c.name, "corrupt gzip file: %v", err))
	}
	unpacked := &limitedReader{from: z, packed: packed, in: c.in}
	defer unpacked.recordExpansion()
	inner := *c
	inner.reader, inner.file, inner.onSpool = bufio.NewReaderSize(unpacked, sniffLen), nil, nil
	head, err := inner.reader.Peek(512)
	name, _ := strings.CutSuffix(strings.ToLower(path.Base(filepath.ToSlash(c.name))), ".gz")
	if isTar(head) || err == nil && isZero(head) && slices.Contains([]string{".tar", ".tgz"}, path.Ext(name)) {
		return inner.tar(yield)
	}
	if opensLines(head) {
		head, _ := inner.reader.Peek(sniffLen)
		if !c.found || lineProfile().Match(head) {
			return inner.jsonLines(yield)
		}
	}
	switch {
	case c.found && !isCandidate(name): // anything may be compressed
		return yield(checker.Input{Name: c.name, Skip: checker.Skip{Reason: "gzip file without a tar archive or JSON Lines with profiles", Kind: checker.SkipFound}})
	case err != nil && err != io.EOF:
		return yield(c.errorEntry(c.name, "corrupt gzip file: %s", describeReadError(err)))
	}
	return yield(c.errorEntry(c.name, "gzip file contains neither a tar archive nor JSON Lines; extract it first"))
}

// countingReader counts the bytes that are read.
type countingReader struct {
	from       *bufio.Reader
	n          int64
	emptyBytes int64 // of them, since something came of it
}

func (r *countingReader) Read(p []byte) (int, error) {
	if r.emptyBytes > maxEmptyBytes {
		return 0, errEmptyBytes
	}
	n, err := r.from.Read(p)
	r.n += int64(n)
	r.emptyBytes += int64(n)
	return n, err
}

// ReadByte implements io.ByteReader, so that the decompressor reads no more than
// it needs.
func (r *countingReader) ReadByte() (byte, error) {
	if r.emptyBytes > maxEmptyBytes {
		return 0, errEmptyBytes
	}
	b, err := r.from.ReadByte()
	if err == nil {
		r.n++
		r.emptyBytes++
	}
	return b, err
}

var (
	errBomb       = fmt.Errorf("compression ratio exceeds %d; reading stopped", maxRatio)
	errEmptyBytes = fmt.Errorf("more than %d MiB of input produced no output; reading stopped", maxEmptyBytes>>20)
	errUnpacked   = fmt.Errorf("larger than %d GiB when decompressed; reading stopped", maxUnpacked>>30)
)

// checkExpansion returns an error if the unpacked size is too large. The
// archives of one run share a limit for what they unpack to beyond their ratio.
func (in *Inputs) checkExpansion(unpacked, packed int64) error {
	switch {
	case unpacked > maxUnpacked:
		return errUnpacked
	case unpacked > slackUnpack-in.expanded && unpacked/maxRatio > packed:
		return errBomb
	}
	return nil
}

// recordExpansion subtracts what an archive unpacked to from the shared limit.
func (in *Inputs) recordExpansion(unpacked, packed int64) {
	if unpacked/maxRatio > packed {
		in.expanded += unpacked
	}
}

// limitedReader ends where a compressed stream holds too much.
type limitedReader struct {
	from   io.Reader
	packed *countingReader
	in     *Inputs
	n      int64
}

func (r *limitedReader) Read(p []byte) (int, error) {
	if err := r.in.checkExpansion(r.n, r.packed.n); err != nil {
		return 0, err
	}
	n, err := r.from.Read(p)
	if r.n += int64(n); n > 0 {
		r.packed.emptyBytes = 0
	}
	return n, err
}

func (r *limitedReader) recordExpansion() { r.in.recordExpansion(r.n, r.packed.n) }

// describeReadError words an error of reading for people.
func describeReadError(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "truncated file"
	case errors.Is(err, tar.ErrHeader):
		return "corrupt entry header"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum):
		return "checksum does not match"
	case errors.Is(err, zip.ErrFormat):
		return "corrupt entry"
	case errors.Is(err, zip.ErrAlgorithm):
		return "unsupported compression method"
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "archive/tar: "), "zip: ")
}
