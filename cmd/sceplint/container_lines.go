package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

// maxLine is the longest line of a stream, in bytes.
const maxLine = 32 << 20

// lineHead is how a line of a stream begins.
var lineHead = regexp.MustCompile(`^\s*\{\s*"(?:name|device|profile)"\s*:\s*"`)

// opensLines reports whether a text begins like a stream of JSON Lines: with an
// object on one line that has a profile.
func opensLines(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	line, _, whole := bytes.Cut(head, []byte("\n"))
	if !whole {
		return lineHead.Match(line)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(line, &fields) == nil {
		return len(fields["profile"]) > 1 && fields["profile"][0] == '"'
	}
	return lineHead.Match(line) && len(bytes.TrimSpace(line)) > len(`{"name":"`)+64 // a bad first line, and no object over several lines
}

// lines yields the profiles of a stream of JSON Lines: {"name", "device",
// "profile"}, the profile as text or in base64. A line that is none is an error,
// and the others are judged.
func (c *container) lines(yield func(checker.Input) bool) bool {
	at := int64(0)
	for number := 1; ; number++ {
		line, err := readLine(c.reader)
		size := len(line)
		if errors.Is(err, bufio.ErrTooLong) {
			return yield(c.failed(c.name, "line %d has more than %d MiB; it and what follows are not read", number, maxLine>>20))
		}
		if err != nil && err != io.EOF {
			return yield(c.failed(c.name, "the stream cannot be read on from line %d: %s", number, fault(err)))
		}
		if trimmed := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff"))); len(trimmed) > 0 {
			input, fault := c.line(line, at, number)
			if fault != nil {
				input = c.failed(c.name, "line %d %v", number, fault)
			}
			if !yield(input) {
				return false
			}
		}
		if err == io.EOF {
			return true
		}
		at += int64(size)
		if number >= maxEntries<<4 {
			return yield(c.failed(c.name, "the stream has more than %d lines; the rest is not read", number))
		}
	}
}

// readLine reads up to and with the next line feed. The line is good until the
// next one is read, if it is short.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	long := bytes.Clone(line)
	for err == bufio.ErrBufferFull {
		if len(long) > maxLine {
			return nil, bufio.ErrTooLong
		}
		line, err = r.ReadSlice('\n')
		long = append(long, line...)
	}
	return long, err
}

// line is the input for one line. What is kept of it is the profile as it is
// written.
func (c *container) line(line []byte, at int64, number int) (checker.Input, error) {
	fields, err := fieldsOf(line)
	if err != nil {
		return checker.Input{}, err
	}
	name := fmt.Sprintf("%s/line %d", c.name, number)
	if fields.name != "" {
		if name, err = c.inside(fields.name); err != nil {
			name = fmt.Sprintf("%s/line %d", c.name, number)
		}
	}
	if c.in.config.excluded(name) {
		return checker.Input{Name: name, Skip: checker.NoProfile}, nil
	}
	written := bytes.Clone(line[fields.start:fields.end])
	if at += int64(fields.start); c.file == nil {
		if at, err = c.keep().put(written); err != nil {
			return checker.Input{}, err
		}
	}
	input := c.entry(name, written, at, len(written), number)
	if fields.device != "" {
		device := printable(fields.device)
		input.Device, input.From.(*entry).device = device, &device
	}
	return input, nil
}

// lineFields are the fields of a line, and where its profile stands, quotation
// marks included.
type lineFields struct {
	name, device string
	start, end   int
}

var (
	errLine      = errors.New(`is no JSON object as {"name": "…", "profile": "…"}`)
	errNoProfile = errors.New(`has no "profile" that is a string, with a profile as text or in base64`)
)

// fieldsOf finds the fields of a line. A profile, which is most of the line, is
// not decoded.
func fieldsOf(line []byte) (f lineFields, err error) {
	if !json.Valid(bytes.TrimPrefix(line, []byte("\ufeff"))) {
		return f, errLine
	}
	pos := bytes.IndexByte(line, '{')
	if pos < 0 || len(bytes.Trim(line[:pos], " \t\r\n\ufeff")) > 0 {
		return f, errLine
	}
	depth, key := 0, []byte(nil)
	wantKey := false
	for ; pos < len(line); pos++ { // the line is valid
		switch line[pos] {
		case '{':
			depth++
			wantKey = true
		case '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			wantKey = true
		case ':':
			wantKey = false
		case '"':
			start := pos
			for pos++; line[pos] != '"'; pos++ {
				n := bytes.IndexAny(line[pos:], `"\`)
				if pos += n; line[pos] == '"' {
					break
				}
				pos++
			}
			if depth != 1 {
				continue
			}
			value := line[start : pos+1]
			switch {
			case wantKey:
				key = value
			case string(key) == `"profile"`:
				f.start, f.end = start, pos+1
			case string(key) == `"name"`:
				_ = json.Unmarshal(value, &f.name)
			case string(key) == `"device"`:
				_ = json.Unmarshal(value, &f.device)
			}
		}
	}
	if f.end == 0 {
		return f, errNoProfile
	}
	return f, nil
}

// profileText decodes the profile of a line: text as it is, or base64.
func profileText(written []byte) ([]byte, error) {
	var text string
	if err := json.Unmarshal(written, &text); err != nil {
		return nil, errLine
	}
	if head := strings.TrimLeft(text, " \t\r\n\ufeff"); head == "" || strings.IndexByte("<{[-", head[0]) >= 0 || strings.HasPrefix(head, "bplist") {
		return []byte(text), nil
	}
	packed := strings.Join(strings.Fields(text), "")
	decoded, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		decoded, err = base64.RawStdEncoding.DecodeString(packed)
	}
	if err != nil {
		return nil, errors.New("its profile is neither text that begins with < nor base64")
	}
	return decoded, nil
}
