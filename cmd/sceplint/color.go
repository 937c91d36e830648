package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
)

func addColorFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "color", "auto", "auto, always or never; NO_COLOR and CLICOLOR_FORCE are honoured by auto")
	complete(cmd, "color", "auto", "always", "never")
}

// useColor decides whether to colour what is written to w. The flag has the
// last word; then NO_COLOR (https://no-color.org), then CLICOLOR_FORCE, then
// whether w is a terminal.
func useColor(flag string, w io.Writer) (bool, error) {
	switch flag {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
	default:
		return false, fmt.Errorf("unknown --color %q; write auto, always or never", flag)
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
	f, ok := bare(w).(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// said is a writer for what is said to people, whole lines at a time: names and
// messages may hold what a terminal would obey.
type said struct{ to io.Writer }

func (s said) Write(text []byte) (int, error) {
	clean := string(text)
	if strings.ContainsFunc(clean, func(r rune) bool { return r != '\n' && checker.Unprintable(r) }) || !utf8.ValidString(clean) {
		lines := strings.Split(clean, "\n")
		for i, line := range lines {
			lines[i] = checker.Printable(line)
		}
		clean = strings.Join(lines, "\n")
	}
	if _, err := io.WriteString(s.to, clean); err != nil {
		return 0, err
	}
	return len(text), nil
}

// bare is the writer that lies under said.
func bare(w io.Writer) io.Writer {
	if s, ok := w.(said); ok {
		return s.to
	}
	return w
}

// complete offers fixed values for a flag to shell completion.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag does not exist: a mistake in this program
	}
}
