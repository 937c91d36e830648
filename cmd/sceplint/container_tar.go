package main

import (
	"archive/tar"
	"bufio"
	"io"

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
		input, err := c.tarEntry(r, header, from)
		if input != nil && !yield(*input) {
			return false
		}
		if err != nil {
			return damaged(err)
		}
	}
}

// tarEntry is the input for an entry; nil if it is left alone.
func (c *container) tarEntry(r *tar.Reader, header *tar.Header, from *blocks) (*checker.Input, error) {
	name, err := c.inside(header.Name)
	if err != nil {
		input := c.failed(name, "%v", err)
		return &input, nil
	}
	read, optional, skip := c.wanted(name)
	switch {
	case skip != "":
		return &checker.Input{Name: name, Skip: skip}, nil
	case !read:
		return nil, nil
	case header.Typeflag == tar.TypeSymlink, header.Typeflag == tar.TypeLink:
		return &checker.Input{Name: name, Skip: "it is a link, and links in archives are not followed"}, nil
	case header.Typeflag != tar.TypeReg:
		return &checker.Input{Name: name, Skip: "it is no file"}, nil
	case header.Size > profile.MaxSize:
		input := c.failed(name, "the entry has %d bytes; %d is the most that is read", header.Size, profile.MaxSize)
		return &input, nil
	}
	at := from.n
	var text []byte
	if again := c.file != nil && !sparse(header); !again || header.Size <= keptInMemory {
		if text, err = readEntry(r, header.Size); err != nil {
			input := c.failed(name, "the entry cannot be read: %s", fault(err))
			return &input, nil // the next header tells whether there is more
		}
		if !again {
			inner := *c
			inner.file = nil
			if at, err = c.keep().put(text); err != nil {
				return nil, err
			}
			inner.kept = c.kept
			input := inner.entry(name, text, at, len(text), nil)
			input.Optional = optional
			return &input, nil
		}
	}
	input := c.entry(name, text, at, int(header.Size), nil)
	input.Optional = optional
	return &input, nil
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
			text = append(text, 0)[:len(text)]
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
