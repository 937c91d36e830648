package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/profile"
)

// mostRows is the maximum number of rows of a table on the page of an audit.
const mostRows = 1000

// Audit writes a self-contained page: the SCEP configurations of a fleet, their
// distribution, and the findings. It documents those of r.Rules that found something.
func Audit(w io.Writer, a *audit.Report, r *Report) error {
	out := bufio.NewWriterSize(w, 64<<10)
	s := a.Fleet.Summary()
	p := r.newPage("Fleet configurations")
	found := fmt.Sprintf("%s, %s, %s", count(s.Errors, "error"), count(s.Warnings, "warning"), count(s.Infos, "info"))
	p.Title = "sceplint audit: " + found
	leftOut := Summary{Skipped: s.Skipped, Excluded: s.Excluded}
	p.Lead = fmt.Sprintf("%s in %s; %s%s", count(s.Configurations, "SCEP configuration"), count(s.Profiles, "profile"), found, leftOut.LeftOut())
	p.Skip, p.SkipText = "configurations", "Skip to the configurations"
	p.Parts = []htmlPart{{"overview", "Overview"}, {"inventory", "Distribution"}, {"configurations", "Configurations"}}
	failures := auditFailures(a)
	if len(failures) > 0 {
		p.Parts = append(p.Parts[:1:1], append([]htmlPart{{"failures", "Not checked"}}, p.Parts[1:]...)...)
	}
	sections, links := auditRules(a, r)
	tables := []htmlGrid{configurationGrid(a, links)}
	if a.Against {
		tables = append(tables, driftGrid(a, links))
		p.Parts = append(p.Parts, htmlPart{"drift", "Drift"})
	}
	if a.By == "device" {
		tables = append(tables, deviceGrid(a, links))
		p.Parts = append(p.Parts, htmlPart{"devices", "Devices"})
	}
	if len(sections) > 0 {
		p.Parts = append(p.Parts, htmlPart{"rules", "Rules"})
	}
	return p.write(out, func(do func(name string, data any)) {
		do("overview", auditOverview(a, links))
		do("failures", failures)
		do("figures", auditFigures(a))
		for _, t := range tables {
			do("table", t)
		}
		do("rules", sections)
	})
}

// ruleLinks are the links of rules by their IDs.
type ruleLinks map[string]ruleLink

// ruleLink is a link to the documentation of a rule, on the page or, with Out,
// elsewhere. Without an Href there is none.
type ruleLink struct {
	ID, Href string
	Out      bool
}

func (l ruleLinks) of(id string) ruleLink {
	if link, ok := l[id]; ok {
		return link
	}
	return ruleLink{ID: visible(id)}
}

// auditRules returns the sections of the rules that found something, and the
// links to them.
func auditRules(a *audit.Report, r *Report) ([]htmlRule, ruleLinks) {
	findings := map[string]int{}
	for _, x := range a.Fleet.Rules() {
		findings[x.Rule] += x.Findings
	}
	for i := range a.Drift {
		findings[a.Drift[i].Rule]++
	}
	metas := map[string]*checker.Meta{}
	for i := range r.Rules {
		metas[r.Rules[i].ID] = &r.Rules[i]
	}
	var sections []htmlRule
	links := ruleLinks{}
	for _, id := range slices.Sorted(maps.Keys(findings)) {
		if m := metas[id]; m != nil {
			sections = append(sections, newHTMLRule(m, findings[id]))
			links[id] = ruleLink{ID: visible(id), Href: "#rule-" + visible(id)}
		} else if slices.Contains(r.Shipped, id) {
			links[id] = ruleLink{visible(id), pages + "policies/README.md#" + id, true}
		}
	}
	return sections, links
}

func auditFailures(a *audit.Report) (list []htmlFailure) {
	failures, more := a.Fleet.Failures()
	for _, f := range failures {
		list = append(list, htmlFailure{visible(f.File), []string{visible(f.Message)}})
	}
	if more > 0 {
		list = append(list, htmlFailure{"and " + count(more, "more file"), nil})
	}
	return list
}

func auditOverview(a *audit.Report, links ruleLinks) htmlOverview {
	s := a.Fleet.Summary()
	o := htmlOverview{Tiles: []htmlTile{
		{"Errors", "error", s.Errors}, {"Warnings", "warning", s.Warnings}, {"Infos", "info", s.Infos}, {"Suppressed", "", s.Suppressed},
		{"Configurations", "", s.Configurations}, {"Devices", "", s.Devices}, {"Profiles", "", s.Profiles}, {"SCEP payloads", "", s.SCEP},
	}}
	if a.Against {
		n := audit.CountDrift(a.Drift)
		o.Tiles = append(o.Tiles, htmlTile{"Drift", "", n.Errors + n.Warnings + n.Infos})
	}
	f := newFigure("by-rule", "Findings by rule", "Rule", series{"Errors", "error"}, series{"Warnings", "warning"}, series{"Infos", "info"})
	f.Wide = true
	for _, x := range a.Fleet.Rules() {
		n := map[string]int{x.Severity: x.Findings}
		f.add(x.Rule, links.of(x.Rule).Href, n["error"], n["warning"], n["info"])
	}
	if len(f.Rows) > 0 {
		o.Rules = f.render(20, "other rule")
	}
	return o
}

// auditFigures are the plots of a fleet. They count profiles.
func auditFigures(a *audit.Report) (list []*chart) {
	group := func(id, title, label, other string, rows []audit.GroupRow, most int) {
		f := newFigure(id, title, label, series{Name: "Profiles"})
		f.Note = "in profiles"
		for _, x := range rows {
			if id == "challenges" && x.Value == string(profile.ChallengeLiteral) {
				x.Value = "hard-coded"
			}
			f.add(x.Value, "", x.Profiles)
		}
		list = append(list, f.render(most, other))
	}
	fleet := a.Fleet
	group("keysizes", "Key sizes", "Key size, in bits", "other size", fleet.Keysizes(), 12)
	group("cas", "CA hosts", "Host", "other host", fleet.CAs(), 12)
	group("usages", "Key usages", "Key usage, as a bit mask", "other usage", fleet.KeyUsages(), 12)
	group("fingerprints", "CA fingerprint algorithms", "Algorithm", "other algorithm", fleet.Fingerprints(), 12)
	group("challenges", "Challenges", "Kind", "other kind", fleet.Challenges(), 12)
	return list
}

// htmlGrid is a plain table, with a filter.
type htmlGrid struct {
	ID, Title, Note string
	Columns         []gridColumn
	Rows            []gridRow
	Rules           []gridRule     // to filter by; none: by no rule
	Severities      []htmlSeverity // to filter by
}

type gridColumn struct {
	Name   string
	Number bool
	Long   bool // it has a URL or a path, and a minimum width
}

// gridRow is a row, with what it is filtered by.
type gridRow struct {
	Cells      []gridCell
	rules      []string
	severities []string
}

// gridCell is a text, or a list of rules.
type gridCell struct {
	Text  string
	Rules []ruleLink
}

// gridRule is a rule, and the rows that it found something in.
type gridRule struct {
	ID    string
	Total int
}

// RuleIDs returns the rules of the row, separated by spaces.
func (r *gridRow) RuleIDs() string { return strings.Join(r.rules, " ") }

// Severities returns the severities of the row, separated by spaces.
func (r *gridRow) Severities() string { return strings.Join(r.severities, " ") }

// noFindings is the severity of rows without findings.
const noFindings = "none"

// foundSeverities returns the severities of which there are findings.
func foundSeverities(n audit.Counts) (list []string) {
	for _, x := range []struct {
		name  string
		count int
	}{{"error", n.Errors}, {"warning", n.Warnings}, {"info", n.Infos}} {
		if x.count > 0 {
			list = append(list, x.name)
		}
	}
	if list == nil {
		list = []string{noFindings}
	}
	return list
}

// textCells returns the cells of texts.
func textCells(texts ...string) []gridCell {
	cells := make([]gridCell, len(texts))
	for i, text := range texts {
		cells[i].Text = visible(text)
	}
	return cells
}

// newTable makes a table of so many rows as the page shows. The name of a column of
// numbers starts with #, that of long texts with +.
func newTable(id, title string, columns []string, n int, row func(int) gridRow) htmlGrid {
	g := htmlGrid{ID: id, Title: title}
	for _, name := range columns {
		plain := strings.TrimLeft(name, "#+")
		g.Columns = append(g.Columns, gridColumn{plain, name[0] == '#', name[0] == '+'})
	}
	rules, severities := map[string]int{}, map[string]int{}
	for i := range min(n, mostRows) {
		g.Rows = append(g.Rows, row(i))
		for _, rule := range g.Rows[i].rules {
			rules[rule]++
		}
		for _, severity := range g.Rows[i].severities {
			severities[severity]++
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		g.Rules = append(g.Rules, gridRule{rule, rules[rule]})
	}
	for _, severity := range []string{"error", "warning", "info", noFindings} {
		if severities[severity] > 0 {
			g.Severities = append(g.Severities, htmlSeverity{Name: severity, Value: severities[severity]})
		}
	}
	switch {
	case n == 0:
		g.Note = "None."
	case n > mostRows:
		g.Note = fmt.Sprintf("First %s of %s; the formats json and csv list all.", thousands(mostRows), thousands(n))
	}
	return g
}

// withoutDevices removes the column of devices if no profile names its device.
func (g htmlGrid) withoutDevices(a *audit.Report) htmlGrid {
	i := slices.IndexFunc(g.Columns, func(c gridColumn) bool { return c.Name == "Devices" })
	if i < 0 || a.Fleet.Summary().Devices > 0 {
		return g
	}
	g.Columns = slices.Delete(g.Columns, i, i+1)
	for j := range g.Rows {
		g.Rows[j].Cells = slices.Delete(g.Rows[j].Cells, i, i+1)
	}
	return g
}

func configurationGrid(a *audit.Report, links ruleLinks) htmlGrid {
	var list []audit.ConfigurationRow
	for x := range a.Fleet.Configurations() {
		if len(list) == mostRows {
			break
		}
		list = append(list, x)
	}
	columns := []string{
		"ID", "#Profiles", "#Devices", "+URL", "#Keysize", "#Key usage", "Fingerprint", "Challenge", "Subject", "Alternative names", "#Errors", "#Warnings", "#Infos", "Rules",
		"+Example",
	}
	g := newTable("configurations", "Configurations", columns, a.Fleet.Summary().Configurations, func(i int) gridRow {
		x := &list[i]
		row := gridRow{severities: foundSeverities(x.Counts)}
		var rules gridCell
		for _, f := range x.Findings {
			rules.Rules = append(rules.Rules, links.of(f.Rule))
			row.rules = append(row.rules, visible(f.Rule))
		}
		row.Cells = append(textCells(
			x.ID, thousands(x.Profiles), thousands(x.Devices), x.URL, x.Keysize, x.KeyUsage, x.Fingerprint, x.ChallengeText(), x.Subject, x.SubjectAltName,
			thousands(x.Errors), thousands(x.Warnings), thousands(x.Infos),
		), rules, gridCell{Text: visible(x.Example.File)})
		return row
	})
	if !a.Fleet.Comparable() {
		g.Note = strings.TrimSpace(g.Note + " Note: " + audit.NotCompared + ".")
	}
	return g.withoutDevices(a)
}

func driftGrid(a *audit.Report, links ruleLinks) htmlGrid {
	columns := []string{"Profile", "Severity", "Drift", "+File", "+Setting", "Deployed", "Repository", "#Profiles", "#Devices"}
	return newTable("drift", "Drift from the repository", columns, len(a.Drift), func(i int) gridRow {
		d := &a.Drift[i]
		row := gridRow{
			Cells:      textCells(d.Identifier, d.Severity, d.Rule, d.File, d.Key, d.Deployed, d.Repository, strconv.Itoa(d.Profiles), strconv.Itoa(d.Devices)),
			severities: []string{d.Severity}, rules: []string{visible(d.Rule)},
		}
		row.Cells[2].Rules = []ruleLink{links.of(d.Rule)}
		return row
	}).withoutDevices(a)
}

func deviceGrid(a *audit.Report, links ruleLinks) htmlGrid {
	list := a.Fleet.Devices()
	columns := []string{"Device", "#Profiles", "#SCEP payloads", "#Errors", "#Warnings", "#Infos", "Most severe rule"}
	return newTable("devices", "Devices", columns, len(list), func(i int) gridRow {
		d := &list[i]
		row := gridRow{
			Cells:      textCells(d.Device, thousands(d.Profiles), thousands(d.SCEP), thousands(d.Errors), thousands(d.Warnings), thousands(d.Infos), ""),
			severities: foundSeverities(d.Counts),
		}
		if d.WorstRule != "" {
			row.Cells[6].Rules = []ruleLink{links.of(d.WorstRule)}
		}
		return row
	})
}
