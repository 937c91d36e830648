package main

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
	maxUnpacked = 64 << 30 // bytes, of all entries
	maxRatio    = 200      // of what is unpacked to what is packed, for more bytes than slackUnpack
	slackUnpack = 256 << 20
	maxSilent   = 1 << 20 // bytes that are read and unpack to nothing, as empty archives behind one another do
)

// gzip reads a compressed archive or stream.
func (c *container) gzip(yield func(checker.Input) bool) bool {
	packed := &counted{from: c.reader}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return yield(c.failed(c.name, "the gzip file is damaged: %v", err))
	}
	unpacked := &bounded{from: z, packed: packed, in: c.in}
	defer unpacked.settle()
	inner := *c
	inner.reader, inner.file, inner.stream = bufio.NewReaderSize(unpacked, heads), nil, nil
	head, err := inner.reader.Peek(512)
	name, _ := strings.CutSuffix(strings.ToLower(path.Base(filepath.ToSlash(c.name))), ".gz")
	if isTar(head) || err == nil && isZero(head) && slices.Contains([]string{".tar", ".tgz"}, path.Ext(name)) {
		return inner.tar(yield)
	}
	if opensLines(head) {
		head, _ := inner.reader.Peek(heads)
		if !c.found || lineProfile.Match(head) {
			return inner.lines(yield)
		}
	}
	switch {
	case c.found && !isCandidate(name): // anything may be compressed
		return yield(checker.Input{Name: c.name, Skip: checker.Skip{Reason: "a gzip file without a tar archive or JSON Lines with profiles", Kind: checker.SkipFound}})
	case err != nil && err != io.EOF:
		return yield(c.failed(c.name, "the gzip file is damaged: %s", fault(err)))
	}
	return yield(c.failed(c.name, "this gzip file holds neither a tar archive nor JSON Lines; unpack it first"))
}

// counted counts the bytes that are read.
type counted struct {
	from   *bufio.Reader
	n      int64
	silent int64 // of them, since something came of it
}

func (r *counted) Read(p []byte) (int, error) {
	if r.silent > maxSilent {
		return 0, errSilent
	}
	n, err := r.from.Read(p)
	r.n += int64(n)
	r.silent += int64(n)
	return n, err
}

// ReadByte makes the decompressor read no more than it needs.
func (r *counted) ReadByte() (byte, error) {
	if r.silent > maxSilent {
		return 0, errSilent
	}
	b, err := r.from.ReadByte()
	if err == nil {
		r.n++
		r.silent++
	}
	return b, err
}

var (
	errBomb     = fmt.Errorf("it holds more than %d times its size; it is not read further", maxRatio)
	errSilent   = fmt.Errorf("more than %d MiB of it hold nothing; it is not read further", maxSilent>>20)
	errUnpacked = fmt.Errorf("it holds more than %d GiB; it is not read further", maxUnpacked>>30)
)

// overfull tells whether what was unpacked is too much. Archives of one run share what
// they may unpack to beyond their ratio.
func (in *inputs) overfull(unpacked, packed int64) error {
	switch {
	case unpacked > maxUnpacked:
		return errUnpacked
	case unpacked > slackUnpack-in.overshoot && unpacked/maxRatio > packed:
		return errBomb
	}
	return nil
}

// settle takes what an archive unpacked to from what the next ones may.
func (in *inputs) settle(unpacked, packed int64) {
	if unpacked/maxRatio > packed {
		in.overshoot += unpacked
	}
}

// bounded ends where a compressed stream holds too much.
type bounded struct {
	from   io.Reader
	packed *counted
	in     *inputs
	n      int64
}

func (r *bounded) Read(p []byte) (int, error) {
	if err := r.in.overfull(r.n, r.packed.n); err != nil {
		return 0, err
	}
	n, err := r.from.Read(p)
	if r.n += int64(n); n > 0 {
		r.packed.silent = 0
	}
	return n, err
}

func (r *bounded) settle() { r.in.settle(r.n, r.packed.n) }

// fault words an error of reading for people.
func fault(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "it is cut off"
	case errors.Is(err, tar.ErrHeader):
		return "the header of an entry is damaged"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum):
		return "its checksum is wrong"
	case errors.Is(err, zip.ErrFormat):
		return "the entry is damaged"
	case errors.Is(err, zip.ErrAlgorithm):
		return "unsupported compression method"
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "archive/tar: "), "zip: ")
}
