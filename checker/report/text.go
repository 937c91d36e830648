package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/fatih/color"
	"golang.org/x/text/width"

	"github.com/sceplint/sceplint/checker"
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
	place, rule, gutter, help *color.Color
	severity                  [checker.Error + 1]*color.Color
	page                      func(*checker.Meta) string // nil: rules are no links
}

func newPalette(on bool) *palette {
	p := &palette{
		place:  color.New(color.Bold),
		rule:   color.New(color.Faint),
		gutter: color.New(color.FgBlue),
		help:   color.New(color.FgGreen),
	}
	p.severity = [...]*color.Color{
		checker.Off:     color.New(color.Faint),
		checker.Info:    color.New(color.FgCyan, color.Bold),
		checker.Warning: color.New(color.FgYellow, color.Bold),
		checker.Error:   color.New(color.FgRed, color.Bold),
	}
	for _, c := range append(p.severity[:], p.place, p.rule, p.gutter, p.help) {
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
	}
	return p
}

func (p *palette) headline(out *bufio.Writer, f *checker.Finding) {
	severity := p.severity[f.Severity]
	place := printable.LogText(printable.Text(f.File)) // LogWriter sees no line start after a color
	if f.Placed {
		place = fmt.Sprintf("%s:%d:%d", place, f.Start.Line, f.Start.Column)
	}
	fmt.Fprintf(out, "%s %s %s %s", p.place.Sprint(place+":"), severity.Sprint(f.Severity.String()+":"), printable.Text(f.Message), p.link(f.Rule, p.rule.Sprint("["+f.Rule.ID+"]")))
}

// link makes a text a hyperlink of the terminal to the page of a rule.
func (p *palette) link(m *checker.Meta, text string) string {
	if p.page == nil {
		return text
	}
	page := p.page(m)
	if page == "" {
		return text
	}
	return "\x1b]8;;" + printable.Text(page) + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

func (p *palette) line(out *bufio.Writer, f *checker.Finding) {
	p.headline(out, f)
	if s := f.Suppression; s != nil {
		fmt.Fprintf(out, " (suppressed by %s%s)", s.Kind, reasonOf(s))
	}
	out.WriteByte('\n')
}

func (p *palette) finding(out *bufio.Writer, f *checker.Finding) {
	severity := p.severity[f.Severity]
	p.headline(out, f)
	out.WriteByte('\n')
	if s := f.Suppression; s != nil {
		fmt.Fprintf(out, "  %s by %s%s\n", p.help.Sprint("suppressed"), s.Kind, reasonOf(s))
	}
	switch {
	case f.Placed && f.Line.Text != "":
		p.snippet(out, f, severity)
	case !f.Placed && len(f.Path) > 0:
		fmt.Fprintf(out, "  at %s\n", printable.Text(PathText(f.Path)))
	}
	for _, r := range f.Related {
		place := printable.Text(r.File)
		if r.Placed {
			place = fmt.Sprintf("%s:%d:%d", place, r.Start.Line, r.Start.Column)
		}
		fmt.Fprintf(out, "  %s %s: %s\n", p.help.Sprint("see:"), place, printable.Text(r.Message))
	}
	if does, flags := fixOf(f); does != "" {
		fmt.Fprintf(out, "  %s %s (%s)\n", p.help.Sprint("fix:"), printable.Text(does), flags)
	} else if help := helpOf(f); help != "" {
		fmt.Fprintf(out, "  %s %s\n", p.help.Sprint("help:"), printable.Text(help))
	}
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
func (p *palette) snippet(out *bufio.Writer, f *checker.Finding, severity *color.Color) {
	text, start, end := f.Line.Text, f.Line.Start, f.Line.End
	trimmed := strings.TrimLeft(text, " \t")
	start, end = max(start-(len(text)-len(trimmed)), 0), max(end-(len(text)-len(trimmed)), 0)
	before, marked, after := trimmed[:start], trimmed[start:end], trimmed[end:]
	if after == "" {
		marked = strings.TrimRight(marked, " \t")
	}
	number := fmt.Sprintf("%5d |", f.Start.Line)
	fmt.Fprintf(out, "%s %s%s%s\n", p.gutter.Sprint(number), printable.Text(before), printable.Text(marked), printable.Text(after))
	line := severity.Sprint("^" + strings.Repeat("~", max(columns(printable.Text(marked))-1, 0)))
	fmt.Fprintf(out, "%s %s%s\n", p.gutter.Sprint(strings.Repeat(" ", 5)+" |"), padding(printable.Text(before)), line)
}

// padding gives whitespace as wide as a text, tabs kept.
func padding(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", cells(r)))
	}
	return b.String()
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
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			if strings.ContainsFunc(step, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) || step == "" {
				fmt.Fprintf(&b, "%q", step)
			} else {
				b.WriteString(step)
			}
		}
	}
	return b.String()
}
