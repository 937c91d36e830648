package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
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
	found  bool   // not named, so that it may be about something else
	reader *bufio.Reader
	file   io.ReaderAt // nil for a stream, which cannot be read again
	size   int64       // of the file
	stream *container  // the same for what is only in the spool
}

// A kind of container is read by its function, which yields what is in it and
// tells whether more is wanted.
type unpack func(*container, func(checker.Input) bool) bool

// heads is how many bytes tell what a file is.
const heads = 64 << 10

// kindOf tells by its first bytes how a container is read, nil if it is none. Peek
// gives so many of them. What was not named must look more like profiles.
func kindOf(name string, named bool, peek func(int) []byte) unpack {
	head := peek(512)
	extension := strings.ToLower(filepath.Ext(name))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return (*container).zip
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return (*container).gzip
	case isTar(head), extension == ".tar" && len(head) == 512 && isZero(head):
		return (*container).tar
	case extension == ".zip" && len(head) > 0 && !opensDocument(head): // its list stands at the end
		return (*container).zip
	}
	stream := extension == ".jsonl" || extension == ".ndjson"
	if stream && named {
		return (*container).lines
	}
	if text := bytes.TrimLeft(head, " \t\r\n\ufeff"); stream || len(text) > 0 && text[0] == '{' {
		head = peek(heads)
		if named && opensLines(head) || !named && (stream || opensLines(head)) && lineProfile.Match(head) {
			return (*container).lines
		}
	}
	return nil
}

// opensDocument reports whether a text begins like a profile or an export.
func opensDocument(head []byte) bool {
	text := bytes.TrimLeft(head, " \t\r\n\ufeff")
	return len(text) > 0 && bytes.IndexByte([]byte("<{[0-"), text[0]) >= 0 || bytes.HasPrefix(text, []byte("bplist"))
}

// isZero reports whether a block holds nothing but zeros.
func isZero(block []byte) bool { return len(bytes.TrimLeft(block, "\x00")) == 0 }

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

// maxKeptOpen is how many containers are kept open, so that entries are read from the
// file that was opened first, and quickly. There may be more of them than a process can open.
const maxKeptOpen = 32

// open yields what is in a file, if it is a container.
func (in *inputs) open(name string, size int64, named bool, yield yielder) (is, more bool) {
	file, err := openWithoutWaiting(name)
	if err != nil {
		return false, true
	}
	if in.head == nil {
		in.head = make([]byte, heads)
	}
	head := in.head[:0]
	kind := kindOf(name, named, func(n int) []byte {
		if len(head) < n && int64(len(head)) < size {
			m, _ := file.ReadAt(in.head[:n], 0)
			head = in.head[:m]
		}
		return head[:min(n, len(head))]
	})
	if kind == nil || in.counting || in.again(name) {
		file.Close()
		return kind != nil, kind == nil || !in.counting || yield(checker.Input{Name: name}, name)
	}
	c := &container{in: in, name: name, found: !named, reader: bufio.NewReaderSize(file, heads), file: file, size: size}
	if len(in.opened) < maxKeptOpen {
		in.opened = append(in.opened, file) // entries are read as long as the run lasts
	} else {
		c.file = byName(name)
		defer file.Close()
	}
	return true, kind.all(c, func(input checker.Input) bool { return yield(input, "") })
}

// all yields what is in a container, or that nothing is.
func (u unpack) all(c *container, yield func(checker.Input) bool) bool {
	empty := true
	more := u(c, func(input checker.Input) bool { empty = false; return yield(input) })
	if more && empty {
		return yield(checker.Input{Name: c.name, Skip: skipEmpty})
	}
	return more
}

// standard yields standard input, or what is in it.
func (in *inputs) standard(yield func(checker.Input) bool) bool {
	if in.counting {
		return yield(checker.Input{Name: in.stdinName})
	}
	c := &container{in: in, name: in.stdinName, reader: bufio.NewReaderSize(in.stdin, heads)}
	peek := func(n int) []byte { head, _ := c.reader.Peek(n); return head }
	if kind := kindOf(in.stdinName, true, peek); kind != nil {
		return kind.all(c, yield)
	}
	if head := peek(heads); export.NewEntryReader(head, bytes.NewReader(head)) != nil {
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
	if in.kept != nil {
		in.kept.close()
	}
}

// keep gives the spool of the streams of the run. Only the one that makes the inputs
// writes to it.
func (c *container) keep() *spool {
	if c.in.kept == nil {
		c.in.kept = &spool{}
	}
	return c.in.kept
}

// streamed is the container for entries that are found in the spool alone.
func (c *container) streamed() *container {
	if c.file == nil {
		return c
	}
	if c.stream == nil {
		c.stream = &container{in: c.in, name: c.name}
	}
	return c.stream
}

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
			text, err = e.in.keep().get(e.at, int(e.size))
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
	nul := strings.Contains(entry, "\x00")
	entry = printable(strings.ReplaceAll(entry, `\`, "/"))
	clean := path.Clean(strings.TrimLeft(entry, "/"))
	switch {
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return c.name + "/" + entry, errors.New("the name of the entry leads out of the archive; it is not read")
	case clean == ".":
		return c.name, errors.New("an entry has no name; it is not read")
	case nul:
		return c.name + "/" + clean, errors.New("the name of the entry holds a NUL, where other programs end it; it is not read")
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

// Why entries of archives are skipped.
var (
	skipHiddenEntry = checker.Skip{Reason: "a hidden entry", Kind: checker.SkipFound}
	skipArchive     = checker.Skip{Reason: "an archive inside an archive, which is not opened; unpack it first"}
	skipEntryYAML   = checker.Skip{Reason: "YAML inside an archive, whose paths are not followed; the profiles of the archive are checked themselves", Kind: checker.SkipFound}
	skipLink        = checker.Skip{Reason: "a link; links in archives are not followed"}
	skipEmpty       = checker.Skip{Reason: "an archive or a stream without entries"}
	skipNoFile      = checker.Skip{Reason: "not a regular file"}
)

// leftOut gives the input for an entry that is not read, by its name: as in a
// directory. JSON may be an export, a stream, or a declaration.
func (c *container) leftOut(name string) (input checker.Input, is bool) {
	input.Name = name
	rest := strings.TrimPrefix(name, c.name+"/")
	extension := strings.ToLower(path.Ext(rest))
	hidden := false
	for part := range strings.SplitSeq(rest, "/") {
		hidden = hidden || strings.HasPrefix(part, ".") || part == "__MACOSX"
	}
	switch {
	case !slices.Contains(candidates, extension):
		input.Skip = skipByName(path.Base(rest))
	case hidden:
		input.Skip = skipHiddenEntry
	case c.in.config.excluded(name):
		input.Excluded = true
	case slices.Contains([]string{".zip", ".tar", ".tgz", ".gz"}, extension):
		input.Skip = skipArchive
	case extension == ".yml", extension == ".yaml":
		input.Skip = skipEntryYAML
	default:
		return input, false
	}
	return input, true
}

// mayStream reports whether an entry may be a stream of JSON Lines, by its name.
func mayStream(name string) bool {
	return slices.Contains([]string{".json", ".jsonl", ".ndjson"}, strings.ToLower(path.Ext(name)))
}

// isStream reports whether an entry is a stream of JSON Lines, by its name and its
// first bytes.
func isStream(name string, head []byte) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".jsonl", ".ndjson":
		return lineProfile.Match(head)
	case ".json":
		return opensLines(head) && lineProfile.Match(head)
	}
	return false
}

// inner is the container for an entry that is a stream.
func (c *container) inner(name string, r io.Reader) *container {
	return &container{in: c.in, name: name, reader: bufio.NewReaderSize(r, heads)}
}

// isOptional reports whether an entry is skipped unless its content is that of a
// profile or an export.
func isOptional(name string) bool { return !strings.EqualFold(path.Ext(name), ".mobileconfig") }
