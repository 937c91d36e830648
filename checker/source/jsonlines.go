package source

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker"
)

// maxLine is the longest line of a stream, in bytes.
const maxLine = 32 << 20

// lineHead is how a line of a stream begins.
var lineHead = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*\{\s*"(?:name|device|profile)"\s*:\s*"`) })

// lineProfile is how the profile of a line begins, as text or in Base64.
var lineProfile = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"profile"\s*:\s*"(?:\s|\\[nrt]|\\ufeff|\x{feff})*(?:<|\\u003[cC]|bplist|-----BEGIN|77u/|PD94|PHBs|PCFE|PCEt|YnBs|MI|LS0t)`)
})

// opensLines reports whether a text begins like a stream of JSON Lines: with an
// object on one line that has a profile.
func opensLines(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	line, _, whole := bytes.Cut(head, []byte("\n"))
	if !whole {
		return lineHead().Match(line)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(line, &fields) == nil {
		return len(fields["profile"]) > 1 && fields["profile"][0] == '"'
	}
	return lineHead().Match(line) && len(bytes.TrimSpace(line)) > len(`{"name":"`)+64 // a bad first line, and no object over several lines
}

// jsonLines yields the profiles of a stream of JSON Lines: {"name", "device",
// "profile"}, the profile as text or in Base64. An invalid line is an error, and
// the others are checked.
func (c *archive) jsonLines(yield func(checker.Input) bool) bool {
	at := int64(0)
	for number := 1; ; number++ {
		line, err := readLine(c.reader)
		size := len(line)
		if errors.Is(err, bufio.ErrTooLong) {
			return yield(c.errorEntry(c.name, "line %d is longer than %d MiB; this and the following lines were skipped", number, maxLine>>20))
		}
		if err != nil && err != io.EOF {
			return yield(c.errorEntry(c.name, "cannot read the stream from line %d: %s", number, describeReadError(err)))
		}
		if trimmed := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff"))); len(trimmed) > 0 {
			input, fault := c.jsonLine(line, at, number)
			if fault != nil {
				input = c.errorEntry(c.name, "line %d %v", number, fault)
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
			return yield(c.errorEntry(c.name, "stream has more than %d lines; the rest was skipped", number))
		}
	}
}

// readLine reads up to and including the next line feed. The line is valid until
// the next one is read, if it is short.
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

// jsonLine returns the input for one line. Only the profile is retained, as it
// is written.
func (c *archive) jsonLine(line []byte, at int64, number int) (checker.Input, error) {
	fields, err := parseLine(line)
	if err != nil {
		return checker.Input{}, err
	}
	name := fmt.Sprintf("%s/line %d", c.name, number)
	if fields.name != "" {
		if name, err = c.entryName(fields.name); err != nil {
			name = fmt.Sprintf("%s/line %d", c.name, number)
		}
	}
	if c.in.Excluded(name) {
		return checker.Input{Name: name, Excluded: true}, nil
	}
	written := bytes.Clone(line[fields.start:fields.end])
	if at += int64(fields.start); c.file == nil {
		if at, err = c.spooled().put(written); err != nil {
			return checker.Input{}, err
		}
	}
	input := c.entry(name, written, at, len(written), number)
	if fields.device != "" {
		device := printableName(fields.device)
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
	errLine      = errors.New(`is not a JSON object such as {"name": "…", "profile": "…"}`)
	errNoProfile = errors.New(`is missing the string "profile": expected a profile as text or in Base64`)
)

// parseLine finds the fields of a line. A profile, which is most of the line, is
// not decoded.
func parseLine(line []byte) (f lineFields, err error) {
	line, marked := bytes.CutPrefix(line, []byte("\ufeff"))
	start := bytes.IndexByte(line, '{')
	if start < 0 || len(bytes.TrimSpace(line[:start])) > 0 {
		return f, errLine
	}
	depth, key := 0, []byte(nil)
	wantKey := false
	for pos := start; pos < len(line); pos++ { // whether all of it is JSON is seen to below
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
			if pos = stringEnd(line, pos); pos < 0 {
				return f, errLine
			}
			if depth != 1 {
				continue
			}
			value := line[start : pos+1]
			switch {
			case wantKey:
				if key = value; bytes.IndexByte(value, '\\') >= 0 { // other readers decode it
					var name string
					_ = json.Unmarshal(value, &name)
					key = []byte(`"` + name + `"`)
				}
			case string(key) == `"profile"`:
				f.start, f.end = start, pos+1
			case string(key) == `"name"`:
				_ = json.Unmarshal(value, &f.name)
			case string(key) == `"device"`:
				_ = json.Unmarshal(value, &f.device)
			}
		}
	}
	// The profile is a string as JSON has it, and need not be gone through again.
	rest := slices.Concat(line[:f.start], []byte(`""`), line[f.end:])
	if f.end == 0 {
		rest = line
	}
	switch {
	case !json.Valid(rest):
		return f, errLine
	case f.end == 0:
		return f, errNoProfile
	}
	if marked {
		f.start, f.end = f.start+len("\ufeff"), f.end+len("\ufeff")
	}
	return f, nil
}

// inString marks the bytes that end a string of JSON (1), escape the next (2), or
// must not stand there (3).
var inString = func() (t [256]uint8) {
	for c := range ' ' {
		t[c] = 3
	}
	t['"'], t['\\'] = 1, 2
	return t
}()

// stringEnd returns the index of the quotation mark that ends the string which
// begins at an index; -1 if there is none, or the string is not JSON.
func stringEnd(line []byte, pos int) int {
	for pos++; pos < len(line); pos++ {
		switch inString[line[pos]] {
		case 1:
			return pos
		case 2:
			if pos++; pos == len(line) {
				return -1
			}
			switch {
			case unescaped[line[pos]] != 0:
			case codeUnit(line[pos:]) >= 0:
				pos += 4
			default:
				return -1
			}
		case 3:
			return -1
		}
	}
	return -1
}

// unescaped is what the short escapes of JSON stand for.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// codeUnit reads uXXXX, which an escape goes on with; -1 if it is something else.
func codeUnit(text []byte) (unit rune) {
	if len(text) < 5 || text[0] != 'u' {
		return -1
	}
	for _, c := range text[1:5] {
		switch {
		case c >= '0' && c <= '9':
			unit = unit<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			unit = unit<<4 | rune(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return unit
}

// unquote decodes a string with its quotation marks, which stringEnd has found;
// false if it contains what is left to encoding/json.
func unquote(written []byte) ([]byte, bool) {
	if len(written) < 2 || written[0] != '"' || written[len(written)-1] != '"' {
		return nil, false
	}
	text, rest := acquireBuffer(len(written)), written[1:len(written)-1]
	for {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 {
			text = append(text, rest...)
			return text, utf8.Valid(text)
		}
		text = append(text, rest[:i]...)
		rest = rest[i+1:]
		if len(rest) > 0 && unescaped[rest[0]] != 0 {
			text, rest = append(text, unescaped[rest[0]]), rest[1:]
			continue
		}
		unit := codeUnit(rest)
		if unit < 0 || utf16.IsSurrogate(unit) {
			return nil, false
		}
		text, rest = utf8.AppendRune(text, unit), rest[5:]
	}
}

// decodeProfile decodes the profile of a line: text as it is, or Base64.
func decodeProfile(written []byte) ([]byte, error) {
	text, ok := unquote(written)
	if !ok {
		var decoded string
		if err := json.Unmarshal(written, &decoded); err != nil {
			return nil, errLine
		}
		text = []byte(decoded)
	}
	if head := bytes.TrimLeft(text, " \t\r\n\ufeff"); len(head) == 0 || bytes.IndexByte([]byte("<{[-"), head[0]) >= 0 || bytes.HasPrefix(head, []byte("bplist")) {
		return text, nil
	}
	packed := bytes.Join(bytes.Fields(text), nil)
	decoded, err := base64.StdEncoding.AppendDecode(nil, packed)
	if err != nil {
		decoded, err = base64.RawStdEncoding.AppendDecode(nil, packed)
	}
	if err != nil {
		return nil, errors.New("invalid profile: expected text that begins with < or Base64")
	}
	return decoded, nil
}
