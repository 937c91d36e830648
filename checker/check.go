package checker

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/sceplint/sceplint/checker/profile"
)

// Checker is the configuration of a run. It does not change while it runs.
type Checker struct {
	Rules        []Rule
	Severities   map[string]Severity // by rule ID, overriding the rule's own; Off disables the rule
	Now          time.Time           // the time at which expiry is checked
	Targets      Targets
	Verify       *Verify // nil: signatures are not verified
	ShowSecrets  bool
	NoIgnores    bool     // comments suppress nothing
	Jobs         int      // workers; 0 for one per processor
	KnownRuleIDs []string // IDs of rules that are not part of the run, but may be suppressed
	Fix          FixMode

	// SettingsFor returns the settings of a file, or nil if they are the Severities
	// and Targets of the Checker. It is called by several workers at once. Files
	// with equal settings should get the same pointer.
	SettingsFor func(file string) *Settings

	// Visit is called for every checked profile, and its result is added to Visited
	// of the Result. It is called by several workers at once, and must not retain
	// the profile.
	Visit func(*profile.Profile) any

	// Inventory asks for the Inventory of each file.
	Inventory bool

	// Suppress returns why a finding is suppressed that no comment suppresses, or
	// nil. It is called by several workers at once, with a complete finding.
	Suppress func(*Finding) *Suppression

	// Earlier is the revision that findings are compared with: findings that it had
	// are suppressed. nil: none are.
	Earlier Revision

	// reuseBuffers says that nothing refers to a document after it was checked.
	// Policies do, since they remember what they have seen, and so do fixes.
	reuseBuffers bool

	known        map[string]bool
	required     map[string]bool   // the rules that are Unsuppressible
	qualifiedIDs map[string]string // the IDs of policies by pack/ID
	base         *plan             // for files without their own settings
	plans        *sync.Map         // *Settings to *plan
	facts        *factStore        // of the profiles of the run; nil: no rule compares profiles
	earlier      *earlierFacts     // of profiles that changed
}

// Result is the result of one file.
type Result struct {
	File         string
	Findings     []Finding
	Profiles     int
	Payloads     int
	SCEP         int       // SCEP payloads
	NDES         int       // profiles with an enrollment URL of NDES
	Suppressed   []Finding // suppressed findings, each with its Suppression
	Skipped      Skip      // why the file was not checked, if it was skipped
	Excluded     bool      // the configuration excludes the file, which was not read
	Err          error     // why the file could not be checked, if it could not
	Visited      []any     // what Visit returned, by profile
	Inventory    Inventory // what the file contains, if that was requested
	PolicyOutput []string  // lines that policies print, with the location of the call
	IsFileSet    bool      // the file had a result already: these are findings about the set of all profiles
	Part         bool      // the file has a result for each of its parts

	FindingsBeforeFix []Finding // the findings before any fix, if fixes changed the document
	Before, After     []byte    // the document before and after fixes, if they changed it
	Fixed             int       // fixes applied
	FixSkipReason     string    // why fixes were not applied, if there were any to apply

	facts        []*profileFacts // by profile, until the set has it
	firstProfile int32           // the number of its first profile in the run
}

// All returns all findings in order, including suppressed ones.
func (r *Result) All() []*Finding {
	all := make([]*Finding, 0, len(r.Findings)+len(r.Suppressed))
	for _, list := range [][]Finding{r.Findings, r.Suppressed} {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	if len(r.Suppressed) > 0 && r.Profiles <= 1 { // else they are in order of profiles
		slices.SortStableFunc(all, compareFindings)
	}
	return all
}

// Check runs rules over profiles and returns the findings in order: by profile,
// by location, by rule, then those of file-set rules. Suppression comments in
// the profiles apply.
func Check(ctx context.Context, rules []Rule, profiles []*profile.Profile) ([]Finding, error) {
	c := &Checker{Rules: rules, Now: time.Now()}
	c.Prepare()
	var all []Finding
	for _, p := range profiles {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		done, err := c.check(p)
		if err != nil {
			return nil, err
		}
		all = append(all, withoutExplained(done.findings)...)
		if c.facts != nil {
			text := p.Source.Text
			c.facts.add(Input{Name: p.Source.Name, Read: func() ([]byte, error) { return text, nil }}, []*profileFacts{done.facts})
		}
	}
	if c.facts == nil {
		return all, nil
	}
	for r := range c.checkFileSets(ctx) {
		if r.Err != nil {
			return nil, r.Err
		}
		all = append(all, r.Findings...)
	}
	return all, nil
}

// Prepare determines which rules run. Run calls it; callers of File and Pass
// must do so themselves.
func (c *Checker) Prepare() {
	c.known, c.required, c.qualifiedIDs = map[string]bool{}, map[string]bool{}, map[string]string{}
	c.base, c.facts, c.earlier = c.plan(&Settings{c.Severities, c.Targets}), nil, &earlierFacts{}
	c.plans = &sync.Map{}
	c.reuseBuffers = c.Fix == FixNone && c.Visit == nil && !c.Inventory && c.Verify == nil
	for i := range c.Rules {
		r := &c.Rules[i]
		c.reuseBuffers = c.reuseBuffers && r.Pack == ""
		c.known[r.ID] = true
		if r.Unsuppressible {
			c.required[r.ID] = true
		}
		if r.Pack != "" {
			c.qualifiedIDs[r.Pack+"/"+r.ID] = r.ID
		}
		if r.CheckFileSet != nil && c.facts == nil && (c.base.on[r.ID] || c.SettingsFor != nil) {
			c.facts = newFactStore()
		}
	}
	for _, id := range c.KnownRuleIDs {
		c.known[id] = true
	}
	if c.Jobs <= 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	if c.Now.IsZero() {
		c.Now = time.Now()
	}
}

// Pass returns the pass that rules get for a profile, for callers that need to
// know what a rule would see. The Checker must be prepared.
func (c *Checker) Pass(p *profile.Profile) *Pass {
	pass := &Pass{}
	c.fill(pass, p)
	return pass
}

func (c *Checker) fill(pass *Pass, p *profile.Profile) {
	plan := c.planFor(p.Source.Name)
	pass.Profile, pass.Now, pass.Targets, pass.Verify, pass.checker, pass.plan = p, c.Now, plan.Targets, c.Verify, c, plan
}

// passes are used again by runs that forget a profile when it is checked: without that, a run with built-in rules takes
// 4 % more processor time (BenchmarkRunRules in cmd/sceplint).
var passes = sync.Pool{New: func() any { return new(Pass) }}

// release returns the memory of a Pass that is no longer used.
func (p *Pass) release() {
	shared, found := p.shared, p.found
	if len(shared) > 8 { // for clearing it takes as long as it is large
		shared = nil
	}
	clear(shared)
	clear(found)
	*p = Pass{shared: shared, found: found[:0]}
	passes.Put(p)
}

// outcome is what came of one profile.
type outcome struct {
	findings   []Finding
	suppressed []Finding
	prints     []string
	facts      *profileFacts
	capped     bool // a rule had more findings than are kept
}

// check runs the rules over one profile.
func (c *Checker) check(p *profile.Profile) (outcome, error) {
	var pass *Pass
	if c.reuseBuffers {
		pass = passes.Get().(*Pass)
		defer pass.release()
	} else {
		pass = new(Pass)
	}
	c.fill(pass, p)
	err := c.find(pass)
	done := outcome{prints: pass.prints, facts: pass.facts, capped: pass.capped}
	if len(pass.found) > 0 {
		done.findings, done.suppressed = c.finalizeFindings(p, pass.found)
	}
	return done, err
}

// find runs the rules over one profile and marks the findings that comments
// suppress. The error is that of rules that failed; findings of the other rules
// are in the pass nevertheless.
func (c *Checker) find(pass *Pass) error {
	p := pass.Profile
	var failed failures
	try := func(r *Rule, check func(*Pass) error) {
		if check == nil {
			return
		}
		pass.Rule = r
		if err := runRecovered(pass, check); err != nil {
			failed.add(r, err)
		}
	}
	for _, r := range pass.plan.active {
		if !r.looksAt(p) {
			continue
		}
		try(r, r.CheckDocument)
		if p.Root != nil {
			try(r, r.Check)
			try(r, r.CollectFacts)
		}
	}
	ignores := pass.ignores()
	suppress(p, ignores, pass.found)
	if len(ignores) > 0 {
		markHidden(p, ignores, pass.found)
		for _, r := range pass.plan.active {
			if r.CheckSuppressions != nil {
				try(r, func(p *Pass) error { return r.CheckSuppressions(p, ignores) })
			}
		}
	}
	pass.applySeverities()
	return failed.join()
}

// failures are the errors of rules that failed, each cause once.
type failures []struct {
	rule  *Rule // the first
	more  int   // further rules with the same cause
	cause error
}

func (f *failures) add(rule *Rule, cause error) {
	for i := range *f {
		if known := &(*f)[i]; errors.Is(cause, known.cause) {
			known.more++
			return
		}
	}
	*f = append(*f, failures{{rule: rule, cause: cause}}...)
}

func (f failures) join() error {
	var list []error
	for _, x := range f {
		also := ""
		if x.more > 0 {
			also = fmt.Sprintf(" and %d more", x.more)
		}
		list = append(list, fmt.Errorf("%s%s failed: %w", x.rule.name(), also, x.cause))
	}
	return errors.Join(list...)
}

// applySeverities sets the severities of the findings and sorts them as they are
// reported.
func (p *Pass) applySeverities() {
	for _, f := range p.found {
		if s, ok := p.plan.Severities[f.Rule.ID]; ok && !f.Rule.Unsuppressible {
			f.Severity = s
		}
	}
	slices.SortStableFunc(p.found, compareFindings)
}

// runRecovered runs a rule and turns a panic into an error: one broken rule must
// not hide the findings of others, nor look like no findings.
func runRecovered(p *Pass, check func(*Pass) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	p.count = 0
	if err := check(p); err != nil {
		return err
	}
	if p.count > maxFindingsPerRule {
		p.capped = true
		p.found[len(p.found)-1].Message += fmt.Sprintf(" (and %d more of this rule in the file, not shown)", p.count-maxFindingsPerRule)
	}
	return nil
}
