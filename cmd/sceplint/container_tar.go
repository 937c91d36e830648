package main

import (
	"archive/tar"
	"bufio"
	"io"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// blocks counts what is read of a tar archive, and sees the block of zeros
// that ends it.
type blocks struct {
	from  *bufio.Reader
	n     int64
	ended bool
}

func (r *blocks) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.n += int64(n)
	r.ended = n == 512 && len(p) == 512
	for i := 0; r.ended && i < n; i++ {
		r.ended = p[i] == 0
	}
	return n, err
}

// tar yields the profiles of a tar archive in its order. Of one that is damaged
// what comes before is judged.
func (c *container) tar(yield func(checker.Input) bool) bool {
	from := &blocks{from: c.reader}
	r := tar.NewReader(from)
	last, entries := "", 0
	damaged := func(err error) bool {
		behind := "at its start"
		if last != "" {
			behind = "behind the entry " + last
		}
		return yield(c.failed(c.name, "the archive cannot be read on from byte %d, %s: %s", from.n, behind, fault(err)))
	}
	for {
		header, err := r.Next()
		switch {
		case err == io.EOF && !from.ended:
			return damaged(io.ErrUnexpectedEOF)
		case err == io.EOF:
			if _, err := io.CopyN(io.Discard, from.from, 1<<20); err != nil && err != io.EOF {
				return damaged(err) // a checksum stands at the end
			}
			return true
		case err != nil:
			return damaged(err)
		}
		if entries++; entries > maxEntries {
			return yield(c.failed(c.name, "the archive has more than %d entries; the rest is not read", maxEntries))
		}
		last = printable(header.Name)
		if header.Typeflag == tar.TypeDir || header.Typeflag == tar.TypeXGlobalHeader {
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

// tarEntry yields an entry, unless it is left alone.
func (c *container) tarEntry(r *tar.Reader, header *tar.Header, from *blocks, yield func(checker.Input) bool) (more bool, err error) {
	name, err := c.inside(header.Name)
	if err != nil {
		return yield(c.failed(name, "%v", err)), nil
	}
	read, optional, skip := c.wanted(name)
	switch {
	case skip != "":
		return yield(checker.Input{Name: name, Skip: skip}), nil
	case !read:
		return true, nil
	case header.Typeflag == tar.TypeSymlink, header.Typeflag == tar.TypeLink:
		return yield(checker.Input{Name: name, Skip: "it is a link, and links in archives are not followed"}), nil
	case header.Typeflag != tar.TypeReg:
		return yield(checker.Input{Name: name, Skip: "it is no file"}), nil
	case header.Size > profile.MaxSize:
		return yield(c.failed(name, "the entry has %d bytes; %d is the most that is read", header.Size, profile.MaxSize)), nil
	}
	again := c.file != nil && !sparse(header)
	at, size := from.n, int(header.Size)
	var text []byte
	switch {
	case again && header.Size > listFrom:
		return c.largeEntry(name, optional, c.file, at, header.Size, yield), nil
	case header.Size > listFrom:
		if at, err = c.spoolEntry(r, header.Size); err == nil {
			return c.largeEntry(name, optional, c.kept, at, header.Size, yield), nil
		}
	case !again || size <= keptInMemory:
		text, err = readEntry(r, header.Size)
	}
	if err != nil {
		return yield(c.failed(name, "the entry cannot be read: %s", fault(err))), nil // the next header tells whether there is more
	}
	in := c
	if !again {
		in = c.streamed()
		if at, err = in.kept.put(text); err != nil {
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

// readEntry reads a whole entry. A size that is not true does not take memory.
func readEntry(r io.Reader, size int64) ([]byte, error) {
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
