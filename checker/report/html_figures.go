package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/profile"
)

// chart is a bar chart that is a table: every bar has its number.
type chart struct {
	ID, Title, Note string
	Label           string // what the rows are
	Columns         []series
	Rows            []chartRow
	Wide            bool
}

// series is a column of a figure, with the class that colors its bars.
type series struct{ Name, Class string }

type chartRow struct {
	Label, Href string
	Parts       []barPart
	Values      []string
	Others      bool // several things in one, too long for a bar beside the rest
	counts      []int
	class       string // that colors the bar, in place of the column's
}

// barPart is a piece of a bar, in per cent of the longest one.
type barPart struct{ Class, X, Width string }

func newFigure(id, title, label string, columns ...series) *chart {
	return &chart{ID: id, Title: title, Label: label, Columns: columns}
}

func (f *chart) add(label, href string, counts ...int) {
	f.Rows = append(f.Rows, chartRow{Label: visible(label), Href: href, counts: counts})
}

func (r *chartRow) total() (n int) {
	for _, x := range r.counts {
		n += x
	}
	return n
}

// render draws the bars. If there are more rows than most, the last of them
// become one: so many other things.
func (f *chart) render(most int, other string) *chart {
	if len(f.Rows) > most {
		rest := f.Rows[most-1:]
		others := chartRow{Label: count(len(rest), other), counts: make([]int, len(f.Columns)), Others: true}
		for _, r := range rest {
			for i, n := range r.counts {
				others.counts[i] += n
			}
		}
		f.Rows = append(slices.Clone(f.Rows[:most-1]), others)
	}
	longest := 1
	for i := range f.Rows {
		if !f.Rows[i].Others {
			longest = max(longest, f.Rows[i].total())
		}
	}
	percent := func(n int) string { return strconv.FormatFloat(100*float64(n)/float64(longest), 'f', 2, 64) + "%" }
	for i := range f.Rows {
		r, before := &f.Rows[i], 0
		for j, n := range r.counts {
			r.Values = append(r.Values, thousands(n))
			if n > 0 && !r.Others {
				r.Parts = append(r.Parts, barPart{cmp.Or(r.class, f.Columns[j].Class), percent(before), percent(n)})
			}
			before += n
		}
	}
	return f
}

// htmlInventory is the section of what the profiles hold.
type htmlInventory struct {
	Figures  []*chart
	Expiring []htmlExpiring
}

// htmlExpiring is a certificate with its end.
type htmlExpiring struct {
	Subject, Date string
	Files         int
}

func (v *inventory) view(now time.Time) htmlInventory {
	payloads := func(id, title, label string) *chart {
		f := newFigure(id, title, label, series{Name: "SCEP payloads"})
		f.Note = "of " + count(v.payloads, "SCEP payload")
		return f
	}
	kinds := func(f *chart, of int, absent string) {
		for _, k := range []struct {
			kind  valueState
			label string
		}{{stateNotSet, absent}, {stateVariable, "variable"}, {stateInvalid, "invalid"}} {
			if n := v.kinds[of][k.kind]; n > 0 {
				f.add(k.label, "", n)
			}
		}
	}
	sizes := payloads("keysizes", "Key sizes", "Key size")
	for _, x := range byKey(v.keysizes) {
		sizes.add(fmt.Sprintf("%d bits", x.key), "", x.n)
	}
	sizes = sizes.collapseRest(8, "other key size", func() { kinds(sizes, ofKeysize, "not set") })
	hosts := payloads("hosts", "CA hosts", "CA host")
	for _, x := range byCount(v.hosts) {
		hosts.add(x.key, "", x.n)
	}
	hosts = hosts.collapseRest(10, "other host", func() { kinds(hosts, ofHost, "not set") })
	pins := payloads("fingerprints", "CA fingerprint algorithms", "Algorithm")
	for _, x := range byCount(v.algorithms) {
		pins.add(x.key, "", x.n)
	}
	pins = pins.collapseRest(8, "other algorithm", func() { kinds(pins, ofPin, "not set") })
	challenges := payloads("challenges", "Challenges", "Challenge")
	for _, k := range []struct {
		kind  profile.ChallengeKind
		label string
	}{
		{profile.ChallengeLiteral, "hard-coded"}, {profile.ChallengeVariable, "variable"}, {profile.ChallengePlaceholder, "placeholder"},
		{profile.ChallengeEmpty, "empty"}, {profile.ChallengeAbsent, "not set"},
	} {
		if n := v.challenges[k.kind]; n > 0 {
			challenges.add(k.label, "", n)
		}
	}
	return htmlInventory{[]*chart{sizes, hosts, pins, challenges.render(8, ""), v.expiry(now)}, v.expiring(now)}
}

// collapseRest gathers what is beyond the first rows, lets more be added, and draws.
func (f *chart) collapseRest(most int, other string, then func()) *chart {
	if len(f.Rows) > most {
		n := 0
		for _, r := range f.Rows[most-1:] {
			n += r.counts[0]
		}
		label := count(len(f.Rows)-most+1, other)
		f.Rows = f.Rows[:most-1]
		f.add(label, "", n)
		f.Rows[most-1].Others = true
	}
	then()
	return f.render(len(f.Rows), "")
}

type valueCount[K any] struct {
	key K
	n   int
}

// byKey gives the counts in the order of their keys.
func byKey[K cmp.Ordered](m map[K]int) []valueCount[K] {
	list := make([]valueCount[K], 0, len(m))
	for k, n := range m {
		list = append(list, valueCount[K]{k, n})
	}
	slices.SortFunc(list, func(a, b valueCount[K]) int { return cmp.Compare(a.key, b.key) })
	return list
}

// byCount gives the highest counts first.
func byCount[K cmp.Ordered](m map[K]int) []valueCount[K] {
	list := byKey(m)
	slices.SortStableFunc(list, func(a, b valueCount[K]) int { return cmp.Compare(b.n, a.n) })
	return list
}

// expiry shows when the certificates in the profiles end.
func (v *inventory) expiry(now time.Time) *chart {
	f := newFigure("expiry", "Expiry of bundled certificates", "Expiry", series{Name: "certificates"})
	if v.certificates == 0 {
		f.Note = "The profiles contain no certificates."
		return f
	}
	f.Note = "of " + count(v.certificates, "certificate") + ", counted once for each profile that contains it"
	const day = 24 * time.Hour
	ends := [...]time.Time{now, now.Add(30 * day), now.Add(90 * day), now.AddDate(1, 0, 0)}
	var n [len(ends) + 1]int
	for a, x := range v.anchors {
		i := 0
		for i < len(ends) && !a.notAfter.Before(ends[i]) {
			i++
		}
		n[i] += x.times
	}
	for i, label := range []string{"expired", "in less than 30 days", "in 30 to 89 days", "in 90 days to 1 year", "later"} {
		f.add(label, "", n[i])
	}
	f.Rows[0].class, f.Rows[1].class = "error", "warning"
	return f.render(len(n), "")
}

// expiring gives the certificates that end first, within a year.
func (v *inventory) expiring(now time.Time) []htmlExpiring {
	const enough = 8
	var list []certificateExpiry
	for a := range v.anchors {
		if a.notAfter.Before(now.AddDate(1, 0, 0)) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b certificateExpiry) int {
		return cmp.Or(a.notAfter.Compare(b.notAfter), strings.Compare(a.subject, b.subject))
	})
	var rows []htmlExpiring
	for _, a := range list[:min(len(list), enough)] {
		rows = append(rows, htmlExpiring{visible(a.subject), a.notAfter.Format("2006-01-02"), v.anchors[a].files})
	}
	return rows
}
