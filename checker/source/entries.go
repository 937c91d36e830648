package source

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/localfile"
)

// minExportStream is the size, in bytes, above which an export that lists profiles is
// read entry by entry, and not as a whole. Below it, that would save little.
var minExportStream = int64(4 << 20)

// entryReaderOf returns a reader of the list in a text, nil if it is not an
// export that lists profiles.
func entryReaderOf(from io.Reader) *export.EntryReader {
	head := make([]byte, export.HeadSize)
	n, err := io.ReadFull(from, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		return nil
	}
	return export.NewEntryReader(head[:n], io.MultiReader(&onceReader{head[:n]}, from))
}

// yieldEntries yields the entries of a list. Each is read again when it is
// checked, and has the name of the export.
func yieldEntries(list *export.EntryReader, name string, inside bool, again io.ReaderAt, yield func(checker.Input) bool) bool {
	text := &sectionSource{name, inside, again}
	for count := 0; ; count++ {
		part, err := list.Next()
		if err == io.EOF {
			return true
		}
		if err == nil && count == maxEntries<<4 {
			err = fmt.Errorf("export has more than %d entries; the rest was skipped", count)
		}
		if err != nil {
			return yield(checker.Input{Name: name, Inside: inside, Part: &export.Entry{}, Read: func() ([]byte, error) { return nil, localfile.DescribeError(name, err) }})
		}
		if !yield((&exportEntry{text, part}).Input()) {
			return false
		}
	}
}

// exportEntry is an entry of a list. There may be very many.
type exportEntry struct {
	export *sectionSource
	part   *export.Entry
}

// Input returns the input for the entry.
func (e *exportEntry) Input() checker.Input {
	return checker.Input{Name: e.export.name, Inside: e.export.inside, Part: e.part, From: e, Read: func() ([]byte, error) {
		return e.export.read(e.part.At, int64(e.part.Size))
	}}
}

// sectionSource is a text of which pieces are read.
type sectionSource struct {
	name   string
	inside bool // of an archive
	from   io.ReaderAt
}

func (x *sectionSource) read(at, size int64) ([]byte, error) {
	text := make([]byte, size)
	_, err := io.ReadFull(io.NewSectionReader(x.from, at, size), text)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errors.New("file was truncated while it was read; rerun the command")
	}
	if err != nil {
		return nil, localfile.DescribeError(x.name, err)
	}
	return text, nil
}

// onceReader gives its bytes once, and then lets go of them.
type onceReader struct{ text []byte }

func (r *onceReader) Read(p []byte) (int, error) {
	n := copy(p, r.text)
	if r.text = r.text[n:]; n == 0 {
		r.text = nil
		return 0, io.EOF
	}
	return n, nil
}

// reopenedFile reads a file that is opened for each read: an export has many entries, and
// a run many exports.
type reopenedFile string

func (name reopenedFile) ReadAt(p []byte, at int64) (int, error) {
	file, err := os.Open(string(name))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return file.ReadAt(p, at)
}

// exportEntries yields the entries of a large file, if it is an export that lists
// profiles.
func (in *Inputs) exportEntries(name string, yield yielder) (is, more bool) {
	file, err := os.Open(name)
	if err != nil {
		return false, true
	}
	defer file.Close()
	list := entryReaderOf(file)
	switch {
	case list == nil:
		return false, true
	case in.counting:
		return true, yield(checker.Input{Name: name}, name)
	case in.seenBefore(name):
		return true, true
	}
	return true, yieldEntries(list, name, false, reopenedFile(name), func(input checker.Input) bool { return yield(input, "") })
}

// spooledExport yields a stream that begins like an export that lists profiles: its
// entries, if it is large.
func (c *archive) spooledExport(yield func(checker.Input) bool) bool {
	at := c.spooled().size
	n, err := c.spooled().copy(c.reader)
	if err != nil {
		return yield(checker.Input{Name: c.name, Read: func() ([]byte, error) { return nil, err }})
	}
	text := io.NewSectionReader(c.spooled(), at, n)
	if list := entryReaderOf(text); list != nil && n > minExportStream {
		return yieldEntries(list, c.name, false, text, yield)
	}
	return yield(checker.Input{Name: c.name, Read: func() ([]byte, error) { return c.spooled().get(at, int(n)) }})
}

// largeEntry yields an entry of an archive that is not in memory: the entries of
// its list, if it is one.
func (c *archive) largeEntry(name string, optional bool, from io.ReaderAt, at, size int64, yield func(checker.Input) bool) bool {
	text := io.NewSectionReader(from, at, size)
	if list := entryReaderOf(text); list != nil {
		return yieldEntries(list, name, true, text, yield)
	}
	return yield(checker.Input{Name: name, Inside: true, Optional: optional, Read: func() ([]byte, error) {
		return (&sectionSource{name, true, text}).read(0, size)
	}})
}

// spoolEntry stores an entry of a stream, and returns where.
func (c *archive) spoolEntry(r io.Reader, size int64) (at int64, err error) {
	at = c.spooled().size
	n, err := c.spooled().copy(io.LimitReader(r, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return at, err
}

// EmptyExports finds the exports that were read entry by entry and contain
// nothing to check.
type EmptyExports struct {
	file string
	some bool // something was checked, or could not be
}

// Add adds a result, in order, and returns a result for the export that ended
// before it if nothing of that was checked.
func (x *EmptyExports) Add(r *checker.Result) (empty *checker.Result) {
	file := ""
	if r.Part && !r.IsFileSet {
		file = r.File
	}
	if file != x.file {
		if x.file != "" && !x.some {
			empty = &checker.Result{File: x.file, Skipped: checker.Skip{Reason: "export without profiles for Apple devices, or without their settings"}}
		}
		*x = EmptyExports{file: file}
	}
	x.some = x.some || r.Skipped.Reason == ""
	return empty
}
