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
	// Lock is what Read may have waited for, and is released when the bytes that it
	// returned have been checked, with any result; may be nil.
	Lock Lock

	Device string // the device that the profile is from, if known; may be empty
	Inside bool   // it is in an archive or a stream, so that no fix can be written to it
	Skip   Skip   // why it is skipped without being read, if it is

	Excluded bool // the configuration excludes it, so that it is not read

	From Source        // returns the input again, for callers that keep very many; nil: the input is kept
	Part *export.Entry // the part of a file that Read returns; nil: all of it
}

// Lock bounds how many documents are in memory. While it is held, the one who holds it
// reads no other input.
type Lock interface {
	Held() bool
	Unlock() // does nothing unless it is held
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
		for t := range inOrder(ctx, c.Jobs, inputs, c.files) {
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
		for list := range inOrder(ctx, c.Jobs, c.facts.inputsToLocate(), oneByOne(c.locateFacts)) {
			c.facts.addLocations(list)
		}
		for r := range inOrder(ctx, c.Jobs, c.facts.inputsToRecheck(), oneByOne(c.recheck)) {
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

// document is a file while it is checked.
type document struct {
	input    Input
	result   *Result
	text     []byte // nil if the file is not checked
	plan     *plan
	profiles []*profile.Profile
	outcomes []outcome // of the profiles, in order
}

// files checks files, several at a time: each rule looks at the profiles of all of them
// before the next rule does, for the code of all rules does not fit into the caches of a
// processor. One after the other takes a quarter more processor time (BenchmarkRunRules in
// cmd/sceplint).
func (c *Checker) files(ctx context.Context, inputs []Input) (results []resultWithFacts) {
	const enough = 1 << 20 // bytes of documents at a time
	results = make([]resultWithFacts, 0, len(inputs))
	documents := make([]*document, 0, len(inputs))
	for len(inputs) > 0 && ctx.Err() == nil {
		documents = documents[:0]
		for size, alone := 0, false; len(inputs) > 0 && size < enough && !alone; inputs = inputs[1:] {
			d := c.open(inputs[0])
			documents = append(documents, d)
			size, alone = size+len(d.text), d.input.Lock != nil && d.input.Lock.Held()
		}
		c.checkTogether(documents)
		for _, d := range documents {
			c.close(d)
			facts := d.result.facts
			d.result.facts = nil
			results = append(results, resultWithFacts{d.input, d.result, facts})
		}
	}
	return results
}

// open reads a file and its profiles.
func (c *Checker) open(input Input) *document {
	d := &document{input: input, result: &Result{File: input.Name, Part: input.Part != nil}}
	d.protect(func() {
		if input.Excluded || input.Skip.Reason != "" {
			d.result.Excluded, d.result.Skipped = input.Excluded, input.Skip
			return
		}
		text, err := input.Read()
		if skip := (*SkipError)(nil); errors.As(err, &skip) {
			d.result.Skipped = skip.Skip
			return
		}
		if err != nil {
			d.result.Err = err
			return
		}
		d.text = text
		c.parse(d)
	})
	return d
}

// close completes the result of a file over which the rules ran, and fixes the file in
// memory if fixes are enabled. The result holds copies of all that it says.
func (c *Checker) close(d *document) {
	if d.input.Lock != nil {
		defer d.input.Lock.Unlock()
	}
	d.protect(func() {
		c.collect(d)
		switch {
		case d.text == nil:
		case d.input.Free != nil && c.reuseBuffers:
			d.input.Free(d.text)
		case c.Fix != FixNone && d.result.Err == nil && len(d.result.Findings) > 0:
			c.fix(d.result, d.input, d.text)
		}
	})
}

// protect turns a panic into the error of a file: whatever it is, the other files are
// still to be checked.
func (d *document) protect(do func()) {
	defer func() {
		if r := recover(); r != nil {
			*d.result = Result{File: d.input.Name, Part: d.input.Part != nil, Err: fmt.Errorf("%s: internal error: %v (please report this bug)", printable.Text(d.input.Name), r)}
			d.profiles, d.text = nil, nil
		}
	}()
	do()
}

// document checks a document, and returns the result.
func (c *Checker) document(input Input, text []byte) *Result {
	d := &document{input: input, result: &Result{File: input.Name}, text: text}
	c.parse(d)
	c.checkTogether([]*document{d})
	c.collect(d)
	return d.result
}

// parse reads the profiles of a document, unless there is nothing to check.
func (c *Checker) parse(d *document) {
	input, result := &d.input, d.result
	d.plan = c.planFor(input.Name)
	if d.plan.idle {
		result.fail(ErrNoRules)
		return
	}
	profiles, err := input.parse(d.text)
	d.profiles = profiles
	switch {
	case len(profiles) == 0: // a part about something else
		result.Skipped = Skip{NotProfile, SkipFound}
	case len(profiles) == 1 && profiles[0].IsUnchecked():
		result.Skipped = Skip{Reason: fmt.Sprintf("a declaration of type %s, which is not checked", profiles[0].Declaration)}
		if input.Optional {
			result.Skipped.Kind = SkipFound
		}
	case input.Optional && !export.IsProfile(profiles, err, d.text):
		result.Skipped = Skip{NotProfile, SkipFound}
		if len(d.text) > plist.MaxSize {
			result.Skipped = Skip{TooLarge, SkipNoted}
		}
	default:
		return
	}
	export.Release(profiles)
	d.profiles = nil
}

// checkTogether runs the rules over the profiles of documents.
func (c *Checker) checkTogether(documents []*document) {
	passes, of := make([]*Pass, 0, batch), make([]*document, 0, batch)
	flush := func() {
		findTogether(passes)
		for i, pass := range passes {
			of[i].protect(func() { of[i].outcomes = append(of[i].outcomes, c.finish(pass)) })
		}
		passes, of = passes[:0], of[:0]
	}
	for _, d := range documents {
		d.protect(func() {
			for _, p := range d.profiles {
				if p.Export != nil && p.Export.Nothing != "" {
					continue
				}
				if passes, of = append(passes, c.pass(p, d.plan)), append(of, d); len(passes) == batch {
					flush()
				}
			}
		})
	}
	flush()
}

// findTogether runs the rules over profiles, each over all of those that have the same
// rules before the next.
func findTogether(passes []*Pass) {
	for rest := passes; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].plan == rest[0].plan && rest[n].class == rest[0].class {
			n++
		}
		run(rest[0].plan.steps[rest[0].class](), rest[:n]...)
		rest = rest[n:]
	}
}

// collect adds to the result of a document what came of its profiles, suppresses the
// findings that an earlier revision has, and drops those that others explain.
func (c *Checker) collect(d *document) {
	defer export.Release(d.profiles)
	result, outcomes := d.result, d.outcomes
	for _, p := range d.profiles {
		if p.Export != nil && p.Export.Nothing != "" { // and so are the others
			result.Skipped = Skip{Reason: p.Export.Nothing}
		} else {
			done := &outcomes[0]
			outcomes = outcomes[1:]
			if done.err != nil {
				result.fail(done.err)
			}
			result.add(done)
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
	if c.Earlier != nil && !result.capped && len(result.Findings) > 0 {
		c.suppressUnchanged(result, d.input, d.text)
	}
	result.Findings = withoutExplained(result.Findings)
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
	capped     bool  // a rule had more findings than are kept
	err        error // of rules that failed
}

// check runs the rules over one profile.
func (c *Checker) check(p *profile.Profile, plan *plan) outcome {
	pass := c.pass(p, plan)
	findTogether([]*Pass{pass})
	return c.finish(pass)
}

// finish returns what the rules found in a profile. The pass is not used any more.
func (c *Checker) finish(pass *Pass) outcome {
	pass.suppress()
	done := outcome{prints: pass.prints, facts: pass.facts, capped: pass.capped, err: pass.failed.join()}
	if len(pass.found) > 0 {
		done.findings, done.suppressed = c.finalizeFindings(pass.Profile, pass.found)
	}
	if c.reuseBuffers {
		pass.release()
	}
	return done
}

// suppress marks the findings that comments suppress, runs the rules about such comments,
// and puts the findings in order.
func (p *Pass) suppress() {
	ignores := p.ignores()
	suppress(p.Profile, ignores, p.found)
	if len(ignores) > 0 {
		markHidden(p.Profile, ignores, p.found)
		var steps []step
		for _, r := range p.plan.active {
			if r.CheckSuppressions != nil {
				steps = append(steps, step{r, func(p *Pass) error { return r.CheckSuppressions(p, ignores) }})
			}
		}
		run(steps, p)
	}
	p.applySeverities()
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

// run runs steps over profiles, each over all of them before the next, even if some fail.
func run(steps []step, passes ...*Pass) {
	r := stepRun{steps: steps, passes: passes}
	for r.step < len(steps) {
		if err := r.untilFailure(); err != nil {
			pass := passes[r.pass]
			pass.failed.add(pass.Rule, err)
			r.pass++
		}
	}
}

// stepRun is a run of steps over profiles.
type stepRun struct {
	steps      []step
	passes     []*Pass
	step, pass int // the next ones
}

// untilFailure runs steps up to one that fails. It turns a panic into an error: one
// broken rule must not hide the findings of others, nor look like no findings.
func (r *stepRun) untilFailure() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	for ; r.step < len(r.steps); r.step, r.pass = r.step+1, 0 {
		s := &r.steps[r.step]
		for ; r.pass < len(r.passes); r.pass++ {
			p := r.passes[r.pass]
			p.Rule, p.count = s.rule, 0
			if err := s.run(p); err != nil {
				return err
			}
			if p.count > maxFindingsPerRule {
				p.capped = true
				p.found[len(p.found)-1].Message += fmt.Sprintf(" (and %d more of this rule in the file, not shown)", p.count-maxFindingsPerRule)
			}
		}
	}
	return nil
}

// pass returns the pass of a profile, which finish takes back.
func (c *Checker) pass(p *profile.Profile, plan *plan) *Pass {
	pass := new(Pass)
	if c.reuseBuffers {
		pass = passes.Get().(*Pass)
	}
	c.fill(pass, p, plan)
	return pass
}

func (c *Checker) fill(pass *Pass, p *profile.Profile, plan *plan) {
	pass.Profile, pass.Now, pass.Targets, pass.Verify, pass.checker, pass.plan = p, c.Now, plan.Targets, c.Verify, c, plan
	pass.class = classOf(p)
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
