package config

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/keyname"
)

// Selection is what command-line flags say of rules and their severities.
type Selection struct {
	Enable, Disable []string // patterns of IDs
	Severity        []string // ID=LEVEL
	Targets         bool     // a flag gives the targets
	AlsoKnown       []string // IDs that are valid in the configuration although the run does not have their rules
}

// Apply sets the severities and targets of a run, for all files and for those
// that the configuration has overrides for. A later layer overrides an earlier
// one: the configuration, its overrides, the flags.
func (conf *Project) Apply(c *checker.Checker, f Selection) (err error) {
	layer := func(overrides []Override) (*checker.Settings, error) {
		s := &checker.Settings{Severities: map[string]checker.Severity{}, Targets: c.Targets}
		levels := slices.Clone(conf.Rules)
		for _, o := range overrides {
			levels = append(levels, o.Rules...)
			if o.Targets != nil && !f.Targets {
				s.Targets = o.Targets
			}
		}
		for _, l := range levels {
			if !applyLevel(s.Severities, l, c, f.AlsoKnown) {
				return nil, conf.Wrong(l.Rule.Place, "rules: %v", UnknownRule(l.Rule.Value, c.Rules, conf.QuotesKeys))
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
			if !applyLevel(nil, Level{Rule: r}, c, f.AlsoKnown) {
				return conf.Wrong(r.Place, "ignore: %v", UnknownRule(r.Value, c.Rules, false))
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
	if c.SettingsFor, err = conf.settingsOf(layer); err != nil {
		return err
	}
	if c.SettingsFor == nil && !slices.ContainsFunc(c.Rules, func(r checker.Rule) bool {
		s, ok := c.Severities[r.ID]
		return !r.Unsuppressible && (ok && s != checker.Off || !ok && !r.DisabledByDefault)
	}) {
		return errors.New("all rules are disabled; enable at least one rule")
	}
	return nil
}

// suppressible reports, as an error, that a rule is named that nothing
// suppresses. A pattern may match such rules, which it leaves as they are.
func suppressible(name string, all []checker.Rule) error {
	i := slices.IndexFunc(all, func(r checker.Rule) bool { return r.ID == name })
	if i >= 0 && all[i].Unsuppressible {
		return fmt.Errorf("%s cannot be disabled, changed, or ignored: it reports what was not checked; exclude the file instead", name)
	}
	return nil
}

// applyLevel applies a level of the configuration to the rules that it names, and
// reports whether there are any. A shipped policy that is not loaded may be named,
// since packs come and go, and so may rules that the command does not have.
func applyLevel(chosen map[string]checker.Severity, l Level, c *checker.Checker, alsoKnown []string) bool {
	matched := slices.Contains(c.KnownRuleIDs, path.Base(l.Rule.Value))
	for _, id := range alsoKnown { // which a pattern may match
		matched = matched || MatchRule(l.Rule.Value, &checker.Meta{ID: id})
	}
	for i := range c.Rules {
		m := &c.Rules[i].Meta
		if !MatchRule(l.Rule.Value, m) {
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

// severities applies the flags.
func (f Selection) severities(chosen map[string]checker.Severity, all []checker.Rule) error {
	each := func(flag, pattern string, do func(m *checker.Meta)) error {
		if err := suppressible(pattern, all); err != nil && flag != "enable" {
			return fmt.Errorf("--%s: %w", flag, err)
		}
		matched := false
		for i := range all {
			if _, err := path.Match(pattern, ""); err != nil {
				return fmt.Errorf("invalid --%s %q: malformed pattern", flag, pattern)
			}
			if MatchRule(pattern, &all[i].Meta) {
				matched = true
				do(&all[i].Meta)
			}
		}
		if !matched {
			return fmt.Errorf("--%s: %w", flag, UnknownRule(pattern, all, true))
		}
		return nil
	}
	off := map[string]bool{} // by a flag, so that --severity does not switch it on
	for _, id := range f.Disable {
		if err := each("disable", id, func(m *checker.Meta) { chosen[m.ID], off[m.ID] = checker.Off, true }); err != nil {
			return err
		}
	}
	for _, id := range f.Enable {
		if err := each("enable", id, func(m *checker.Meta) {
			delete(off, m.ID)
			if s, ok := chosen[m.ID]; !ok || s == checker.Off {
				enable(chosen, m)
			}
		}); err != nil {
			return err
		}
	}
	for _, setting := range f.Severity {
		id, level, ok := strings.Cut(setting, "=")
		if !ok {
			return fmt.Errorf("invalid --severity %q: expected ID=LEVEL, such as scep-url-query=error", setting)
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

// RuleIDs gives the IDs of rules.
func RuleIDs(all []checker.Rule) []string {
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return ids
}

// UnknownRule returns the error for an unknown rule, with a similar one if there
// is one.
func UnknownRule(id string, all []checker.Rule, quote bool) error {
	quoted := ""
	if quote {
		quoted = fmt.Sprintf(" %q", id)
	}
	if best := keyname.Nearest(id, RuleIDs(all)); best != "" {
		return fmt.Errorf("unknown rule%s; did you mean %s?", quoted, best)
	}
	return fmt.Errorf("unknown rule%s; run `sceplint rules` to list all rules", quoted)
}
