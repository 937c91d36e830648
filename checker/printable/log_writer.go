package printable

import (
	"bytes"
	"io"
	"strings"
)

// LogWriter writes text to logs in which CI systems look for commands:
// `::name::` at the start of a line, and `##[name]`, `##vso[name]`, and
// `##teamcity[name]` anywhere. One character of each is written as \u{…}, so
// that it is still readable but no longer a command. Line endings, which include
// carriage returns here as they do for those systems, may be split across calls.
type LogWriter struct {
	To io.Writer

	state logState
}

// logState is what has been written of a possible command.
type logState struct {
	midLine bool // the line has visible text
	colon   bool // that is one colon so far
	hashes  int  // the last characters are so many "#", at most two, or 3: "##" and a name
}

// Write writes text, or an error if not all of it could be written.
func (w *LogWriter) Write(text []byte) (int, error) {
	if _, err := w.To.Write(w.state.escape(text, textColon, textBracket)); err != nil {
		return 0, err
	}
	return len(text), nil
}

// The escapes of text, as Text writes them.
const (
	textColon   = `\u{3a}`
	textBracket = `\u{5b}`
)

// LogText returns a text as a LogWriter writes it.
func LogText(text string) string {
	if !strings.Contains(text, "::") && !strings.Contains(text, "##") {
		return text
	}
	return string(EscapeCommands([]byte(text), textColon, textBracket))
}

// EscapeCommands does what a LogWriter does, with other escapes for the second
// colon of a line and for the bracket.
func EscapeCommands(text []byte, colon, bracket string) []byte {
	if !bytes.Contains(text, []byte("::")) && !bytes.Contains(text, []byte("##")) {
		return text // without a command; most reports have none
	}
	return new(logState).escape(text, colon, bracket)
}

func (s *logState) escape(text []byte, colon, bracket string) []byte {
	var b bytes.Buffer
	copied := 0
	for i := 0; i < len(text); i++ {
		if s.midLine && s.hashes == 0 {
			if i += plainLength(text[i:min(len(text), i+256)]); i == len(text) {
				break
			}
		}
		c := text[i]
		if escape := s.step(c, colon, bracket); escape != "" {
			b.Write(text[copied:i])
			b.WriteString(escape)
			copied = i + 1
		}
	}
	if copied == 0 {
		return text
	}
	b.Write(text[copied:])
	return b.Bytes()
}

// plainLength returns how many bytes of a text come before the first that may matter inside a line.
func plainLength(text []byte) int {
	line := len(text)
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		line = n
	}
	for _, c := range []byte("#\r") {
		if n := bytes.IndexByte(text[:line], c); n >= 0 {
			line = n
		}
	}
	return line
}

// step processes one byte, and returns what is written instead; "" for the byte.
func (s *logState) step(c byte, colon, bracket string) (escape string) {
	switch {
	case c == '\n' || c == '\r':
		*s = logState{}
		return ""
	case c == '#':
		s.hashes = [...]int{1, 2, 2, 1}[s.hashes]
	case s.hashes >= 2 && isNameByte(c):
		s.hashes = 3
	default:
		if c == '[' && s.hashes >= 2 {
			escape = bracket
		}
		s.hashes = 0
	}
	switch {
	case s.midLine, !s.colon && (c <= ' ' || c >= 0x7f): // all but ASCII may be whitespace
	case c == ':' && !s.colon:
		s.colon = true
	default:
		if c == ':' {
			escape = colon
		}
		s.midLine = true
	}
	return escape
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
}
