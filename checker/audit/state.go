package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
)

// stateVersion changes when a state of today would mean something else.
const stateVersion = 2

// Progress is how far an audit has come, so that it can continue.
type Progress struct {
	Inputs int    `json:"inputs"` // how many are done
	Names  string `json:"names"`  // a digest of their names, in order
	Run    string `json:"run"`    // a digest of what else the summary depends on
	Part   int    `json:"part"`   // of the inputs, from 1
	Of     int    `json:"of"`     // how many parts there are
}

// state is a Fleet as it is written. Devices of a set are digests of names.
type state struct {
	Version    int               `json:"version"`
	Progress   Progress          `json:"progress"`
	Files      int               `json:"files"`
	Profiles   int               `json:"profiles"`
	Payloads   int               `json:"payloads"`
	Suppressed int               `json:"suppressed"`
	Skipped    int               `json:"skipped"`
	Excluded   int               `json:"excluded"`
	Counts     [3]int            `json:"counts"` // errors, warnings, infos
	Rows       []stateRow        `json:"configurations"`
	Rules      []stateRule       `json:"rules"`
	Devices    []stateDevice     `json:"devices"`
	Secrets    []stateSecret     `json:"challenges"`
	AcrossRuns bool              `json:"challenges_across_runs"` // whether they can be compared with those of another run
	Parts      []string          `json:"parts,omitempty"`        // files that were read in parts
	Failures   []stateFailure    `json:"failures"`
	Lost       int               `json:"lost"`
	Meant      []stateMeant      `json:"repository,omitempty"` // where it is compared
	Drift      []stateDrift      `json:"drift,omitempty"`
	Severities map[string]string `json:"drift_severities,omitempty"` // by rule
}

type stateMeant struct {
	Identifier string `json:"identifier"`
	File       string `json:"file"`
	Deployed   bool   `json:"deployed"`
}

type stateDrift struct {
	Drift
	First string   `json:"first"` // file
	In    []uint64 `json:"in"`    // devices
}

type stateRow struct {
	Configuration
	Profiles int            `json:"profiles"`
	Devices  []uint64       `json:"devices"`
	Findings map[string]int `json:"findings"`
	Counts   [3]int         `json:"counts"`
	Example  Example        `json:"example"`
}

type stateRule struct {
	ID       string   `json:"id"`
	Severity string   `json:"severity"`
	Findings int      `json:"findings"`
	Profiles int      `json:"profiles"`
	Devices  []uint64 `json:"devices"`
}

type stateDevice struct {
	Name           string   `json:"name"`
	Profiles       int      `json:"profiles"`
	Payloads       int      `json:"payloads"`
	Counts         [3]int   `json:"counts"`
	Configurations []string `json:"configurations"`
	WorstRule      string   `json:"worst_rule,omitempty"`
	WorstSeverity  string   `json:"worst_severity,omitempty"`
}

type stateSecret struct {
	Mark           string   `json:"mark"`
	Profiles       int      `json:"profiles"`
	Devices        []uint64 `json:"devices"`
	Configurations []string `json:"configurations"`
}

type stateFailure struct {
	File    string `json:"file"`
	Message string `json:"message"`
}

func (c counts) list() [3]int { return [3]int{c.errors, c.warnings, c.infos} }

func countsOf(n [3]int) counts { return counts{n[0], n[1], n[2]} }

// writeState writes a summary that readState reads: the same bytes for the same
// summary.
func (f *Fleet) writeState(w io.Writer, p Progress) error {
	s := state{
		Version: stateVersion, Progress: p, Files: f.files, Profiles: f.profiles, Payloads: f.payloads, Suppressed: f.suppressed, Skipped: f.skipped, Excluded: f.excluded,
		Counts: f.list(), Lost: f.lost, AcrossRuns: f.AcrossRuns(),
		Parts: slices.Sorted(maps.Keys(f.parts)), Rows: []stateRow{}, Rules: []stateRule{}, Devices: []stateDevice{}, Secrets: []stateSecret{}, Failures: []stateFailure{},
	}
	for _, id := range slices.Sorted(maps.Keys(f.rows)) {
		x := f.rows[id]
		s.Rows = append(s.Rows, stateRow{f.texts.unpack(x.configuration), x.profiles, x.devices.list(), f.texts.byRule(x), x.list(), x.example})
	}
	for _, id := range slices.Sorted(maps.Keys(f.rules)) {
		x := f.rules[id]
		s.Rules = append(s.Rules, stateRule{id, x.severity.String(), x.findings, x.profiles, x.devices.list()})
	}
	for _, name := range slices.Sorted(maps.Keys(f.devices)) {
		x := f.devices[name]
		d := stateDevice{Name: name, Profiles: x.profiles, Payloads: x.payloads, Counts: x.list(), Configurations: x.configurations}
		if x.worst.rule != "" {
			d.WorstRule, d.WorstSeverity = x.worst.rule, x.worst.severity.String()
		}
		s.Devices = append(s.Devices, d)
	}
	for _, mark := range slices.Sorted(maps.Keys(f.secrets)) {
		x := f.secrets[mark]
		s.Secrets = append(s.Secrets, stateSecret{mark, x.profiles, x.devices.list(), x.configurations})
	}
	for _, file := range slices.Sorted(maps.Keys(f.failures)) {
		s.Failures = append(s.Failures, stateFailure{file, f.failures[file]})
	}
	if r := f.Repository; r != nil {
		for _, m := range r.list {
			s.Meant = append(s.Meant, stateMeant{m.Identifier, m.file, m.deployed})
		}
		for d, x := range r.found {
			d.Profiles = x.profiles
			s.Drift = append(s.Drift, stateDrift{d, x.file, x.devices.list()})
		}
		if len(r.severities) > 0 {
			s.Severities = map[string]string{}
			for id, severity := range r.severities {
				s.Severities[id] = severity.String()
			}
		}
		slices.SortFunc(s.Drift, func(a, b stateDrift) int { return a.compare(&b.Drift) })
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(s)
}

// readState reads the output of writeState.
func readState(text []byte) (*Fleet, Progress, error) {
	var s state
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, Progress{}, fmt.Errorf("not an audit state: %w", localfile.JSONError(text, err))
	}
	if s.Version != stateVersion {
		return nil, Progress{}, fmt.Errorf("unsupported version %d; expected %d", s.Version, stateVersion)
	}
	if min(s.Files, s.Profiles, s.Payloads, s.Suppressed, s.Skipped, s.Excluded, s.Lost, s.Progress.Inputs, s.Counts[0], s.Counts[1], s.Counts[2]) < 0 {
		return nil, Progress{}, errors.New("not an audit state: negative count")
	}
	if s.Rows == nil || s.Devices == nil {
		return nil, Progress{}, errors.New("not an audit state: missing configurations or devices")
	}
	f := NewFleet()
	f.files, f.profiles, f.payloads, f.suppressed, f.lost, f.counts = s.Files, s.Profiles, s.Payloads, s.Suppressed, s.Lost, countsOf(s.Counts)
	f.skipped, f.excluded = s.Skipped, s.Excluded
	for _, x := range s.Rows {
		r := &row{configuration: f.texts.pack(x.Configuration), profiles: x.Profiles, devices: setOf(x.Devices), counts: countsOf(x.Counts), example: x.Example}
		for id, n := range x.Findings {
			r.add(f.texts.number(id), n)
		}
		f.rows[x.ID()] = r
	}
	for _, x := range s.Rules {
		severity, err := checker.ParseSeverity(x.Severity)
		if err != nil {
			return nil, Progress{}, errors.New("not an audit state: unsupported severity of a rule")
		}
		f.rules[x.ID] = &ruleRow{severity, x.Findings, x.Profiles, setOf(x.Devices)}
	}
	for _, x := range f.rows {
		for _, c := range x.findings {
			if f.rules[f.texts.list[c.rule]] == nil {
				return nil, Progress{}, errors.New("not an audit state: findings of an unknown rule")
			}
		}
	}
	for _, x := range s.Devices {
		if x.Name == "" {
			return nil, Progress{}, errors.New("not an audit state: device without a name")
		}
		worst := worstRule{rule: x.WorstRule}
		if worst.rule != "" {
			var err error
			if worst.severity, err = checker.ParseSeverity(x.WorstSeverity); err != nil || f.rules[worst.rule] == nil {
				return nil, Progress{}, errors.New("not an audit state: invalid worst rule of a device")
			}
		}
		f.devices[x.Name] = &deviceRow{x.Profiles, x.Payloads, countsOf(x.Counts), x.Configurations, worst}
	}
	for _, x := range s.Secrets {
		f.secrets[x.Mark] = &challengeRow{x.Profiles, setOf(x.Devices), x.Configurations}
	}
	for _, file := range s.Parts {
		f.parts[file] = true
	}
	for _, x := range s.Failures {
		f.failures[x.File] = x.Message
	}
	if len(s.Meant) > 0 {
		f.Repository = NewRepository()
		for _, x := range s.Meant {
			f.Repository.list = append(f.Repository.list, &expectedProfile{file: x.File, Profile: &Profile{Identifier: x.Identifier}, deployed: x.Deployed})
		}
		by := map[string]checker.Severity{}
		for id, name := range s.Severities {
			severity, err := checker.ParseSeverity(name)
			if err != nil {
				return nil, Progress{}, fmt.Errorf("not an audit state: rule %s: %w", id, err)
			}
			by[id] = severity
		}
		f.Repository.SetSeverities(by)
		for _, x := range s.Drift {
			x.Drift.Rule, x.Drift.Severity = "", ""
			one := driftCount{x.Profiles, setOf(x.In), x.First}
			x.Drift.Profiles, x.Drift.Devices = 0, 0
			f.Repository.row(x.Drift).add(&one)
		}
	}
	return f, s.Progress, nil
}

func setOf(list []uint64) (s deviceSet) {
	for _, h := range list {
		s.insert(h)
	}
	return s
}
