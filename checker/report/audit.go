package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/audit"
)

// mostRows is the maximum number of rows of a table on the page of an audit.
const mostRows = 1000

// Audit writes a self-contained page: the SCEP configurations of a fleet, their distribution, and the findings.
func Audit(w io.Writer, a *audit.Report, now time.Time) error {
	out := bufio.NewWriterSize(w, 64<<10)
	s := a.Fleet.Summary()
	r := &Report{Version: a.Version, Now: now}
	p := r.newPage("Fleet configurations")
	found := fmt.Sprintf("%s, %s, %s", count(s.Errors, "error"), count(s.Warnings, "warning"), count(s.Infos, "info"))
	p.Title = "sceplint audit: " + found
	leftOut := Summary{Skipped: s.Skipped, Excluded: s.Excluded}
	p.Lead = fmt.Sprintf("%s in %s; %s%s", count(s.Configurations, "SCEP configuration"), count(s.Profiles, "profile"), found, leftOut.LeftOut())
	p.Skip, p.SkipText = "configurations", "Skip to the configurations"
	p.Parts = []htmlPart{{"overview", "Overview"}, {"inventory", "Fleet configurations"}, {"configurations", "Configurations"}}
	failures := auditFailures(a)
	if len(failures) > 0 {
		p.Parts = append(p.Parts[:1:1], append([]htmlPart{{"failures", "Not checked"}}, p.Parts[1:]...)...)
	}
	tables := []htmlGrid{configurationGrid(a)}
	if a.Against {
		tables = append(tables, driftGrid(a))
		p.Parts = append(p.Parts, htmlPart{"drift", "Drift"})
	}
	if a.By == "device" {
		tables = append(tables, deviceGrid(a))
		p.Parts = append(p.Parts, htmlPart{"devices", "Devices"})
	}
	return p.write(out, func(do func(name string, data any)) {
		do("overview", auditOverview(a))
		do("failures", failures)
		do("figures", auditFigures(a))
		for _, t := range tables {
			do("table", t)
		}
	})
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

func auditOverview(a *audit.Report) htmlOverview {
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
		f.add(x.Rule, "", n["error"], n["warning"], n["info"])
	}
	if len(f.Rows) > 0 {
		o.Rules = f.done(20, "other rule")
	}
	return o
}

// auditFigures are the plots of a fleet. They count profiles.
func auditFigures(a *audit.Report) (list []*figure) {
	group := func(id, title, label, other string, rows []audit.GroupRow, most int) {
		f := newFigure(id, title, label, series{Name: "Profiles"})
		f.Note = "in profiles"
		for _, x := range rows {
			f.add(x.Value, "", x.Profiles)
		}
		list = append(list, f.done(most, other))
	}
	fleet := a.Fleet
	group("keysizes", "Key sizes", "Key size, in bits", "other size", fleet.Keysizes(), 12)
	group("cas", "CA hosts", "Host", "other host", fleet.CAs(), 12)
	group("usages", "Key usages", "Key usage, as a bit mask", "other usage", fleet.KeyUsages(), 12)
	group("fingerprints", "CA fingerprint algorithms", "Algorithm", "other algorithm", fleet.Fingerprints(), 12)
	group("challenges", "Challenges", "Kind", "other kind", fleet.Challenges(), 12)
	return list
}

// htmlGrid is a plain table.
type htmlGrid struct {
	ID, Title, Note string
	Columns         []gridColumn
	Rows            [][]string
}

type gridColumn struct {
	Name   string
	Number bool
}

// grid makes a table of so many rows as the page shows. A column of numbers is
// named with a # in front.
func grid(id, title string, columns []string, n int, row func(int) []string) htmlGrid {
	g := htmlGrid{ID: id, Title: title}
	for _, name := range columns {
		if name[0] == '#' {
			g.Columns = append(g.Columns, gridColumn{name[1:], true})
		} else {
			g.Columns = append(g.Columns, gridColumn{name, false})
		}
	}
	for i := range min(n, mostRows) {
		cells := row(i)
		for j := range cells {
			cells[j] = visible(cells[j])
		}
		g.Rows = append(g.Rows, cells)
	}
	switch {
	case n == 0:
		g.Note = "None."
	case n > mostRows:
		g.Note = fmt.Sprintf("First %s of %s; the formats json and csv list all.", thousands(mostRows), thousands(n))
	}
	return g
}

func configurationGrid(a *audit.Report) htmlGrid {
	list := a.Fleet.Configurations()
	columns := []string{
		"ID", "#Profiles", "#Devices", "URL", "#Keysize", "#Key usage", "Fingerprint", "Challenge", "Subject", "Alternative names", "#Errors", "#Warnings", "#Infos", "Rules",
		"Example",
	}
	g := grid("configurations", "Configurations", columns, len(list), func(i int) []string {
		x := &list[i]
		rules := ""
		for j, f := range x.Findings {
			if j > 0 {
				rules += ", "
			}
			rules += f.Rule
		}
		return []string{
			x.ID, thousands(x.Profiles), thousands(x.Devices), x.URL, x.Keysize, x.KeyUsage, x.Fingerprint, x.ChallengeText(), x.Subject, x.SubjectAltName,
			thousands(x.Errors), thousands(x.Warnings), thousands(x.Infos), rules, x.Example.File,
		}
	})
	if !a.Fleet.Comparable() {
		g.Note = strings.TrimSpace(g.Note + " Note: " + audit.NotCompared + ".")
	}
	return g
}

func driftGrid(a *audit.Report) htmlGrid {
	columns := []string{"Profile", "Severity", "Drift", "File", "Setting", "Deployed", "Repository", "#Profiles", "#Devices"}
	return grid("drift", "Drift from the repository", columns, len(a.Drift), func(i int) []string {
		d := &a.Drift[i]
		return []string{d.Identifier, d.Severity, d.Rule, d.File, d.Key, d.Deployed, d.Repository, strconv.Itoa(d.Profiles), strconv.Itoa(d.Devices)}
	})
}

func deviceGrid(a *audit.Report) htmlGrid {
	list := a.Fleet.Devices()
	columns := []string{"Device", "#Profiles", "#SCEP payloads", "#Errors", "#Warnings", "#Infos"}
	return grid("devices", "Devices", columns, len(list), func(i int) []string {
		d := &list[i]
		return []string{d.Device, thousands(d.Profiles), thousands(d.SCEP), thousands(d.Errors), thousands(d.Warnings), thousands(d.Infos)}
	})
}
