package checker

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/sceplint/sceplint/checker/profile"
)

// Checker holds what a run is made of. It is not changed while it runs.
type Checker struct {
	Rules       []Rule
	Severities  map[string]Severity // by rule ID, in place of the rule's own; Off switches it off
	Now         time.Time           // the time that expiry is judged at
	Targets     Targets
	ShowSecrets bool
	Jobs        int // workers; 0 for one a processor
	Fix         FixMode

	on     map[string]bool // rules that run
	known  map[string]bool
	active []*Rule // those that run
}

// Result is what came of one file.
type Result struct {
	File       string
	Findings   []Finding
	Profiles   int
	Payloads   int
	SCEP       int    // SCEP payloads
	Suppressed int    // findings kept back by comments
	Passed     string // why the file was passed over, if it was
	Err        error  // why the file could not be judged, if so

	Found         []Finding // the findings before any fix, if fixes changed the document
	Before, After []byte    // the document before and after fixes, if they changed it
	Fixed         int       // fixes applied
	Unfixed       string    // why fixes were not applied, if there were any to apply
}

// Check runs rules over profiles and gives the findings in order: by profile,
// by place, by rule. Suppressions in the profiles are honoured.
func Check(ctx context.Context, rules []Rule, profiles []*profile.Profile) ([]Finding, error) {
	c := &Checker{Rules: rules, Now: time.Now()}
	c.Prepare()
	var all []Finding
	for _, p := range profiles {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		findings, _, err := c.check(p)
		if err != nil {
			return nil, err
		}
		all = append(all, findings...)
	}
	return all, nil
}

// Prepare works out which rules run. Run does so itself; File alone needs it.
func (c *Checker) Prepare() {
	c.on, c.known = map[string]bool{}, map[string]bool{}
	c.active = nil
	for i := range c.Rules {
		r := &c.Rules[i]
		c.known[r.ID] = true
		s, ok := c.Severities[r.ID]
		if c.on[r.ID] = !ok || s != Off; c.on[r.ID] {
			c.active = append(c.active, r)
		}
	}
	if c.Jobs <= 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	if c.Now.IsZero() {
		c.Now = time.Now()
	}
}

// check runs the rules over one profile.
func (c *Checker) check(p *profile.Profile) (findings []Finding, suppressed int, err error) {
	found, suppressed, err := c.find(p)
	if len(found) == 0 {
		return nil, suppressed, err
	}
	return c.resolve(p, found), suppressed, err
}

// find runs the rules over one profile and gives what no comment suppresses. An
// error tells of rules that failed; what the others found is given all the same.
func (c *Checker) find(p *profile.Profile) (found []*Finding, suppressed int, err error) {
	pass := &Pass{Profile: p, Now: c.Now, Targets: c.Targets, known: c.known}
	var failures []error
	for _, r := range c.active {
		pass.Rule = r
		if r.CheckDocument != nil {
			if err := guard(pass, r.CheckDocument); err != nil {
				failures = append(failures, err)
			}
		}
		if r.Check != nil && p.Root != nil {
			if err := guard(pass, r.Check); err != nil {
				failures = append(failures, err)
			}
		}
	}
	var ignores []*Ignore
	if len(p.Source.Comments) > 0 {
		ignores = c.ignores(p.Source)
	}
	found, suppressed = suppress(p.Source, ignores, pass.found)
	if len(ignores) > 0 {
		pass.found = nil
		for _, r := range c.active {
			if r.CheckIgnores == nil {
				continue
			}
			pass.Rule = r
			if err := guard(pass, func(p *Pass) error { return r.CheckIgnores(p, ignores) }); err != nil {
				failures = append(failures, err)
			}
		}
		found = append(found, pass.found...)
	}
	for _, f := range found {
		if s, ok := c.Severities[f.Rule.ID]; ok {
			f.Severity = s
		}
	}
	slices.SortStableFunc(found, order)
	return found, suppressed, errors.Join(failures...)
}

// guard runs a rule and turns a panic into an error that names it: one broken
// rule must not hide what the others found, nor pass for "nothing found".
func guard(p *Pass, check func(*Pass) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("rule %s failed: %v", p.Rule.ID, r)
		}
	}()
	p.count = 0
	if err := check(p); err != nil {
		return fmt.Errorf("rule %s failed: %w", p.Rule.ID, err)
	}
	if p.count > most {
		p.found[len(p.found)-1].Message += fmt.Sprintf(" (and %d more of this rule in the file, not shown)", p.count-most)
	}
	return nil
}
