// Package terminal writes to terminals: what is safe to show, in color, with the
// progress of a run.
package terminal

import (
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"github.com/sceplint/sceplint/checker/printable"
)

// UseColor decides whether to colorize what is written to w. The flag overrides
// the environment; then NO_COLOR (https://no-color.org), then CLICOLOR_FORCE, then
// whether w is a terminal.
func UseColor(flag string, w io.Writer) (bool, error) {
	switch flag {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
	default:
		return false, fmt.Errorf("invalid --color %q: expected auto, always, or never", flag)
	}
	if os.Getenv("NO_COLOR") != "" {
		return false, nil
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true, nil
	}
	return IsTerminal(w) && os.Getenv("TERM") != "dumb", nil
}

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := Unwrap(w).(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// Writer escapes what a terminal, or a CI system that reads the log, would
// obey. Names and messages may hold anything.
type Writer struct {
	to  io.Writer
	log printable.LogWriter
}

// NewWriter returns a Writer that writes to another one.
func NewWriter(to io.Writer) *Writer {
	return &Writer{to, printable.LogWriter{To: to}}
}

// Write writes whole lines.
func (w *Writer) Write(text []byte) (int, error) {
	if _, err := w.log.Write([]byte(printable.Lines(string(text)))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Unwrap is the writer that lies under a Writer.
func Unwrap(w io.Writer) io.Writer {
	if t, ok := w.(*Writer); ok {
		return t.to
	}
	return w
}

// Width is the number of columns of the terminal that w is, and 80 if it is not one.
func Width(w io.Writer) int {
	const defaultWidth, minWidth = 80, 40
	if f, ok := Unwrap(w).(*os.File); ok && IsTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return max(width, minWidth)
		}
	}
	return defaultWidth
}
