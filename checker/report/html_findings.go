package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/sceplint/sceplint/checker"
)

// htmlFinding is a finding as the page shows it.
type htmlFinding struct {
	Rule, Severity string
	Place          htmlPlace
	Message        string
	Line           *htmlLine
	Path           string // where there is no line
	Profile        string
	Help, Fix      string
	Held           string // what suppresses it, and why
	Related        []htmlRelated
}

type htmlPlace struct {
	File         string
	Line, Column int // 0: none
}

// Position is what follows the name of the file.
func (p htmlPlace) Position() string {
	if p.Line == 0 {
		return ""
	}
	return fmt.Sprintf(":%d:%d", p.Line, p.Column)
}

// htmlLine is the line of the source without its indentation.
type htmlLine struct{ Before, Marked, After string }

type htmlRelated struct {
	Place   htmlPlace
	Message string
}

func newHTMLFinding(f *checker.Finding) htmlFinding {
	x := htmlFinding{
		Rule: visible(f.Rule.ID), Severity: f.Severity.String(), Place: htmlPlace{File: visible(f.File)},
		Message: visible(f.Message), Profile: visible(f.Profile.Identifier), Help: visible(helpOf(f)),
	}
	if f.Placed {
		x.Place.Line, x.Place.Column = f.Start.Line, f.Start.Column
	}
	switch {
	case f.Placed && f.Line.Text != "":
		before, marked, after := f.Line.Text[:f.Line.Start], f.Line.Text[f.Line.Start:f.Line.End], f.Line.Text[f.Line.End:]
		if trimmed := strings.TrimLeft(before, " \t"); trimmed != "" {
			before = trimmed
		} else {
			before, marked = "", strings.TrimLeft(marked, " \t")
		}
		x.Line = &htmlLine{visible(before), visible(marked), visible(strings.TrimRight(after, " \t\r"))}
	case !f.Placed && len(f.Path) > 0:
		x.Path = visible(PathText(f.Path))
	}
	if s := f.Suppression; s != nil {
		x.Held = string(s.Kind)
		if s.Justification != "" {
			x.Held += ": " + visible(s.Justification)
		}
	}
	for _, r := range f.Related {
		related := htmlRelated{htmlPlace{File: visible(r.File)}, visible(r.Message)}
		if r.Placed {
			related.Place.Line, related.Place.Column = r.Start.Line, r.Start.Column
		}
		x.Related = append(x.Related, related)
	}
	if does, flags := fixOf(f); does != "" {
		x.Fix = visible(does) + " (" + flags + ")"
	}
	return x
}

// htmlFindings is the section with the table of findings.
type htmlFindings struct {
	Total, Held int
	Status      string
	Rules       []htmlRule
	Severities  []htmlSeverity
	First       []htmlFinding // what is there without JavaScript
}

type htmlSeverity struct {
	Name  string
	Rank  int
	Value int
}

func (c *pageData) findings(rules []htmlRule) htmlFindings {
	s := &c.summary
	v := htmlFindings{
		Total: c.table.total, Held: c.table.total - c.table.shown, Rules: rules, Status: count(c.table.shown, "finding"), First: c.table.first,
		Severities: []htmlSeverity{
			{"error", int(checker.Error), s.Errors}, {"warning", int(checker.Warning), s.Warnings}, {"info", int(checker.Info), s.Infos},
		},
	}
	if c.table.shown > pageSize {
		v.Status = fmt.Sprintf("First %d of %s. Enable JavaScript to show all.", pageSize, v.Status)
	}
	return v
}

// htmlTable is the table of findings, as page.js reads it: each finding is an
// array of numbers, for most of their texts occur many times. It comes in parts
// with their own texts, so that a few findings at a time are in memory.
type htmlTable struct {
	total, shown int // shown: those that are not suppressed
	first        []htmlFinding
	rules        texts
	parts        spool

	rows  bytes.Buffer // of the part that is being made
	texts texts
	count int
	err   error
}

// maxPartFindings is how many findings a part has.
const maxPartFindings = 4000

func newHTMLTable() *htmlTable { return &htmlTable{rules: newTexts(), texts: newTexts("")} }

func (t *htmlTable) add(f *checker.Finding) {
	x := newHTMLFinding(f)
	t.total++
	if t.count++; t.count > 1 {
		t.rows.WriteByte(',')
	}
	t.rows.WriteByte('\n')
	t.rows.Write(t.appendRow(t.rows.AvailableBuffer(), f, &x))
	if f.Suppression == nil {
		if t.shown++; t.shown <= pageSize {
			t.first = append(t.first, x)
		}
	}
	if t.count == maxPartFindings {
		t.endPart()
	}
}

func (t *htmlTable) endPart() {
	if t.count == 0 || t.err != nil {
		return
	}
	out := bufio.NewWriter(&t.parts)
	out.WriteString(`<script type="application/json" class="part">` + "\n" + `{"strings":`)
	t.texts.write(out)
	out.WriteString(",\n\"findings\":[")
	out.Write(t.rows.Bytes())
	out.WriteString("]}\n</script>\n")
	t.err = out.Flush()
	t.rows.Reset()
	t.texts, t.count = newTexts(""), 0
}

// write writes the findings for the script of the page.
func (t *htmlTable) write(out *bufio.Writer) error {
	t.endPart()
	if t.err != nil {
		return t.err
	}
	if _, err := t.parts.WriteTo(out); err != nil {
		return err
	}
	out.WriteString(`<script type="application/json" id="data">` + "\n" + `{"pageSize":` + strconv.Itoa(pageSize) + `,"severities":`)
	embedJSON(out, []string{checker.Off.String(), checker.Info.String(), checker.Warning.String(), checker.Error.String()})
	out.WriteString(",\n\"rules\":")
	t.rules.write(out)
	out.WriteString("}\n</script>\n")
	return nil
}

// embedJSON writes a value with the characters escaped that could end the
// element it stands in. What it is given can always be written.
func embedJSON(out *bufio.Writer, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	out.Write(text)
}

// texts numbers texts in the order they come.
type texts struct {
	list   []string
	number map[string]int
}

func newTexts(list ...string) texts {
	t := texts{number: map[string]int{}}
	for _, s := range list {
		t.of(s)
	}
	return t
}

func (t *texts) of(s string) int {
	n, ok := t.number[s]
	if !ok {
		n = len(t.list)
		t.list = append(t.list, s)
		t.number[s] = n
	}
	return n
}

func (t *texts) write(out *bufio.Writer) {
	out.WriteByte('[')
	for i, s := range t.list {
		if i > 0 {
			out.WriteString(",\n")
		}
		embedJSON(out, s)
	}
	out.WriteByte(']')
}

// appendRow appends a finding. Zeros at the end are left out.
func (t *htmlTable) appendRow(b []byte, f *checker.Finding, x *htmlFinding) []byte {
	of := t.texts.of
	row := []int{int(f.Severity), t.rules.of(x.Rule), of(x.Place.File), x.Place.Line, x.Place.Column, of(x.Message), 0, 0, 0,
		of(x.Path), of(x.Profile), of(x.Help), of(x.Fix), of(x.Held)}
	if x.Line != nil {
		from := utf16Len(x.Line.Before)
		row[6], row[7], row[8] = of(x.Line.Before+x.Line.Marked+x.Line.After), from, from+utf16Len(x.Line.Marked)
	}
	for len(x.Related) == 0 && row[len(row)-1] == 0 {
		row = row[:len(row)-1]
	}
	b = appendNumbers(b, row)
	if len(x.Related) == 0 {
		return append(b, ']')
	}
	b = append(b, ',', '[')
	for i, r := range x.Related {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendNumbers(b, []int{of(r.Place.File), r.Place.Line, r.Place.Column, of(r.Message)}), ']')
	}
	return append(b, ']', ']')
}

// appendNumbers appends an array that is still open.
func appendNumbers(b []byte, list []int) []byte {
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return b
}

// utf16Len counts a text as JavaScript does.
func utf16Len(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
