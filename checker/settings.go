package checker

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Settings are the severities and targets of a file.
type Settings struct {
	Severities map[string]Severity // by rule ID, overriding the rule's own; Off disables the rule
	Targets    Targets
}

// plan is what settings make of the rules of a run.
type plan struct {
	*Settings
	on     map[string]bool // rules that run
	active []*Rule         // those that run
	idle   bool            // every rule is switched off that can be
	steps  [classes]func() []step
}

// relaxed returns the settings with the rules disabled that policies of the run
// replace, unless a severity is set for them.
func (c *Checker) relaxed(s *Settings) *Settings {
	r := *s
	copied := false
	for i := range c.Rules {
		rule := &c.Rules[i]
		if severity, ok := s.Severities[rule.ID]; len(rule.Relaxes) == 0 || ok && severity == Off {
			continue
		}
		for _, id := range rule.Relaxes {
			if _, ok := s.Severities[id]; ok {
				continue
			}
			if !copied {
				r.Severities, copied = maps.Clone(s.Severities), true
				if r.Severities == nil {
					r.Severities = map[string]Severity{}
				}
			}
			r.Severities[id] = Off
		}
	}
	return &r
}

func (c *Checker) plan(s *Settings) *plan {
	s = c.relaxed(s)
	p := &plan{Settings: s, on: map[string]bool{}}
	off, on := 0, 0 // of rules that can be switched off
	for i := range c.Rules {
		r := &c.Rules[i]
		severity, ok := s.Severities[r.ID]
		if p.on[r.ID] = ok && severity != Off || !ok && !r.DisabledByDefault || r.Unsuppressible; p.on[r.ID] {
			p.active = append(p.active, r)
		}
		switch {
		case r.Unsuppressible:
		case p.on[r.ID]:
			on++
		default:
			off++
		}
	}
	p.idle = off > 0 && on == 0
	for c := range p.steps {
		p.steps[c] = sync.OnceValue(func() []step { return p.stepsFor(class(c)) })
	}
	return p
}

// stepsFor lists what the rules do with one document of a class, side by side in memory:
// reading the rules for it takes longer than most of them.
func (p *plan) stepsFor(c class) (steps []step) {
	for _, r := range p.active {
		if !r.looksAt(c) {
			continue
		}
		if r.CheckDocument != nil {
			steps = append(steps, step{r, r.CheckDocument})
		}
		if r.Check != nil && c&isParsed != 0 {
			steps = append(steps, step{r, r.Check})
		}
		if r.CollectFacts != nil && c&isParsed != 0 {
			steps = append(steps, step{r, r.CollectFacts})
		}
	}
	return steps
}

// planFor returns the plan for a file.
func (c *Checker) planFor(file string) *plan {
	if c.SettingsFor == nil {
		return c.base
	}
	s := c.SettingsFor(file)
	if s == nil {
		return c.base
	}
	if p, ok := c.plans.Load(s); ok {
		return p.(*plan)
	}
	p, _ := c.plans.LoadOrStore(s, c.plan(s))
	return p.(*plan)
}

// RuleEnabledFor reports whether a rule runs on a file, and has what it needs:
// the rules about minimum versions find nothing without targets.
func (c *Checker) RuleEnabledFor(id, file string) bool {
	p := c.planFor(file)
	return p.on[id] && !(strings.HasPrefix(id, "target-") && len(p.Targets) == 0)
}

// aboutSet reports whether a rule that runs checks the set of all profiles.
func (p *plan) aboutSet(id string) bool {
	return slices.ContainsFunc(p.active, func(r *Rule) bool { return r.ID == id && r.CheckFileSet != nil })
}
