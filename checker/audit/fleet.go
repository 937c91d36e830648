package audit

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
)

// Fleet is the summary of results. It does not depend on the order in which
// results are added.
type Fleet struct {
	Repository *Repository // what the profiles are compared with; nil: nothing

	files, profiles, payloads, suppressed int
	skipped, excluded                     int // paths that were not checked
	counts

	texts    texts           // of the rows
	rows     map[string]*row // by ID of the configuration
	rules    map[string]*ruleRow
	devices  map[string]*deviceRow    // by name
	secrets  map[string]*challengeRow // hard-coded challenges, by mark
	parts    map[string]bool          // the files that have a result for each of their parts
	failures map[string]string        // what could not be checked: file to why
	lost     int                      // failures above the limit
}

// maxFailures is how many files that could not be checked are listed.
const maxFailures = 1000

// row is one configuration. There may be as many as profiles, so that a row is small: an audit of 100,000 profiles with
// 52,000 configurations takes 100 MiB, and 200 MiB with a Configuration and a map in each row, all of them in one table.
type row struct {
	configuration packed
	profiles      int
	devices       deviceSet
	findings      []ruleCount
	counts
	example Example
}

// packed is a Configuration by the numbers of its texts.
type packed [15]uint32

// ruleCount is the number of findings of a rule, by the number of its ID.
type ruleCount struct {
	rule     uint32
	findings int
}

// add adds findings of a rule.
func (x *row) add(rule uint32, findings int) {
	i := slices.IndexFunc(x.findings, func(c ruleCount) bool { return c.rule == rule })
	if i < 0 {
		x.findings = append(x.findings, ruleCount{rule, findings})
		return
	}
	x.findings[i].findings += findings
}

// texts holds each text once, and numbers them.
type texts struct {
	list    []string
	numbers map[string]uint32
}

func (t *texts) number(text string) uint32 {
	n, ok := t.numbers[text]
	if !ok {
		n, text = uint32(len(t.list)), strings.Clone(text)
		t.list = append(t.list, text)
		t.numbers[text] = n
	}
	return n
}

// pack returns a configuration by the numbers of its texts.
func (t *texts) pack(c Configuration) (p packed) {
	for i, field := range c.fields() {
		p[i] = t.number(*field)
	}
	return p
}

// unpack returns the configuration.
func (t *texts) unpack(p packed) (c Configuration) {
	for i, field := range c.fields() {
		*field = t.list[p[i]]
	}
	return c
}

// byRule returns the findings of a row by the IDs of the rules.
func (t *texts) byRule(x *row) map[string]int {
	findings := make(map[string]int, len(x.findings))
	for _, c := range x.findings {
		findings[t.list[c.rule]] = c.findings
	}
	return findings
}

// counts are findings by severity.
type counts struct{ errors, warnings, infos int }

func (c *counts) count(s checker.Severity) {
	switch s {
	case checker.Error:
		c.errors++
	case checker.Warning:
		c.warnings++
	default:
		c.infos++
	}
}

func (c *counts) plus(o counts) {
	c.errors += o.errors
	c.warnings += o.warnings
	c.infos += o.infos
}

// Example is a profile with a configuration.
type Example struct {
	File       string `json:"file"`
	Identifier string `json:"identifier"`
}

type ruleRow struct {
	severity           checker.Severity
	findings, profiles int
	devices            deviceSet
}

type deviceRow struct {
	profiles, payloads int
	counts
	configurations []string // IDs, sorted
	worst          worstRule
}

// worstRule is the rule of the most severe finding, and among those the first by name.
type worstRule struct {
	rule     string
	severity checker.Severity
}

func (w *worstRule) add(o worstRule) {
	if o.rule != "" && (w.rule == "" || o.severity > w.severity || o.severity == w.severity && o.rule < w.rule) {
		*w = o
	}
}

// challengeRow is a challenge that stands in profiles itself.
type challengeRow struct {
	profiles       int
	devices        deviceSet
	configurations []string // IDs, sorted
}

// NewFleet returns an empty summary.
func NewFleet() *Fleet {
	return &Fleet{texts: texts{numbers: map[string]uint32{}}, rows: map[string]*row{}, rules: map[string]*ruleRow{}, devices: map[string]*deviceRow{}, secrets: map[string]*challengeRow{}, parts: map[string]bool{}, failures: map[string]string{}}
}

// Add adds a result, whose checker must have the Visit of an Auditor.
func (f *Fleet) Add(r *checker.Result) {
	if r.Err != nil {
		f.fail(r.File, printable.Lines(r.Err.Error()))
	}
	if f.Repository != nil {
		f.Repository.Add(r)
	}
	switch {
	case r.Excluded:
		f.excluded++
		return
	case r.Skipped.Reason != "":
		if !r.Part && r.Skipped.Kind != checker.SkipUnrelated {
			f.skipped++
		}
		return
	case r.Profiles == 0:
		return
	}
	if r.Part {
		f.parts[r.File] = true
	} else {
		f.files++
	}
	f.profiles += r.Profiles
	f.suppressed += len(r.Suppressed)
	visited := make([]*Profile, len(r.Visited))
	for i, v := range r.Visited {
		visited[i] = v.(*Profile)
		f.profile(r.File, visited[i])
	}
	told := map[string]int{} // by rule, the last profile it was counted for, from 1
	for i := range r.Findings {
		x := &r.Findings[i]
		var p *Profile
		if x.Ordinal < len(visited) {
			p = visited[x.Ordinal]
		}
		f.finding(x, p, told)
	}
}

// Empty reports whether nothing was checked or compared, and nothing failed.
func (f *Fleet) Empty() bool {
	return f.files+len(f.parts)+len(f.devices)+len(f.failures) == 0 && (f.Repository == nil || !f.Repository.compared())
}

func (f *Fleet) profile(file string, p *Profile) {
	device := f.device(p.Device)
	if device != nil {
		device.profiles++
		device.payloads += len(p.SCEP)
	}
	f.payloads += len(p.SCEP)
	seen := map[string]bool{}
	marks := map[string]bool{}
	for i := range p.SCEP {
		e := &p.SCEP[i]
		id := e.ID
		x := f.rows[id]
		if x == nil {
			x = &row{configuration: f.texts.pack(e.Configuration), example: Example{strings.Clone(file), p.Identifier}}
			f.rows[id] = x
		}
		if e.Mark != "" {
			f.secret(e.Mark, id, p.Device, !marks[e.Mark])
			marks[e.Mark] = true
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		x.profiles++
		x.devices.add(p.Device)
		if example := (Example{file, p.Identifier}); example.compare(x.example) < 0 {
			x.example = example
		}
		if device != nil {
			device.configurations = insert(device.configurations, id)
		}
	}
}

func (e Example) compare(o Example) int {
	return cmp.Or(strings.Compare(e.File, o.File), strings.Compare(e.Identifier, o.Identifier))
}

func (f *Fleet) finding(x *checker.Finding, p *Profile, told map[string]int) {
	f.count(x.Severity)
	rule := f.rules[x.Rule.ID]
	if rule == nil {
		rule = &ruleRow{severity: x.Severity}
		f.rules[x.Rule.ID] = rule
	}
	rule.severity = max(rule.severity, x.Severity)
	rule.findings++
	if told[x.Rule.ID] != x.Ordinal+1 {
		told[x.Rule.ID] = x.Ordinal + 1
		rule.profiles++
	}
	if p == nil {
		return
	}
	rule.devices.add(p.Device)
	if device := f.device(p.Device); device != nil {
		device.count(x.Severity)
		device.worst.add(worstRule{x.Rule.ID, x.Severity})
	}
	if x.Payload == nil {
		return
	}
	for i := range p.SCEP {
		if p.SCEP[i].Index == x.Payload.Index {
			row := f.rows[p.SCEP[i].ID]
			row.add(f.texts.number(x.Rule.ID), 1)
			row.count(x.Severity)
			return
		}
	}
}

// device returns the row of a device; nil for none.
func (f *Fleet) device(name string) *deviceRow {
	if name == "" {
		return nil
	}
	d := f.devices[name]
	if d == nil {
		d = &deviceRow{}
		f.devices[strings.Clone(name)] = d
	}
	return d
}

func (f *Fleet) secret(mark, id, device string, first bool) {
	s := f.secrets[mark]
	if s == nil {
		s = &challengeRow{}
		f.secrets[mark] = s
	}
	if first {
		s.profiles++
	}
	s.devices.add(device)
	s.configurations = insert(s.configurations, id)
}

func (f *Fleet) fail(file, why string) {
	if known, ok := f.failures[file]; ok {
		f.failures[file] = min(known, why)
		return
	}
	if len(f.failures) < maxFailures {
		f.failures[strings.Clone(file)] = why
		return
	}
	// Those that sort first are kept, whatever the order they come in.
	last := slices.Max(slices.Collect(maps.Keys(f.failures)))
	f.lost++
	if file < last {
		delete(f.failures, last)
		f.failures[strings.Clone(file)] = why
	}
}

// merge adds the summary of another part.
func (f *Fleet) merge(o *Fleet) error {
	switch {
	case o.Repository == nil:
	case f.Repository == nil:
		f.Repository = o.Repository
	default:
		if err := f.Repository.merge(o.Repository); err != nil {
			return err
		}
	}
	f.files += o.files
	f.profiles += o.profiles
	f.payloads += o.payloads
	f.suppressed += o.suppressed
	f.skipped += o.skipped
	f.excluded += o.excluded
	f.plus(o.counts)
	for id, x := range o.rows {
		mine := f.rows[id]
		if mine == nil {
			mine = &row{configuration: f.texts.pack(o.texts.unpack(x.configuration)), example: x.example}
			f.rows[id] = mine
		}
		mine.profiles += x.profiles
		mine.devices.merge(&x.devices)
		mine.plus(x.counts)
		for _, c := range x.findings {
			mine.add(f.texts.number(o.texts.list[c.rule]), c.findings)
		}
		if x.example.compare(mine.example) < 0 {
			mine.example = x.example
		}
	}
	for id, x := range o.rules {
		mine := f.rules[id]
		if mine == nil {
			mine = &ruleRow{}
			f.rules[id] = mine
		}
		mine.severity = max(mine.severity, x.severity)
		mine.findings += x.findings
		mine.profiles += x.profiles
		mine.devices.merge(&x.devices)
	}
	for name, x := range o.devices {
		mine := f.device(name)
		mine.profiles += x.profiles
		mine.payloads += x.payloads
		mine.plus(x.counts)
		mine.worst.add(x.worst)
		for _, id := range x.configurations {
			mine.configurations = insert(mine.configurations, id)
		}
	}
	for mark, x := range o.secrets {
		mine := f.secrets[mark]
		if mine == nil {
			mine = &challengeRow{}
			f.secrets[mark] = mine
		}
		mine.profiles += x.profiles
		mine.devices.merge(&x.devices)
		for _, id := range x.configurations {
			mine.configurations = insert(mine.configurations, id)
		}
	}
	for file := range o.parts {
		f.parts[file] = true
	}
	f.lost += o.lost
	for file, why := range o.failures {
		f.fail(file, why)
	}
	return nil
}

// insert adds a text to a sorted list that does not have it.
func insert(list []string, text string) []string {
	i, found := slices.BinarySearch(list, text)
	if found {
		return list
	}
	return slices.Insert(list, i, text)
}
