package checker

import (
	"context"
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

	// OmitFingerprints leaves findings without fingerprints, for runs in which nothing
	// reads them. In a report of text they take 6 % of the time.
	OmitFingerprints bool

	// SettingsFor returns the settings of a file, or nil if they are the Severities
	// and Targets of the Checker. It is called by several workers at once. Files
	// with equal settings should get the same pointer.
	SettingsFor func(file string) *Settings

	// Visit are functions that are called for every profile, one after the other;
	// what they return is added to Visited of the Result. They are called by several
	// workers at once, and must not retain the profile.
	Visit []Visitor

	// Suppress returns why a finding is suppressed that no comment suppresses, or
	// nil. It is called by several workers at once, with a complete finding.
	Suppress func(*Finding) *Suppression

	// Earlier is the revision that findings are compared with: findings that it had
	// are suppressed. nil: none are.
	Earlier Revision

	// reuseBuffers says that nothing refers to a document after it was checked.
	// Fixes do, and rules that say so.
	reuseBuffers bool

	known        map[string]bool
	required     map[string]bool   // the rules that are Unsuppressible
	qualifiedIDs map[string]string // the IDs of policies by pack/ID
	base         *plan             // for files without their own settings
	plans        *sync.Map         // *Settings to *plan
	facts        *factStore        // of the profiles of the run; nil: no rule compares profiles
	earlier      *earlierFacts     // of profiles that changed
}

// Visitor takes what a caller needs of a profile.
type Visitor func(*profile.Profile) any

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
	Visited      []any     // what the functions of Visit returned, by profile
	PolicyOutput []string  // lines that policies print, with the location of the call
	IsFileSet    bool      // the file had a result already: these are findings about the set of all profiles
	Part         bool      // the file has a result for each of its parts

	FindingsBeforeFix []Finding // the findings before any fix, if fixes changed the document
	Before, After     []byte    // the document before and after fixes, if they changed it
	Fixed             int       // fixes applied
	FixSkipReason     string    // why fixes were not applied, if there were any to apply

	facts        []*profileFacts // by profile, until the set has it
	firstProfile int32           // the number of its first profile in the run
	capped       bool            // a rule had more findings in a profile than are kept
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
		done := c.check(p, c.planFor(p.Source.Name))
		if done.err != nil {
			return nil, done.err
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
	c.reuseBuffers = c.Fix == FixNone && c.Visit == nil && c.Verify == nil
	for i := range c.Rules {
		r := &c.Rules[i]
		c.reuseBuffers = c.reuseBuffers && !r.KeepsText
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
	c.fill(pass, p, c.planFor(p.Source.Name))
	return pass
}
