package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// What archives and streams may hold. A fleet's stay far below each of these.
const (
	maxEntries   = 1 << 20
	keptInMemory = 64 << 10 // bytes of an entry, until it is looked at for the first time
)

// container is a file that holds many: an archive, or a stream of lines.
type container struct {
	in     *inputs
	name   string // as findings show it
	reader *bufio.Reader
	file   io.ReaderAt // nil for a stream, which cannot be read again
	size   int64       // of the file
	kept   *spool
	stream *container // the same for what is only in the spool
}

// A kind of container is read by its function, which yields what is in it and
// tells whether more is wanted.
type unpack func(*container, func(checker.Input) bool) bool

// heads is how many bytes tell what a file is.
const heads = 64 << 10

// kindOf tells by its first bytes how a container is read, nil if it is none.
func kindOf(name string, r *bufio.Reader) unpack {
	head, _ := r.Peek(512)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return (*container).zip
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return (*container).gzip
	case isTar(head):
		return (*container).tar
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jsonl", ".ndjson":
		return (*container).lines
	}
	if text := bytes.TrimLeft(head, " \t\r\n\ufeff"); len(text) > 0 && text[0] == '{' {
		head, _ = r.Peek(heads)
		if opensLines(head) {
			return (*container).lines
		}
	}
	return nil
}

// isTar reports whether a block is the header of an entry.
func isTar(block []byte) bool {
	if len(block) < 512 {
		return false
	}
	if string(block[257:262]) == "ustar" {
		return true
	}
	if block[0] == 0 {
		return false
	}
	_, err := tar.NewReader(bytes.NewReader(block)).Next() // its checksum tells
	return err == nil
}

// open yields what is in a file that is named, if it is a container.
func (in *inputs) open(name string, yield func(checker.Input) bool) (is, more bool) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".mobileconfig", ".plist", ".xml":
		return false, true // a profile, and the time to look is saved
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() { // a pipe is read once, as a profile
		return false, true
	}
	file, err := openWithoutWaiting(name)
	if err != nil {
		return false, true
	}
	c := &container{in: in, name: name, reader: bufio.NewReaderSize(file, heads), file: file, size: info.Size()}
	kind := kindOf(name, c.reader)
	if kind == nil {
		file.Close()
		return false, true
	}
	if in.counting {
		file.Close()
		return true, yield(checker.Input{Name: name})
	}
	in.opened = append(in.opened, file) // entries are read as long as the run lasts
	return true, kind(c, yield)
}

// standard yields standard input, or what is in it.
func (in *inputs) standard(yield func(checker.Input) bool) bool {
	if in.counting {
		return yield(checker.Input{Name: in.stdinName})
	}
	c := &container{in: in, name: in.stdinName, reader: bufio.NewReaderSize(in.stdin, heads)}
	if kind := kindOf(in.stdinName, c.reader); kind != nil {
		return kind(c, yield)
	}
	if head, _ := c.reader.Peek(heads); profile.NewList(head, bytes.NewReader(head)) != nil {
		return c.spooled(yield)
	}
	text, err := readAll(c.reader)
	return yield(checker.Input{Name: in.stdinName, Read: func() ([]byte, error) { return text, err }}) // it may be looked at again
}

// close gives back what is needed as long as inputs are read.
func (in *inputs) close() {
	for _, c := range in.opened {
		c.Close()
	}
}

// keep gives the spool of a stream.
func (c *container) keep() *spool {
	if c.kept == nil {
		c.kept = &spool{}
		c.in.opened = append(c.in.opened, closer(c.kept.close))
	}
	return c.kept
}

// streamed is the container for entries that are found in the spool alone.
func (c *container) streamed() *container {
	if c.file == nil {
		c.keep()
		return c
	}
	if c.stream == nil {
		c.stream = &container{in: c.in, name: c.name, kept: c.keep()}
	}
	return c.stream
}

type closer func()

func (f closer) Close() error { f(); return nil }

// entry is where the text of an entry is found. There may be very many.
type entry struct {
	in     *container
	rest   string  // of its name, behind that of the container
	device *string // nil: none is known
	at     int64   // of the file, or of the spool
	size   int32
	line   int32 // of a stream, whose profiles are still to be decoded; 0: none
}

// entry is the input for an entry with this name. A small text is at hand as
// well, for the first time.
func (c *container) entry(name string, text []byte, at int64, size, line int) checker.Input {
	e := &entry{in: c, rest: strings.Clone(strings.TrimPrefix(name, c.name+"/")), at: at, size: int32(size), line: int32(line)}
	input := e.Input()
	if text != nil && size <= keptInMemory {
		input.Read = func() ([]byte, error) { return e.finish(text) }
	}
	return input
}

// Input gives the entry to be read.
func (e *entry) Input() checker.Input {
	name := e.in.name + "/" + e.rest
	t := &turn{}
	input := checker.Input{Name: name, Inside: true, From: e, Done: t.done, Read: func() (text []byte, err error) {
		t.take(int64(e.size))
		if e.in.file == nil {
			text, err = e.in.kept.get(e.at, int(e.size))
		} else {
			text = make([]byte, e.size)
			_, err = e.in.file.ReadAt(text, e.at)
		}
		if err != nil && (err != io.EOF || e.size > 0) {
			return nil, fmt.Errorf("%s: %w", checker.Printable(name), err)
		}
		return e.finish(text)
	}}
	if e.line > 0 {
		input.Free = free // what was decoded is nobody else's
	}
	if e.device != nil {
		input.Device = *e.device
	}
	return input
}

// finish decodes the profile of a line.
func (e *entry) finish(text []byte) ([]byte, error) {
	if e.line == 0 {
		return text, nil
	}
	text, err := profileText(text)
	if err != nil {
		in := checker.Printable(e.in.name)
		return nil, fmt.Errorf("%s/%s: line %d of %s: %w", in, checker.Printable(e.rest), e.line, in, err)
	}
	return text, nil
}

// failed is the input for what cannot be read.
func (c *container) failed(name, format string, args ...any) checker.Input {
	err := fmt.Errorf("%s: "+format, append([]any{checker.Printable(name)}, args...)...)
	return checker.Input{Name: name, Inside: true, Read: func() ([]byte, error) { return nil, err }}
}

// inside is the name that findings show for an entry. A name that leads out of
// the archive is refused.
func (c *container) inside(entry string) (string, error) {
	entry = printable(strings.ReplaceAll(entry, `\`, "/"))
	clean := path.Clean(strings.TrimLeft(entry, "/"))
	switch {
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return c.name + "/" + entry, errors.New("the name of the entry leads out of the archive; it is not read")
	case clean == ".":
		return c.name, errors.New("an entry has no name; it is not read")
	}
	return c.name + "/" + clean, nil
}

// printable makes a name fit to be shown on a line.
func printable(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	const longest = 1024
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	return name
}

// wanted tells what to do with an entry by its name: as in a directory, hidden
// ones and those of other kinds are left alone. JSON may be an export or a
// declaration.
func (c *container) wanted(name string) (read, optional bool, skip string) {
	rest := strings.TrimPrefix(name, c.name+"/")
	for part := range strings.SplitSeq(rest, "/") {
		if strings.HasPrefix(part, ".") || part == "__MACOSX" {
			return false, false, ""
		}
	}
	if c.in.config.excluded(name) {
		return false, false, ""
	}
	switch strings.ToLower(path.Ext(rest)) {
	case ".mobileconfig":
		return true, false, ""
	case ".plist", ".xml", ".json":
		return true, true, ""
	case ".zip", ".tar", ".tgz", ".gz":
		return false, false, "it is an archive inside of an archive, which is not opened; unpack it first"
	}
	return false, false, ""
}
