package source

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
	"github.com/sceplint/sceplint/checker/printable"
)

// What archives and streams may hold. A fleet's stay far below each of these.
const (
	maxEntries   = 1 << 20
	keptInMemory = 64 << 10 // bytes of an entry, until it is looked at for the first time
)

// archive is a file that holds many: an archive, or a stream of lines.
type archive struct {
	in      *Inputs
	name    string // as findings show it
	found   bool   // not named, so that it may be about something else
	reader  *bufio.Reader
	file    io.ReaderAt // nil for a stream, which cannot be read again
	size    int64       // of the file
	onSpool *archive    // the same for what is only in the spool
}

// archiveReader reads one kind of archive or stream: it yields what is in it and
// tells whether more is wanted.
type archiveReader func(*archive, func(checker.Input) bool) bool

// sniffLen is how many bytes tell what a file is.
const sniffLen = 64 << 10

// archiveReaderOf returns how an archive is read, by its first bytes, nil if it
// is not an archive. peek returns so many of them. Files that the user did not
// name must look more like profiles.
func archiveReaderOf(name string, named bool, peek func(int) []byte) archiveReader {
	head := peek(512)
	extension := strings.ToLower(filepath.Ext(name))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return (*archive).zip
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return (*archive).gzip
	case isTar(head), extension == ".tar" && len(head) == 512 && isZero(head):
		return (*archive).tar
	case extension == ".zip" && len(head) > 0 && !opensDocument(head): // its list stands at the end
		return (*archive).zip
	}
	stream := extension == ".jsonl" || extension == ".ndjson"
	if stream && named {
		return (*archive).jsonLines
	}
	if text := bytes.TrimLeft(head, " \t\r\n\ufeff"); stream || len(text) > 0 && text[0] == '{' {
		head = peek(sniffLen)
		if named && opensLines(head) || !named && (stream || opensLines(head)) && lineProfile().Match(head) {
			return (*archive).jsonLines
		}
	}
	return nil
}

// opensDocument reports whether a text begins like a profile or an export.
func opensDocument(head []byte) bool {
	text := bytes.TrimLeft(head, " \t\r\n\ufeff")
	return len(text) > 0 && bytes.IndexByte([]byte("<{[0-"), text[0]) >= 0 || bytes.HasPrefix(text, []byte("bplist"))
}

// isZero reports whether a block contains only zeros.
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

// readAll yields what is in an archive, or that it is empty.
func (u archiveReader) readAll(c *archive, yield func(checker.Input) bool) bool {
	empty := true
	more := u(c, func(input checker.Input) bool { empty = false; return yield(input) })
	if more && empty {
		return yield(checker.Input{Name: c.name, Skip: skipEmpty})
	}
	return more
}

// spooled returns the spool of the streams of the run. Only the goroutine that
// yields the inputs writes to it.
func (c *archive) spooled() *spool {
	if c.in.spool == nil {
		c.in.spool = &spool{}
	}
	return c.in.spool
}

// spoolArchive returns the archive for entries that are only in the spool.
func (c *archive) spoolArchive() *archive {
	if c.file == nil {
		return c
	}
	if c.onSpool == nil {
		c.onSpool = &archive{in: c.in, name: c.name}
	}
	return c.onSpool
}

// entry is where the text of an entry is found. There may be very many.
type entry struct {
	archive *archive
	rest    string  // of its name, after that of the archive
	device  *string // nil: none is known
	at      int64   // of the file, or of the spool
	size    int32
	line    int32 // of a stream, whose profiles are still to be decoded; 0: none
}

// entry returns the input for an entry with this name. A small text is in memory
// as well, for the first read.
func (c *archive) entry(name string, text []byte, at int64, size, line int) checker.Input {
	e := &entry{archive: c, rest: strings.Clone(strings.TrimPrefix(name, c.name+"/")), at: at, size: int32(size), line: int32(line)}
	input := e.Input()
	if text != nil && size <= keptInMemory {
		input.Read = func() ([]byte, error) { return e.decode(text) }
	}
	return input
}

// Input returns the input for the entry.
func (e *entry) Input() checker.Input {
	name := e.archive.name + "/" + e.rest
	t := &largeFileLock{}
	input := checker.Input{Name: name, Inside: true, From: e, Lock: t, Read: func() (text []byte, err error) {
		t.lock(int64(e.size))
		if e.archive.file == nil {
			text, err = e.archive.spooled().get(e.at, int(e.size))
		} else {
			text = make([]byte, e.size)
			_, err = e.archive.file.ReadAt(text, e.at)
		}
		if err != nil && (err != io.EOF || e.size > 0) {
			return nil, fmt.Errorf("%s: %w", printable.Text(name), err)
		}
		return e.decode(text)
	}}
	if e.line > 0 {
		input.Free = releaseBuffer // nothing else refers to what was decoded
	}
	if e.device != nil {
		input.Device = *e.device
	}
	return input
}

// decode decodes the profile of a line.
func (e *entry) decode(text []byte) ([]byte, error) {
	if e.line == 0 {
		return text, nil
	}
	text, err := decodeProfile(text)
	if err != nil {
		in := printable.Text(e.archive.name)
		return nil, fmt.Errorf("%s/%s: line %d of %s: %w", in, printable.Text(e.rest), e.line, in, err)
	}
	return text, nil
}

// errorEntry returns the input for what cannot be read.
func (c *archive) errorEntry(name, format string, args ...any) checker.Input {
	err := fmt.Errorf("%s: "+format, append([]any{printable.Text(name)}, args...)...)
	return checker.Input{Name: name, Inside: true, Read: func() ([]byte, error) { return nil, err }}
}

// entryName returns the name of an entry in findings. A name that leads out of
// the archive is rejected.
func (c *archive) entryName(entry string) (string, error) {
	nul := strings.Contains(entry, "\x00")
	entry = printableName(strings.ReplaceAll(entry, `\`, "/"))
	clean := path.Clean(strings.TrimLeft(entry, "/"))
	switch {
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return c.name + "/" + entry, errors.New("entry name escapes the archive; skipped")
	case clean == ".":
		return c.name, errors.New("entry without a name; skipped")
	case nul:
		return c.name + "/" + clean, errors.New("entry name contains a NUL byte; skipped")
	}
	return c.name + "/" + clean, nil
}

// printableName returns a name that is safe to show on a line.
func printableName(name string) string {
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
	skipHiddenEntry = checker.Skip{Reason: "hidden entry", Kind: checker.SkipFound}
	skipArchive     = checker.Skip{Reason: "nested archives are not supported; extract it first"}
	skipEntryYAML   = checker.Skip{Reason: "YAML inside an archive; its paths are not followed, and the profiles in the archive are checked", Kind: checker.SkipFound}
	skipLink        = checker.Skip{Reason: "links in archives are not followed"}
	skipEmpty       = checker.Skip{Reason: "archive or stream without entries"}
	skipNoFile      = checker.Skip{Reason: "not a regular file"}
)

// skippedEntry returns the input for an entry that is not read because of its
// name, as in a directory. JSON may be an export, a stream, or a declaration.
func (c *archive) skippedEntry(name string) (input checker.Input, is bool) {
	input.Name = name
	rest := strings.TrimPrefix(name, c.name+"/")
	extension := strings.ToLower(path.Ext(rest))
	hidden := false
	for part := range strings.SplitSeq(rest, "/") {
		hidden = hidden || strings.HasPrefix(part, ".") || part == "__MACOSX"
	}
	switch {
	case !slices.Contains(candidateExtensions, extension):
		input.Skip = skipByName(path.Base(rest))
	case hidden:
		input.Skip = skipHiddenEntry
	case c.in.Excluded(name):
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

// mayBeJSONLines reports whether an entry may be a stream of JSON Lines, by its name.
func mayBeJSONLines(name string) bool {
	return slices.Contains([]string{".json", ".jsonl", ".ndjson"}, strings.ToLower(path.Ext(name)))
}

// isJSONLines reports whether an entry is a stream of JSON Lines, by its name and its
// first bytes.
func isJSONLines(name string, head []byte) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".jsonl", ".ndjson":
		return lineProfile().Match(head)
	case ".json":
		return opensLines(head) && lineProfile().Match(head)
	}
	return false
}

// nested returns the archive for an entry that is a stream.
func (c *archive) nested(name string, r io.Reader) *archive {
	return &archive{in: c.in, name: name, reader: bufio.NewReaderSize(r, sniffLen)}
}

// isOptional reports whether an entry is skipped unless its content is that of a
// profile or an export.
func isOptional(name string) bool { return !strings.EqualFold(path.Ext(name), ".mobileconfig") }
