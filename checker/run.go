package checker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/profile"
)

// Input is one document of a run.
type Input struct {
	Name     string // as findings show it
	Read     func() ([]byte, error)
	Optional bool // not named by the user: skipped unless it is a profile
	// Free takes back the bytes that Read returned, when nothing refers to them any
	// more; may be nil. It is not called if something may.
	Free func([]byte)
	// Done is called when the bytes that Read returned have been checked, with any
	// result; may be nil.
	Done func()

	Device string // the device that the profile is from, if known; may be empty
	Inside bool   // it is in an archive or a stream, so that no fix can be written to it
	Skip   Skip   // why it is skipped without being read, if it is

	Excluded bool // the configuration excludes it, so that it is not read

	From Source        // returns the input again, for callers that keep very many; nil: the input is kept
	Part *export.Entry // the part of a file that Read returns; nil: all of it
}

// Source is where an input comes from.
type Source interface{ Input() Input }

// parse reads the profiles of an input.
func (in *Input) parse(text []byte) ([]*profile.Profile, error) {
	var profiles []*profile.Profile
	var err error
	if in.Part != nil {
		profiles = export.ParseEntry(in.Name, in.Part, text)
	} else {
		profiles, err = export.Parse(in.Name, text)
	}
	for _, p := range profiles {
		p.Source.Inside = in.Inside
		if in.Device == "" {
			continue
		}
		if p.Export == nil {
			p.Export = &profile.Export{}
		}
		p.Export.Device = in.Device
	}
	return profiles, err
}

// Run checks the inputs on several workers and yields their results in the order
// of the inputs. The number of inputs in memory is a small multiple of the
// number of workers. If rules check the set of all profiles, results with their
// findings follow, in the same order.
func (c *Checker) Run(ctx context.Context, inputs iter.Seq[Input]) iter.Seq[*Result] {
	c.Prepare()
	return func(yield func(*Result) bool) {
		for t := range inOrder(ctx, c.Jobs, inputs, c.checkWithFacts) {
			if c.facts != nil && len(t.facts) > 0 {
				t.result.firstProfile = c.facts.profiles
				c.facts.add(t.input, t.facts)
			}
			if !yield(t.result) {
				return
			}
		}
		if c.facts == nil || ctx.Err() != nil {
			return
		}
		for r := range c.checkFileSets(ctx) {
			if !yield(r) {
				return
			}
		}
	}
}

// checkFileSets reads the inputs that share facts with others again, and yields
// their results if there are findings.
func (c *Checker) checkFileSets(ctx context.Context) iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		c.facts.seal()
		for list := range inOrder(ctx, c.Jobs, c.facts.inputsToLocate(), c.locateFacts) {
			c.facts.addLocations(list)
		}
		for r := range inOrder(ctx, c.Jobs, c.facts.inputsToRecheck(), c.recheck) {
			c.facts.oncePerGroup(r)
			if (len(r.Findings) > 0 || len(r.Suppressed) > 0 || r.Err != nil || len(r.PolicyOutput) > 0) && !yield(r) {
				return
			}
		}
	}
}

// resultWithFacts is a result with what its set needs of it.
type resultWithFacts struct {
	input  Input
	result *Result
	facts  []*profileFacts
}

func (c *Checker) checkWithFacts(input Input) resultWithFacts {
	r := c.File(input)
	g := r.facts
	r.facts = nil
	return resultWithFacts{input, r, g}
}

// File checks one file, and fixes it in memory if fixes are enabled.
func (c *Checker) File(input Input) (result *Result) {
	defer func() {
		if r := recover(); r != nil { // whatever it is, the other files are still to be checked
			result = &Result{File: input.Name, Part: input.Part != nil, Err: fmt.Errorf("%s: internal error: %v (please report this bug)", printable.Text(input.Name), r)}
		}
	}()
	result = &Result{File: input.Name, Part: input.Part != nil}
	if input.Excluded || input.Skip.Reason != "" {
		result.Excluded, result.Skipped = input.Excluded, input.Skip
		return result
	}
	if input.Done != nil {
		defer input.Done()
	}
	text, err := input.Read()
	if skip := (*SkipError)(nil); errors.As(err, &skip) {
		result.Skipped = skip.Skip
		return result
	}
	if err != nil {
		result.Err = err
		return result
	}
	c.document(result, input, text)
	if input.Free != nil && c.reuseBuffers {
		input.Free(text)
		return result
	}
	if c.Fix != FixNone && result.Err == nil && len(result.Findings) > 0 {
		c.fix(result, input, text)
	}
	return result
}

// document checks a document, suppresses the findings that an earlier revision has,
// and drops those that others explain.
func (c *Checker) document(result *Result, input Input, text []byte) {
	c.text(result, input, text)
	if c.Earlier != nil && !result.capped && len(result.Findings) > 0 {
		c.suppressUnchanged(result, input, text)
	}
	result.Findings = withoutExplained(result.Findings)
}

// text checks the profiles of a document and adds to the result.
func (c *Checker) text(result *Result, input Input, text []byte) {
	plan := c.planFor(input.Name)
	if plan.idle {
		result.fail(ErrNoRules)
		return
	}
	profiles, err := input.parse(text)
	defer export.Release(profiles) // the result holds copies of all it says
	switch {
	case len(profiles) == 0: // a part about something else
		result.Skipped = Skip{NotProfile, SkipFound}
		return
	case len(profiles) == 1 && profiles[0].IsUnchecked():
		result.Skipped = Skip{Reason: fmt.Sprintf("a declaration of type %s, which is not checked", profiles[0].Declaration)}
		if input.Optional {
			result.Skipped.Kind = SkipFound
		}
		return
	case input.Optional && !export.IsProfile(profiles, err, text):
		result.Skipped = Skip{NotProfile, SkipFound}
		if len(text) > plist.MaxSize {
			result.Skipped = Skip{TooLarge, SkipNoted}
		}
		return
	}
	for _, p := range profiles {
		if p.Export != nil && p.Export.Nothing != "" { // and so are the others
			result.Skipped = Skip{Reason: p.Export.Nothing}
		} else {
			done, err := c.check(p, plan)
			if err != nil {
				result.fail(err)
			}
			result.add(&done)
			result.Payloads += max(len(p.Payloads()), len(p.SCEP())) // a credential document is one
			result.SCEP += len(p.SCEP())
			if slices.ContainsFunc(p.SCEP(), func(s profile.SCEP) bool { return s.UsesNDES() }) {
				result.NDES++
			}
			if c.facts != nil {
				result.facts = append(result.facts, done.facts)
			}
		}
		for _, visit := range c.Visit {
			result.Visited = append(result.Visited, visit(p))
		}
	}
}

// add adds what came of one profile.
func (r *Result) add(done *outcome) {
	for _, list := range [][]Finding{done.findings, done.suppressed} {
		for i := range list {
			list[i].Ordinal = r.Profiles
		}
	}
	r.Profiles++
	if r.Findings == nil { // as of most files, which have one profile
		r.Findings = done.findings
	} else {
		r.Findings = append(r.Findings, done.findings...)
	}
	r.Suppressed = append(r.Suppressed, done.suppressed...)
	r.PolicyOutput = append(r.PolicyOutput, done.prints...)
	r.capped = r.capped || done.capped
}

// ErrNoRules is the error of a file that no rule checks.
var ErrNoRules = errors.New("all rules are disabled for this file; exclude the file instead")

func (r *Result) fail(err error) {
	err = fmt.Errorf("%s: %w", printable.Text(r.File), err)
	if r.Err == nil {
		r.Err = err
	} else {
		r.Err = errors.Join(r.Err, err)
	}
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
func (c *Checker) check(p *profile.Profile, plan *plan) (outcome, error) {
	var pass *Pass
	if c.reuseBuffers {
		pass = passes.Get().(*Pass)
		defer pass.release()
	} else {
		pass = new(Pass)
	}
	c.fill(pass, p, plan)
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
	pass.run(pass.plan.steps[classOf(p)](), &failed)
	ignores := pass.ignores()
	suppress(p, ignores, pass.found)
	if len(ignores) > 0 {
		markHidden(p, ignores, pass.found)
		var steps []step
		for _, r := range pass.plan.active {
			if r.CheckSuppressions != nil {
				steps = append(steps, step{r, func(p *Pass) error { return r.CheckSuppressions(p, ignores) }})
			}
		}
		pass.run(steps, &failed)
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

// step is one function of a rule.
type step struct {
	rule *Rule
	run  func(*Pass) error
}

// run runs steps, all of them even if some fail.
func (p *Pass) run(steps []step, failed *failures) {
	for i := 0; i < len(steps); i++ {
		if err := p.runUntilFailure(steps, &i); err != nil {
			failed.add(steps[i].rule, err)
		}
	}
}

// runUntilFailure runs steps from one on, up to one that fails. It turns a panic into
// an error: one broken rule must not hide the findings of others, nor look like no
// findings.
func (p *Pass) runUntilFailure(steps []step, i *int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	for ; *i < len(steps); *i++ {
		p.Rule, p.count = steps[*i].rule, 0
		if err := steps[*i].run(p); err != nil {
			return err
		}
		if p.count > maxFindingsPerRule {
			p.capped = true
			p.found[len(p.found)-1].Message += fmt.Sprintf(" (and %d more of this rule in the file, not shown)", p.count-maxFindingsPerRule)
		}
	}
	return nil
}

func (c *Checker) fill(pass *Pass, p *profile.Profile, plan *plan) {
	pass.Profile, pass.Now, pass.Targets, pass.Verify, pass.checker, pass.plan = p, c.Now, plan.Targets, c.Verify, c, plan
}

// passes are used again by runs that forget a profile when it is checked: without that, a run with built-in rules takes
// 4 % more processor time (BenchmarkRunRules in cmd/sceplint).
var passes = sync.Pool{New: func() any { return new(Pass) }}

// release returns the memory of a Pass that is no longer used.
func (p *Pass) release() {
	const many = 64 // findings of a profile
	shared, found, memory := p.shared, p.found, p.memory
	if len(shared) > 8 { // for clearing it takes as long as it is large
		shared = nil
	}
	if cap(memory) > many {
		found, memory = nil, nil
	}
	clear(shared)
	clear(found)
	clear(memory)
	*p = Pass{shared: shared, found: found[:0], memory: memory[:0]}
	passes.Put(p)
}
