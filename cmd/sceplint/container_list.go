package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// listFrom is the size, in bytes, above which an export that lists profiles is
// read entry by entry, and not as a whole. Below it, that would save little.
var listFrom = int64(4 << 20)

// listOf gives the list that a text is, nil if it is no export that lists
// profiles.
func listOf(from io.Reader) *profile.List {
	head := make([]byte, profile.ListHead)
	n, err := io.ReadFull(from, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		return nil
	}
	return profile.NewList(head[:n], io.MultiReader(&remaining{head[:n]}, from))
}

// parts yields the entries of a list. Each is read again when it is looked at,
// and has the name of the export.
func parts(list *profile.List, name string, inside bool, again io.ReaderAt, yield func(checker.Input) bool) bool {
	export := &piecemeal{name, inside, again}
	for count := 0; ; count++ {
		part, err := list.Next()
		if err == io.EOF {
			return true
		}
		if err == nil && count == maxEntries<<4 {
			err = fmt.Errorf("the export has more than %d entries; the rest is not read", count)
		}
		if err != nil {
			return yield(checker.Input{Name: name, Inside: inside, Part: &profile.Part{}, Read: func() ([]byte, error) { return nil, plain(name, err) }})
		}
		if !yield((&listEntry{export, part}).Input()) {
			return false
		}
	}
}

// listEntry is an entry of a list. There may be very many.
type listEntry struct {
	export *piecemeal
	part   *profile.Part
}

// Input gives the entry to be read.
func (e *listEntry) Input() checker.Input {
	return checker.Input{Name: e.export.name, Inside: e.export.inside, Part: e.part, From: e, Read: func() ([]byte, error) {
		return e.export.read(e.part.At, int64(e.part.Size))
	}}
}

// piecemeal is a text of which pieces are read.
type piecemeal struct {
	name   string
	inside bool // of an archive
	from   io.ReaderAt
}

func (x *piecemeal) read(at, size int64) ([]byte, error) {
	text := make([]byte, size)
	_, err := io.ReadFull(io.NewSectionReader(x.from, at, size), text)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errors.New("it became shorter while it was read")
	}
	if err != nil {
		return nil, plain(x.name, err)
	}
	return text, nil
}

// remaining gives its bytes once, and then lets go of them.
type remaining struct{ text []byte }

func (r *remaining) Read(p []byte) (int, error) {
	n := copy(p, r.text)
	if r.text = r.text[n:]; n == 0 {
		r.text = nil
		return 0, io.EOF
	}
	return n, nil
}

// byName reads a file that is opened for each read: an export has many entries, and
// a run many exports.
type byName string

func (name byName) ReadAt(p []byte, at int64) (int, error) {
	file, err := os.Open(string(name))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return file.ReadAt(p, at)
}

// listed yields the entries of a large file, if it is an export that lists
// profiles.
func (in *inputs) listed(name string, yield yielder) (is, more bool) {
	file, err := os.Open(name)
	if err != nil {
		return false, true
	}
	defer file.Close()
	list := listOf(file)
	switch {
	case list == nil:
		return false, true
	case in.counting:
		return true, yield(checker.Input{Name: name}, name)
	case in.again(name):
		return true, true
	}
	return true, parts(list, name, false, byName(name), func(input checker.Input) bool { return yield(input, "") })
}

// spooled yields a stream that begins like an export that lists profiles: its
// entries, if it is large.
func (c *container) spooled(yield func(checker.Input) bool) bool {
	at := c.keep().size
	n, err := c.keep().copy(c.reader)
	if err != nil {
		return yield(checker.Input{Name: c.name, Read: func() ([]byte, error) { return nil, err }})
	}
	text := io.NewSectionReader(c.keep(), at, n)
	if list := listOf(text); list != nil && n > listFrom {
		return parts(list, c.name, false, text, yield)
	}
	return yield(checker.Input{Name: c.name, Read: func() ([]byte, error) { return c.keep().get(at, int(n)) }})
}

// largeEntry yields an entry of an archive that is not in memory: the entries of
// its list, if it is one.
func (c *container) largeEntry(name string, optional bool, from io.ReaderAt, at, size int64, yield func(checker.Input) bool) bool {
	text := io.NewSectionReader(from, at, size)
	if list := listOf(text); list != nil {
		return parts(list, name, true, text, yield)
	}
	return yield(checker.Input{Name: name, Inside: true, Optional: optional, Read: func() ([]byte, error) {
		return (&piecemeal{name, true, text}).read(0, size)
	}})
}

// spoolEntry keeps an entry of a stream, and tells where.
func (c *container) spoolEntry(r io.Reader, size int64) (at int64, err error) {
	at = c.keep().size
	n, err := c.keep().copy(io.LimitReader(r, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return at, err
}

// emptyExports finds the exports that were read entry by entry, and in which there
// was nothing to check.
type emptyExports struct {
	file string
	some bool // something was checked, or could not be
}

// add adds the results in their order, and gives a result for the export that ended
// if nothing of it was checked.
func (x *emptyExports) add(r *checker.Result) (empty *checker.Result) {
	file := ""
	if r.Part && !r.IsFileSet {
		file = r.File
	}
	if file != x.file {
		if x.file != "" && !x.some {
			empty = &checker.Result{File: x.file, Skipped: checker.Skip{Reason: "an export whose entries hold no profiles for Apple devices with their settings"}}
		}
		*x = emptyExports{file: file}
	}
	x.some = x.some || r.Skipped.Reason == ""
	return empty
}
