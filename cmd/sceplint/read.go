package main

import (
	"io"
	"sync"

	"github.com/sceplint/sceplint/checker/localfile"
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
		return nil, localfile.DescribeError(path, err)
	}
	return text, nil
}

// readSlow reads a file in the way that works everywhere.
func readSlow(path string, t *turn) ([]byte, error) {
	f, err := localfile.OpenNonblock(path)
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

func readPipe(path string) ([]byte, error) {
	f, err := localfile.OpenPipe(path)
	if err != nil {
		return nil, localfile.DescribeError(path, err)
	}
	defer f.Close()
	text, err := readAll(f)
	if err != nil {
		return nil, localfile.DescribeError(path, err)
	}
	return text, nil
}
