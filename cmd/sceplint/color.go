package main

import (
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/sceplint/sceplint/checker"
)

func addColorFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "color", "auto", "colorize output `WHEN`: auto, always, or never; auto honors NO_COLOR and CLICOLOR_FORCE (default auto)")
	complete(cmd, "color", "auto", "always", "never")
}

// useColor decides whether to colorize what is written to w. The flag overrides
// the environment; then NO_COLOR (https://no-color.org), then CLICOLOR_FORCE, then
// whether w is a terminal.
func useColor(flag string, w io.Writer) (bool, error) {
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
	return isTerminal(w) && os.Getenv("TERM") != "dumb", nil
}

func isTerminal(w io.Writer) bool {
	f, ok := unwrapWriter(w).(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// terminalWriter escapes what a terminal, or a CI system that reads the log, would
// obey. Names and messages may hold anything.
type terminalWriter struct {
	to  io.Writer
	log checker.LogWriter
}

func newTerminalWriter(to io.Writer) *terminalWriter {
	return &terminalWriter{to, checker.LogWriter{To: to}}
}

// Write writes whole lines.
func (w *terminalWriter) Write(text []byte) (int, error) {
	if _, err := w.log.Write([]byte(checker.PrintableLines(string(text)))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// unwrapWriter is the writer that lies under a terminalWriter.
func unwrapWriter(w io.Writer) io.Writer {
	if t, ok := w.(*terminalWriter); ok {
		return t.to
	}
	return w
}

// complete offers fixed values for a flag to shell completion.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag does not exist: a mistake in this program
	}
}

// terminalWidth is the number of columns of the terminal that w is, and 80 if it is none.
func terminalWidth(w io.Writer) int {
	const defaultWidth, minWidth = 80, 40
	if f, ok := unwrapWriter(w).(*os.File); ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return max(width, minWidth)
		}
	}
	return defaultWidth
}
