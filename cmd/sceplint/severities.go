package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/probe"
)

// settings works out what rules weigh, everywhere and in the files that the
// configuration has overrides for. What a later layer says goes before what an
// earlier one does: the configuration, its overrides, the flags.
func (f *checkFlags) settings(c *checker.Checker) (err error) {
	conf := &f.policies.config
	layer := func(overrides []config.Override) (*checker.Settings, error) {
		s := &checker.Settings{Severities: map[string]checker.Severity{}, Targets: c.Targets}
		levels := slices.Clone(conf.Rules)
		for _, o := range overrides {
			levels = append(levels, o.Rules...)
			if o.Targets != nil && f.target == "" {
				s.Targets = o.Targets
			}
		}
		for _, l := range levels {
			if !weigh(s.Severities, l, c) {
				return nil, conf.Wrong(l.Rule.Place, "rules: %v", unknownRule(l.Rule.Value, c.Rules, conf.QuotesKeys))
			}
			if _, on := checker.ParseSeverity(l.Level); on == nil { // else it is "on"
				if err := suppressible(l.Rule.Value, c.Rules); err != nil {
					return nil, conf.Wrong(l.Rule.Place, "rules: %v", err)
				}
			}
		}
		return s, f.severities(s.Severities, c.Rules)
	}
	for _, g := range conf.Ignore {
		for _, r := range g.Rules {
			if !weigh(nil, config.Level{Rule: r}, c) {
				return conf.Wrong(r.Place, "ignore: %v", unknownRule(r.Value, c.Rules, false))
			}
			if err := suppressible(r.Value, c.Rules); err != nil {
				return conf.Wrong(r.Place, "ignore: %v", err)
			}
		}
	}
	base, err := layer(nil)
	if err != nil {
		return err
	}
	c.Severities = base.Severities
	if c.SettingsFor, err = conf.overrides(layer); err != nil {
		return err
	}
	if c.SettingsFor == nil && !slices.ContainsFunc(c.Rules, func(r checker.Rule) bool {
		s, ok := c.Severities[r.ID]
		return !r.Unsuppressible && (ok && s != checker.Off || !ok && !r.DisabledByDefault)
	}) {
		return errors.New("every rule is switched off, so there is nothing to check for")
	}
	return nil
}

// suppressible reports, as an error, that a rule is named that nothing
// suppresses. A pattern may match such rules, which it leaves as they are.
func suppressible(name string, all []checker.Rule) error {
	i := slices.IndexFunc(all, func(r checker.Rule) bool { return r.ID == name })
	if i >= 0 && all[i].Unsuppressible {
		return fmt.Errorf("%s cannot be switched off, changed, or ignored, since it reports what was not checked; exclude the file instead", name)
	}
	return nil
}

// weigh gives the rules that a level of the configuration stands for what it
// says, and reports whether there are any. A shipped policy that is not loaded may
// be named, for packs come and go, and so may the kinds of drift, which only
// sceplint audit --against has.
func weigh(chosen map[string]checker.Severity, l config.Level, c *checker.Checker) bool {
	matched := slices.Contains(c.KnownRuleIDs, path.Base(l.Rule.Value)) || slices.Contains(audit.DriftIDs(), l.Rule.Value)
	for _, r := range probe.Rules(nil) { // which a pattern may mean that check has none for
		matched = matched || config.MatchRule(l.Rule.Value, &r.Meta)
	}
	for i := range c.Rules {
		m := &c.Rules[i].Meta
		if !config.MatchRule(l.Rule.Value, m) {
			continue
		}
		matched = true
		switch severity, err := checker.ParseSeverity(l.Level); {
		case chosen == nil:
		case err != nil: // "on"
			enable(chosen, m)
		default:
			chosen[m.ID] = severity
		}
	}
	return matched
}

// severities adds what flags say: which rules are off, and which weigh
// otherwise.
func (f *checkFlags) severities(chosen map[string]checker.Severity, all []checker.Rule) error {
	each := func(flag, pattern string, do func(m *checker.Meta)) error {
		if err := suppressible(pattern, all); err != nil && flag != "enable" {
			return fmt.Errorf("--%s: %w", flag, err)
		}
		matched := false
		for i := range all {
			if _, err := path.Match(pattern, ""); err != nil {
				return fmt.Errorf("--%s %q: not a valid pattern", flag, pattern)
			}
			if config.MatchRule(pattern, &all[i].Meta) {
				matched = true
				do(&all[i].Meta)
			}
		}
		if !matched {
			return fmt.Errorf("--%s: %w", flag, unknownRule(pattern, all, true))
		}
		return nil
	}
	off := map[string]bool{} // by a flag, so that --severity does not switch it on
	for _, id := range f.disable {
		if err := each("disable", id, func(m *checker.Meta) { chosen[m.ID], off[m.ID] = checker.Off, true }); err != nil {
			return err
		}
	}
	for _, id := range f.enable {
		if err := each("enable", id, func(m *checker.Meta) {
			delete(off, m.ID)
			if s, ok := chosen[m.ID]; !ok || s == checker.Off {
				enable(chosen, m)
			}
		}); err != nil {
			return err
		}
	}
	for _, setting := range f.severity {
		id, level, ok := strings.Cut(setting, "=")
		if !ok {
			return fmt.Errorf("--severity %q: write ID=LEVEL, as in scep-url-query=error", setting)
		}
		severity, err := checker.ParseSeverity(level)
		if err != nil {
			return fmt.Errorf("--severity %s: %w", id, err)
		}
		if err := each("severity", id, func(m *checker.Meta) {
			if !off[m.ID] {
				chosen[m.ID] = severity
			}
		}); err != nil {
			return err
		}
	}
	return nil
}

// enable gives a rule the severity that it has of itself.
func enable(chosen map[string]checker.Severity, m *checker.Meta) {
	delete(chosen, m.ID)
	if m.DisabledByDefault {
		chosen[m.ID] = m.Severity
	}
}
