package source

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/plist"
)

// buffers holds the buffers of files that were checked, for the next ones. Without it a run over 1,000 profiles takes
// 16 % more processor time and 8 MiB more (BenchmarkRunRules in cmd/sceplint).
var buffers sync.Pool

// maxPooledBuffer bounds the buffers that are kept, in bytes.
const maxPooledBuffer = 1 << 20

func releaseBuffer(text []byte) {
	if cap(text) <= maxPooledBuffer {
		text = text[:0]
		buffers.Put(&text)
	}
}

// acquireBuffer returns an empty buffer of at least so many bytes.
func acquireBuffer(size int) []byte {
	if b, ok := buffers.Get().(*[]byte); ok && cap(*b) >= size {
		return *b
	}
	return make([]byte, 0, max(size, 16<<10))
}

// readFile reads a whole file, up to a little more than the parser takes.
func readFile(path string) ([]byte, error) { return (*largeFileLock)(nil).read(path) }

// read reads a file like readFile, and holds the lock meanwhile if the file is
// large.
func (t *largeFileLock) read(path string) ([]byte, error) {
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
func readSlow(path string, t *largeFileLock) ([]byte, error) {
	f, err := localfile.OpenNonblock(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		t.lock(info.Size())
	}
	return ReadAll(f)
}

// ReadAll reads up to a little more than the parser accepts.
func ReadAll(r io.Reader) ([]byte, error) {
	const most, small = plist.MaxSize + 1, 8 << 20
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
	text, err := ReadAll(f)
	if err != nil {
		return nil, localfile.DescribeError(path, err)
	}
	return text, nil
}

// ReadPath reads the one document of a file or a pipe.
func ReadPath(path string) ([]byte, error) {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a directory; expected one profile", path)
	case err == nil && info.Mode()&fs.ModeNamedPipe != 0:
		return readPipe(path)
	}
	return readFile(path)
}

func fileInput(path string, optional bool) checker.Input {
	return (&file{path, optional}).Input()
}

// file is a file that may be read again. There may be very many.
type file struct {
	path     string
	optional bool
}

// Input returns the input for the file.
func (f *file) Input() checker.Input {
	t := &largeFileLock{}
	read := func() ([]byte, error) { return t.read(f.path) }
	if f.optional && strings.EqualFold(filepath.Ext(f.path), ".json") {
		read = func() ([]byte, error) {
			text, err := t.read(f.path)
			switch {
			case err != nil:
			case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")): // as PowerShell writes it
				return nil, &checker.SkipError{Skip: checker.Skip{Reason: "JSON in UTF-16 is not supported; save the file as UTF-8"}}
			case len(text) <= maxFleetResponse && isFleetResponse(text):
				return nil, &checker.SkipError{Skip: checker.Skip{Reason: fleetResponseReason}}
			}
			return text, err
		}
	}
	return checker.Input{Name: f.path, Optional: f.optional, From: f, Read: read, Free: releaseBuffer, Lock: t}
}

func errorInput(path string, err error) checker.Input {
	return checker.Input{Name: path, Read: func() ([]byte, error) { return nil, localfile.DescribeError(path, err) }}
}

// minLargeFile is the size in bytes from which documents are checked one after the
// other: several at once would take several times the memory of one.
const minLargeFile = 8 << 20

var largeFiles sync.Mutex

// largeFileLock is held while an input is checked that is large.
type largeFileLock struct{ held bool }

// lock waits until no other large file is checked, if the size is that of a large file.
func (t *largeFileLock) lock(size int64) {
	if t != nil && size > minLargeFile && !t.held {
		largeFiles.Lock()
		t.held = true
	}
}

// Held reports whether others wait for the lock.
func (t *largeFileLock) Held() bool { return t.held }

// Unlock releases the lock.
func (t *largeFileLock) Unlock() {
	if t.held {
		t.held = false
		largeFiles.Unlock()
	}
}
