// Package manpage writes the manual page of a cobra command, in roff.
package manpage

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// roff is text in the macros of man(7). They come from here and not from the
// generator of cobra, which takes text for Markdown: comments of XML are lost.
type roff struct{ strings.Builder }

// Page is one page for all commands below root. An empty date leaves it out.
func Page(root *cobra.Command, version, date string) string {
	var m roff
	fmt.Fprintf(&m, ".TH SCEPLINT 1 %q %q \"User commands\"\n", date, "sceplint "+Escape(version))
	m.section("NAME")
	fmt.Fprintf(&m, "sceplint \\- %s\n", Escape(strings.ToLower(root.Short[:1])+root.Short[1:]))
	commands := documented(root)
	m.section("SYNOPSIS")
	for i, c := range commands {
		if i > 0 {
			m.WriteString(".br\n")
		}
		m.WriteString(usage(c) + "\n")
	}
	m.section("DESCRIPTION")
	m.text(root.Long)
	m.section("COMMANDS")
	for _, c := range commands {
		m.command(c)
	}
	m.section("EXIT STATUS")
	m.item(`\fB0\fR`, "No findings at or above --fail-on.")
	m.item(`\fB1\fR`, "Findings at or above --fail-on, or a failed policy test.")
	m.item(`\fB2\fR`, "The run failed.")
	m.section("ENVIRONMENT")
	m.item(`\fBNO_COLOR\fR`, "If set, output is not colorized unless --color=always is given.")
	m.item(`\fBCLICOLOR_FORCE\fR`, "If set and not 0, output is colorized even if it is not a terminal.")
	m.section("FILES")
	m.item(`\fB.sceplint.yaml\fR`, "The configuration file, in the working directory or the nearest parent directory. Run sceplint config schema for its JSON Schema.")
	m.section("SEE ALSO")
	m.text("https://github.com/sceplint/sceplint")
	return m.String()
}

// documented are the commands that do something, in the order of help.
func documented(parent *cobra.Command) (list []*cobra.Command) {
	for _, c := range parent.Commands() {
		switch {
		case !c.IsAvailableCommand() || c.Name() == "help":
		case c.HasAvailableSubCommands():
			list = append(list, documented(c)...)
		default:
			list = append(list, c)
		}
	}
	return list
}

// usage is a command with its arguments, as a line of roff.
func usage(c *cobra.Command) string {
	arguments := strings.TrimPrefix(c.Use, c.Name())
	line := `\fB` + Escape(c.CommandPath()) + `\fR`
	if c.HasAvailableLocalFlags() {
		line += ` [\fIflags\fR]`
	}
	if arguments != "" {
		line += ` \fI` + Escape(strings.TrimSpace(arguments)) + `\fR`
	}
	return line
}

func (m *roff) section(name string) { m.WriteString(".SH " + name + "\n") }

func (m *roff) item(tag, text string) {
	m.WriteString(".TP\n" + tag + "\n" + filled(text) + "\n")
}

// command writes the description and the flags of a command.
func (m *roff) command(c *cobra.Command) {
	m.WriteString(".SS " + Escape(c.CommandPath()) + "\n")
	if c.Long != "" {
		m.text(c.Long)
	} else {
		m.text(c.Short + ".")
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name, usage := pflag.UnquoteUsage(f)
		tag := `\fB` + Escape("--"+f.Name) + `\fR`
		if f.Shorthand != "" {
			tag = `\fB` + Escape("-"+f.Shorthand) + `\fR, ` + tag
		}
		if name != "" {
			tag += ` \fI` + Escape(name) + `\fR`
		}
		m.item(tag, usage)
	})
	if c.Example != "" {
		m.WriteString(".PP\nExamples:\n")
		m.text(c.Example)
	}
}

// text writes paragraphs; lines that are indented stay as they are.
func (m *roff) text(s string) {
	literal, fresh := false, false // a section begins with a paragraph as it is
	for _, l := range strings.Split(strings.Trim(s, "\n"), "\n") {
		indented := strings.HasPrefix(l, "  ") || strings.HasPrefix(l, "\t")
		switch {
		case l == "":
			fresh = true
			continue
		case indented && !literal:
			m.WriteString(".sp\n.RS 4\n.nf\n")
		case !indented && literal:
			m.WriteString(".fi\n.RE\n.PP\n")
		case literal && fresh:
			m.WriteString(".sp\n")
		case fresh:
			m.WriteString(".PP\n")
		}
		literal, fresh = indented, false
		if literal {
			m.WriteString(line(strings.TrimSpace(l)) + "\n")
		} else {
			m.WriteString(filled(l) + "\n")
		}
	}
	if literal {
		m.WriteString(".fi\n.RE\n")
	}
}

// filled makes text lines of roff that are not too long.
func filled(s string) string {
	const most = 72 // characters, before they are escaped
	var lines []string
	current := ""
	for _, word := range strings.Fields(s) {
		if current != "" && len(current)+len(word) >= most {
			lines, current = append(lines, line(current)), ""
		}
		current = strings.TrimPrefix(current+" "+word, " ")
	}
	return strings.Join(append(lines, line(current)), "\n")
}

// line makes text a line of roff that is not a request.
func line(s string) string {
	if s = Escape(s); strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

// Escape escapes the characters that are special in roff, and those outside ASCII.
func Escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r == '`':
			b.WriteString(`\(ga`)
		case r == '^':
			b.WriteString(`\(ha`)
		case r == '~':
			b.WriteString(`\(ti`)
		case r == '"':
			b.WriteString(`\(dq`)
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
