package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/fatih/color"
	"golang.org/x/text/width"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
)

// Text writes each finding as
//
//	file:line:column: severity: message [rule]
//
// with the source line, the location underlined, and the fix or the help. The
// servers that were asked are described before.
func Text(w io.Writer, r *Report) error {
	if err := Servers(w, r.Servers); err != nil {
		return err
	}
	return text(w, r, (*palette).finding)
}

// Concise writes the first line of what Text writes.
func Concise(w io.Writer, r *Report) error { return text(w, r, (*palette).line) }

func text(w io.Writer, r *Report, write func(*palette, *bufio.Writer, *checker.Finding)) error {
	const size = 64 << 10
	out := bufio.NewWriterSize(&printable.LogWriter{To: w}, size)
	p := newPalette(r.Color)
	if r.Color {
		p.page = r.page
	}
	for result := range r.Results {
		for _, f := range r.findings(result) {
			write(p, out, f)
		}
		if out.Buffered() > size/2 { // whole lines, where they can be had: progress may stand between them
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// palette holds the colors of the text format.
type palette struct {
	place, rule, gutter, help style
	severity                  [checker.Error + 1]style
	page                      func(*checker.Meta) string // nil: rules are no links
}

func newPalette(on bool) *palette {
	return &palette{
		place:  styleOf(on, color.Bold),
		rule:   styleOf(on, color.Faint),
		gutter: styleOf(on, color.FgBlue),
		help:   styleOf(on, color.FgGreen),
		severity: [...]style{
			checker.Off:     styleOf(on, color.Faint),
			checker.Info:    styleOf(on, color.FgCyan, color.Bold),
			checker.Warning: styleOf(on, color.FgYellow, color.Bold),
			checker.Error:   styleOf(on, color.FgRed, color.Bold),
		},
	}
}

// style is what a terminal reads before and after a text that has a color.
type style struct{ before, after string }

func styleOf(on bool, attributes ...color.Attribute) style {
	c := color.New(attributes...)
	c.DisableColor()
	if on {
		c.EnableColor()
	}
	const text = "|" // which is in no sequence
	before, after, _ := strings.Cut(c.Sprint(text), text)
	return style{before, after}
}

// Sprint returns a text in the style.
func (s style) Sprint(text string) string { return s.before + text + s.after }

// write writes a text in the style.
func (s style) write(out *bufio.Writer, parts ...string) {
	out.WriteString(s.before)
	for _, part := range parts {
		out.WriteString(part)
	}
	out.WriteString(s.after)
}

func (p *palette) headline(out *bufio.Writer, f *checker.Finding) {
	out.WriteString(p.place.before)
	place(out, printable.LogText(printable.Text(f.File)), f.Placed, f.Start) // LogWriter sees no line start after a color
	out.WriteByte(':')
	out.WriteString(p.place.after)
	out.WriteByte(' ')
	p.severity[f.Severity].write(out, f.Severity.String(), ":")
	out.WriteByte(' ')
	out.WriteString(printable.Text(f.Message))
	out.WriteByte(' ')
	page := ""
	if p.page != nil {
		page = p.page(f.Rule)
	}
	if page != "" { // the rule is a hyperlink of the terminal
		out.WriteString("\x1b]8;;" + printable.Text(page) + "\x1b\\")
	}
	p.rule.write(out, "[", f.Rule.ID, "]")
	if page != "" {
		out.WriteString("\x1b]8;;\x1b\\")
	}
}

// place writes the name of a file, with the line and column if they are known.
func place(out *bufio.Writer, file string, placed bool, at plist.Position) {
	out.WriteString(file)
	if placed {
		number(out, ':', at.Line)
		number(out, ':', at.Column)
	}
}

// number writes a character and a number.
func number(out *bufio.Writer, before byte, n int) {
	out.Write(strconv.AppendInt(append(out.AvailableBuffer(), before), int64(n), 10))
}

func (p *palette) line(out *bufio.Writer, f *checker.Finding) {
	p.headline(out, f)
	if s := f.Suppression; s != nil {
		fmt.Fprintf(out, " (suppressed by %s%s)", s.Kind, reasonOf(s))
	}
	out.WriteByte('\n')
}

func (p *palette) finding(out *bufio.Writer, f *checker.Finding) {
	p.headline(out, f)
	out.WriteByte('\n')
	if s := f.Suppression; s != nil {
		fmt.Fprintf(out, "  %s by %s%s\n", p.help.Sprint("suppressed"), s.Kind, reasonOf(s))
	}
	switch {
	case f.Placed && f.Line.Text != "":
		p.snippet(out, f)
	case !f.Placed && len(f.Path) > 0:
		fmt.Fprintf(out, "  at %s\n", printable.Text(PathText(f.Path)))
	}
	for _, r := range f.Related {
		out.WriteString("  ")
		p.help.write(out, "see:")
		out.WriteByte(' ')
		place(out, printable.Text(r.File), r.Placed, r.Start)
		out.WriteString(": ")
		out.WriteString(printable.Text(r.Message))
		out.WriteByte('\n')
	}
	if does, flags := fixOf(f); does != "" {
		p.remedy(out, "fix:", does, " ("+flags+")")
	} else if help := helpOf(f); help != "" {
		p.remedy(out, "help:", help, "")
	}
	out.WriteByte('\n')
}

// remedy writes what to do about a finding.
func (p *palette) remedy(out *bufio.Writer, label, text, note string) {
	out.WriteString("  ")
	p.help.write(out, label)
	out.WriteByte(' ')
	out.WriteString(printable.Text(text))
	out.WriteString(note)
	out.WriteByte('\n')
}

// reasonOf gives the reason of a suppression, if there is one.
func reasonOf(s *checker.Suppression) string {
	if s.Justification == "" {
		return ""
	}
	return ": " + printable.Text(s.Justification)
}

// snippet writes the source line without its indentation and underlines the
// place in it.
func (p *palette) snippet(out *bufio.Writer, f *checker.Finding) {
	text, start, end := f.Line.Text, f.Line.Start, f.Line.End
	trimmed := strings.TrimLeft(text, " \t")
	start, end = max(start-(len(text)-len(trimmed)), 0), max(end-(len(text)-len(trimmed)), 0)
	before, marked, after := printable.Text(trimmed[:start]), trimmed[start:end], trimmed[end:]
	if after == "" {
		marked = strings.TrimRight(marked, " \t")
	}
	marked = printable.Text(marked)

	line := strconv.Itoa(f.Start.Line)
	const numberColumns = 5
	p.gutter.write(out, strings.Repeat(" ", max(numberColumns-len(line), 0)), line, " |")
	out.WriteByte(' ')
	out.WriteString(before)
	out.WriteString(marked)
	out.WriteString(printable.Text(after))
	out.WriteByte('\n')

	p.gutter.write(out, strings.Repeat(" ", numberColumns), " |")
	out.WriteByte(' ')
	for _, r := range before { // whitespace as wide, tabs kept
		if r == '\t' {
			out.WriteByte('\t')
			continue
		}
		repeat(out, ' ', cells(r))
	}
	severity := p.severity[f.Severity]
	out.WriteString(severity.before)
	out.WriteByte('^')
	repeat(out, '~', columns(marked)-1)
	out.WriteString(severity.after)
	out.WriteByte('\n')
}

// repeat writes a character so many times.
func repeat(out *bufio.Writer, c byte, count int) {
	for range count {
		out.WriteByte(c)
	}
}

// columns counts the cells that a text takes on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

func cells(r rune) int {
	if r < 0x80 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// PathText writes a path as people write it: PayloadContent[0].PayloadContent."Key Usage".
func PathText(path []any) string {
	var buffer [128]byte
	b := buffer[:0]
	for _, step := range path {
		switch step := step.(type) {
		case int:
			b = append(strconv.AppendInt(append(b, '['), int64(step), 10), ']')
		case string:
			if len(b) > 0 {
				b = append(b, '.')
			}
			if strings.ContainsFunc(step, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) || step == "" {
				b = strconv.AppendQuote(b, step)
			} else {
				b = append(b, step...)
			}
		}
	}
	return string(b)
}
