package audit

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

// Summary counts what an audit has checked.
type Summary struct {
	Files          int `json:"files"`
	Profiles       int `json:"profiles"`
	SCEP           int `json:"scep"`
	Devices        int `json:"devices"` // 0 if the input states none
	Configurations int `json:"configurations"`
	Errors         int `json:"errors"`
	Warnings       int `json:"warnings"`
	Infos          int `json:"infos"`
	Suppressed     int `json:"suppressed"`
	Skipped        int `json:"skipped"` // paths that might have been profiles
	Excluded       int `json:"excluded"`
}

// Summary returns the counts.
func (f *Fleet) Summary() Summary {
	return Summary{f.files + len(f.parts), f.profiles, f.payloads, len(f.devices), len(f.rows), f.errors, f.warnings, f.infos, f.suppressed, f.skipped, f.excluded}
}

// ConfigurationRow is one configuration with its counts.
type ConfigurationRow struct {
	ID string `json:"id"`
	Configuration
	Profiles int `json:"profiles"`
	Devices  int `json:"devices"`
	Counts
	Findings []Count `json:"findings"` // by rule, the most severe first
	Static   *Static `json:"static_challenge,omitempty"`
	Example  Example `json:"example"`
}

// Counts are findings by severity.
type Counts struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
}

// Count is the number of findings of a rule.
type Count struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Findings int    `json:"findings"`
}

// Static is about hard-coded challenges: how many different ones there are, and
// how many profiles and devices have the most common one.
type Static struct {
	Different int `json:"different"`
	Profiles  int `json:"profiles"`
	Devices   int `json:"devices"`

	// NotCompared says that the numbers are minimums, since some challenges could
	// not be compared.
	NotCompared bool `json:"not_compared,omitempty"`
}

// Shared reports whether several profiles or devices have the same challenge.
func (s *Static) Shared() bool { return s != nil && (s.Devices > 1 || s.Profiles > 1) }

// RuleRow is the findings of a rule in the fleet.
type RuleRow struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Findings int    `json:"findings"`
	Profiles int    `json:"profiles"`
	Devices  int    `json:"devices"`
}

// GroupRow is the configurations that have a value in common.
type GroupRow struct {
	Value          string `json:"value"`
	Configurations int    `json:"configurations"`
	Profiles       int    `json:"profiles"`
	Devices        int    `json:"devices"`
	Counts
	WorstRule string `json:"worst_rule,omitempty"`
}

// DeviceRow is one device.
type DeviceRow struct {
	Device         string   `json:"device"`
	Profiles       int      `json:"profiles"`
	SCEP           int      `json:"scep"`
	Configurations []string `json:"configurations"` // IDs
	Counts
	WorstRule string `json:"worst_rule,omitempty"`
}

// Failure is a file that could not be checked.
type Failure struct {
	File    string `json:"file"`
	Message string `json:"message"`
}

func (c counts) public() Counts { return Counts{c.errors, c.warnings, c.infos} }

// Configurations yields the configurations, those of most profiles first, and of the
// same number by host, URL, and name.
func (f *Fleet) Configurations() iter.Seq[ConfigurationRow] {
	static, texts := f.static(), f.texts.list
	ids := slices.SortedFunc(maps.Keys(f.rows), func(a, b string) int {
		x, y := f.rows[a], f.rows[b]
		if x.profiles != y.profiles {
			return cmp.Compare(y.profiles, x.profiles)
		}
		for _, field := range []int{hostField, urlField, nameField} {
			if m, n := x.configuration[field], y.configuration[field]; m != n {
				return strings.Compare(texts[m], texts[n])
			}
		}
		return strings.Compare(a, b)
	})
	return func(yield func(ConfigurationRow) bool) {
		for _, id := range ids {
			x := f.rows[id]
			if !yield(ConfigurationRow{
				ID: id, Configuration: f.texts.unpack(x.configuration), Profiles: x.profiles, Devices: x.devices.len(), Counts: x.public(),
				Findings: f.sortedCounts(f.texts.byRule(x)), Static: static[id], Example: x.example,
			}) {
				return
			}
		}
	}
}

// sortedCounts gives findings by rule, the most severe and then the most frequent first.
func (f *Fleet) sortedCounts(findings map[string]int) []Count {
	list := []Count{}
	for rule, n := range findings {
		list = append(list, Count{rule, f.rules[rule].severity.String(), n})
	}
	slices.SortFunc(list, func(a, b Count) int {
		return cmp.Or(compareSeverity(a.Severity, b.Severity), cmp.Compare(b.Findings, a.Findings), strings.Compare(a.Rule, b.Rule))
	})
	return list
}

// worstRule is the rule with the most severe and most frequent findings; "" for none.
func (x *ConfigurationRow) worstRule() string {
	if len(x.Findings) == 0 {
		return ""
	}
	return x.Findings[0].Rule
}

// compareSeverity orders severities by their names, errors first.
func compareSeverity(a, b string) int {
	x, _ := checker.ParseSeverity(a)
	y, _ := checker.ParseSeverity(b)
	return cmp.Compare(y, x)
}

// static summarizes hard-coded challenges by configuration.
func (f *Fleet) static() map[string]*Static {
	by, comparable := map[string]*Static{}, f.Comparable()
	for _, s := range f.secrets {
		for _, id := range s.configurations {
			x := by[id]
			if x == nil {
				x = &Static{NotCompared: !comparable}
				by[id] = x
			}
			x.Different++
			if n := s.devices.len(); cmp.Or(cmp.Compare(n, x.Devices), cmp.Compare(s.profiles, x.Profiles)) > 0 {
				x.Devices, x.Profiles = n, s.profiles
			}
		}
	}
	return by
}

// Rules returns the rules with findings, the most severe first.
func (f *Fleet) Rules() []RuleRow {
	list := []RuleRow{}
	for id, x := range f.rules {
		list = append(list, RuleRow{id, x.severity.String(), x.findings, x.profiles, x.devices.len()})
	}
	slices.SortFunc(list, func(a, b RuleRow) int {
		return cmp.Or(compareSeverity(a.Severity, b.Severity), cmp.Compare(b.Findings, a.Findings), strings.Compare(a.Rule, b.Rule))
	})
	return list
}

// CAs groups the configurations by the host of their URL.
func (f *Fleet) CAs() []GroupRow {
	return f.group(func(c *Configuration) string { return c.Host }, strings.Compare)
}

// Keysizes groups the configurations by key size, small keys first.
func (f *Fleet) Keysizes() []GroupRow {
	return f.group(func(c *Configuration) string { return c.Keysize }, func(a, b string) int {
		x, errX := strconv.Atoi(a)
		y, errY := strconv.Atoi(b)
		if errX != nil || errY != nil {
			return strings.Compare(a, b)
		}
		return cmp.Compare(x, y)
	})
}

// KeyUsages groups the configurations by key usage.
func (f *Fleet) KeyUsages() []GroupRow {
	return f.group(func(c *Configuration) string { return c.KeyUsage }, strings.Compare)
}

// Fingerprints groups the configurations by the algorithm of CAFingerprint.
func (f *Fleet) Fingerprints() []GroupRow {
	return f.group(func(c *Configuration) string { return c.Fingerprint }, strings.Compare)
}

// Challenges groups the configurations by the kind of challenge.
func (f *Fleet) Challenges() []GroupRow {
	return f.group(func(c *Configuration) string { return c.Challenge }, strings.Compare)
}

func (f *Fleet) group(value func(*Configuration) string, order func(a, b string) int) []GroupRow {
	type group struct {
		GroupRow
		counts
		devices  deviceSet
		findings map[string]int
	}
	groups := map[string]*group{}
	for _, x := range f.rows {
		c := f.texts.unpack(x.configuration)
		v := value(&c)
		g := groups[v]
		if g == nil {
			g = &group{GroupRow: GroupRow{Value: v}, findings: map[string]int{}}
			groups[v] = g
		}
		g.Configurations++
		g.Profiles += x.profiles
		g.plus(x.counts)
		g.devices.merge(&x.devices)
		for _, c := range x.findings {
			g.findings[f.texts.list[c.rule]] += c.findings
		}
	}
	list := []GroupRow{}
	for _, v := range slices.SortedFunc(maps.Keys(groups), order) {
		g := groups[v]
		g.GroupRow.Devices, g.GroupRow.Counts = g.devices.len(), g.counts.public()
		if findings := f.sortedCounts(g.findings); len(findings) > 0 {
			g.WorstRule = findings[0].Rule
		}
		list = append(list, g.GroupRow)
	}
	return list
}

// Devices returns the devices by name.
func (f *Fleet) Devices() []DeviceRow {
	list := []DeviceRow{}
	for _, name := range slices.Sorted(maps.Keys(f.devices)) {
		d := f.devices[name]
		ids := d.configurations
		if ids == nil {
			ids = []string{}
		}
		list = append(list, DeviceRow{name, d.profiles, d.payloads, ids, d.public(), d.worst.rule})
	}
	return list
}

// Failures returns the files that could not be checked, by name, and how many
// more there were above the limit.
func (f *Fleet) Failures() (list []Failure, more int) {
	list = []Failure{}
	for _, file := range slices.Sorted(maps.Keys(f.failures)) {
		list = append(list, Failure{file, f.failures[file]})
	}
	return list, f.lost
}
