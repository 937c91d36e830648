package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
)

// pageSize is how many findings the page shows at a time. So many are there
// without JavaScript.
const pageSize = 100

// HTML writes one page that holds all it needs: totals, what the profiles hold,
// and the findings, to filter and to sort.
func HTML(w io.Writer, r *Report) error {
	out := bufio.NewWriterSize(w, 64<<10)
	c := r.collect()
	defer c.table.parts.close()
	p := r.newPage("Findings in configuration profiles")
	p.Title = "sceplint: " + c.totals()
	p.Lead = fmt.Sprintf("%s in %s with %s%s", c.totals(), count(c.summary.Files, "file"), count(c.summary.SCEP, "SCEP payload"), c.summary.LeftOut())
	p.Skip, p.SkipText = "findings", "Skip to the findings"
	rules := c.ruleSections(r)
	p.Parts = []htmlPart{{"overview", "Overview"}, {"inventory", "Profile contents"}, {"findings", "Findings"}}
	if len(c.failures) > 0 {
		p.Parts = slices.Insert(p.Parts, 1, htmlPart{"failures", "Not checked"})
	}
	if len(r.Servers) > 0 {
		p.Parts = slices.Insert(p.Parts, len(p.Parts)-1, htmlPart{"servers", "Servers"})
	}
	if len(rules) > 0 {
		p.Parts = append(p.Parts, htmlPart{"rules", "Rules"})
	}
	var failed error
	err := p.write(out, func(do func(name string, data any)) {
		do("overview", c.overview(r))
		do("failures", c.failures)
		do("inventory", c.inventory.view(r.Now))
		do("servers", htmlServers(r.Servers))
		do("findings", c.findings(rules))
		if c.table.total > 0 {
			failed = c.table.write(out)
		}
		do("rules", rules)
	})
	return cmp.Or(failed, err)
}

// pageData is what the page is made of.
type pageData struct {
	summary   Summary
	table     *htmlTable
	rules     map[string]*ruleCount
	failures  []htmlFailure
	inventory inventory
}

// ruleCount counts the findings of a rule.
type ruleCount struct {
	id       string
	meta     *checker.Meta
	severity [checker.Error + 1]int
	held     int
}

func (c *ruleCount) total() int {
	return c.severity[checker.Error] + c.severity[checker.Warning] + c.severity[checker.Info]
}

func (r *Report) collect() *pageData {
	c := &pageData{rules: map[string]*ruleCount{}, table: newHTMLTable()}
	for result := range r.Results {
		c.summary.Add(result)
		for _, v := range result.Visited {
			if s, ok := v.(*contents); ok {
				c.inventory.add(result.File, s)
			}
		}
		if result.Err != nil {
			f := htmlFailure{File: visible(result.File)}
			for line := range strings.Lines(result.Err.Error()) {
				f.Lines = append(f.Lines, visible(strings.TrimRight(line, "\r\n")))
			}
			c.failures = append(c.failures, f)
		}
		for _, f := range r.findings(result) {
			c.table.add(f)
			id := visible(f.Rule.ID)
			n := c.rules[id]
			if n == nil {
				n = &ruleCount{id: id, meta: f.Rule}
				c.rules[id] = n
			}
			if f.Suppression != nil {
				n.held++
				continue
			}
			n.severity[f.Severity]++
		}
	}
	return c
}

func (c *pageData) totals() string {
	s := &c.summary
	return fmt.Sprintf("%s, %s, %s", count(s.Errors, "error"), count(s.Warnings, "warning"), count(s.Infos, "info"))
}

// htmlFailure is a file that could not be checked.
type htmlFailure struct {
	File  string
	Lines []string
}

// htmlOverview is the first section of the page.
type htmlOverview struct {
	Tiles []htmlTile
	Held  string
	Rules *chart
}

func (c *pageData) overview(r *Report) htmlOverview {
	s := &c.summary
	o := htmlOverview{Tiles: []htmlTile{
		{"Errors", "error", s.Errors}, {"Warnings", "warning", s.Warnings}, {"Infos", "info", s.Infos}, {"Suppressed", "", s.Suppressed},
		{"Files", "", s.Files}, {"Profiles", "", s.Profiles}, {"SCEP payloads", "", s.SCEP}, {"Certificates", "", c.inventory.certificates},
	}}
	if s.Suppressed > 0 && !r.ShowSuppressed {
		o.Held = "Suppressed findings are counted but not listed; use --show-suppressed to list them."
	}
	if c.table.shown == 0 {
		return o
	}
	f := newFigure("by-rule", "Findings by rule", "Rule", series{"Errors", "error"}, series{"Warnings", "warning"}, series{"Infos", "info"})
	f.Wide = true
	for _, n := range c.ranked() {
		if n.total() > 0 {
			f.add(n.id, "#rule-"+n.id, n.severity[checker.Error], n.severity[checker.Warning], n.severity[checker.Info])
		}
	}
	o.Rules = f.render(20, "other rule")
	return o
}

// ranked gives the rules that found most first, errors before all else.
func (c *pageData) ranked() []*ruleCount {
	list := slices.Collect(maps.Values(c.rules))
	slices.SortFunc(list, func(a, b *ruleCount) int {
		for s := checker.Error; s > checker.Off; s-- {
			if order := cmp.Compare(b.severity[s], a.severity[s]); order != 0 {
				return order
			}
		}
		return strings.Compare(a.id, b.id)
	})
	return list
}

// htmlRule is the section of a rule that found something.
type htmlRule struct {
	ID, Title, Severity, Pack, Help string
	Doc                             []htmlDocPart

	Total     int // without those that are suppressed
	CountText string
	Refs      []checker.Ref
}

// ruleSections gives the rules that found something, by ID.
func (c *pageData) ruleSections(r *Report) []htmlRule {
	ran := map[string]*checker.Meta{} // they know the severity that was asked for
	for i := range r.Rules {
		ran[visible(r.Rules[i].ID)] = &r.Rules[i]
	}
	var list []htmlRule
	for _, id := range slices.Sorted(maps.Keys(c.rules)) {
		n := c.rules[id]
		m := n.meta
		if ran[id] != nil {
			m = ran[id]
		}
		x := newHTMLRule(m, n.total())
		if n.held > 0 {
			x.CountText += fmt.Sprintf(" and %s suppressed", thousands(n.held))
		}
		list = append(list, x)
	}
	return list
}

// htmlDocPart is a paragraph of a rule's documentation.
type htmlDocPart struct{ Label, Text string }

// newHTMLRule returns the section of a rule with so many findings.
func newHTMLRule(m *checker.Meta, findings int) htmlRule {
	x := htmlRule{
		ID: visible(m.ID), Title: visible(m.Title), Severity: m.Severity.String(), Pack: visible(pack(m)),
		Total: findings, CountText: count(findings, "finding"),
	}
	if m.Help != "" {
		x.Help = visible(sentence(capitalized(m.Help)))
	}
	for _, part := range partsOf(m.Doc) {
		if part.label != "" {
			part.text = capitalized(part.text)
		}
		x.Doc = append(x.Doc, htmlDocPart{part.label, visibleLines(strings.TrimSuffix(part.text, "\n"))})
	}
	for _, ref := range m.Refs {
		ref.Title = visible(cmp.Or(ref.Title, ref.URL))
		if !strings.HasPrefix(ref.URL, "https://") && !strings.HasPrefix(ref.URL, "http://") {
			ref.URL = ""
		}
		x.Refs = append(x.Refs, ref)
	}
	return x
}

// visible makes a text safe to show: valid, and without characters that hide
// what is there.
func visible(s string) string { return printable.LogText(printable.Text(s)) }

// visibleLines does the same line by line.
func visibleLines(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, visible(line))
	}
	return strings.Join(lines, "\n")
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return thousands(n) + " " + what
}

// thousands writes a number with a comma between groups of digits.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
