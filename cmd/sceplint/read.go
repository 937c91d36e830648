package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// buffers are those of files that were checked, for the next ones: fresh memory
// takes longer to get than a small file to read.
var buffers sync.Pool

// largest bounds the buffers that are kept, in bytes.
const largest = 1 << 20

func free(text []byte) {
	if cap(text) <= largest {
		text = text[:0]
		buffers.Put(&text)
	}
}

// buffer gives an empty buffer of at least so many bytes.
func buffer(size int) []byte {
	if b, ok := buffers.Get().(*[]byte); ok && cap(*b) >= size {
		return *b
	}
	return make([]byte, 0, max(size, 16<<10))
}

// readFile reads a whole file, up to a little more than the parser takes.
func readFile(path string) ([]byte, error) { return (*turn)(nil).read(path) }

// read is readFile, when the file has its turn.
func (t *turn) read(path string) ([]byte, error) {
	text, ok, err := readFast(path, t)
	if err == nil && !ok {
		text, err = readSlow(path, t)
	}
	if err != nil {
		return nil, plain(path, err)
	}
	return text, nil
}

// readSlow reads a file in the way that works everywhere.
func readSlow(path string, t *turn) ([]byte, error) {
	f, err := openWithoutWaiting(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		t.take(info.Size())
	}
	return readAll(f)
}

// readAll reads up to a little more than the parser takes.
func readAll(r io.Reader) ([]byte, error) {
	const most, small = profile.MaxSize + 1, 8 << 20
	text, err := io.ReadAll(io.LimitReader(r, small))
	if err != nil || len(text) < small {
		return text, err
	}
	// Growing further would take the memory twice. What is not written to takes none.
	all := make([]byte, most)
	n := copy(all, text)
	more, err := io.ReadFull(r, all[n:])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return all[:n+more], err
}

// plain words an error of the file system for people: the path, then what is
// wrong.
func plain(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	path = checker.Printable(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such file or directory", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: no permission to read it", path)
	}
	return fmt.Errorf("%s: %w", path, err)
}
