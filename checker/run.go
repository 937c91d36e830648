package checker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/sceplint/sceplint/checker/export"
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
			p.Export = &profile.Export{Kind: profile.ExportLines}
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

// maxOrdered is how many results and findings InFileOrder keeps.
const maxOrdered = 10_000

// InFileOrder moves findings about several profiles, which Run yields last, to
// the others of their file. It collects all results first; if there are too many
// for that, it yields them in the order of Run.
func InFileOrder(results iter.Seq[*Result]) iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		type input struct { // of a result
			file  string
			first int32
		}
		var kept []*Result
		first := map[input]*Result{}
		size, ordered := 0, true
		for r := range results {
			if !ordered {
				if !yield(r) {
					return
				}
				continue
			}
			if size += 1 + len(r.Findings) + len(r.Suppressed); size > maxOrdered {
				ordered = false
				for _, r := range append(kept, r) {
					if !yield(r) {
						return
					}
				}
				kept, first = nil, nil
				continue
			}
			of := input{r.File, r.firstProfile}
			if r.IsFileSet && first[of] != nil {
				first[of].merge(r)
				continue
			}
			if r.Profiles > 0 {
				first[of] = r
			}
			kept = append(kept, r)
		}
		for _, r := range kept {
			if !yield(r) {
				return
			}
		}
	}
}

// merge adds the findings about several profiles.
func (r *Result) merge(set *Result) {
	r.Err = errors.Join(r.Err, set.Err)
	r.PolicyOutput = append(r.PolicyOutput, set.PolicyOutput...)
	order := func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), compareFindings(&a, &b))
	}
	r.Findings = append(r.Findings, set.Findings...)
	slices.SortStableFunc(r.Findings, order)
	r.Suppressed = append(r.Suppressed, set.Suppressed...)
	slices.SortStableFunc(r.Suppressed, order)
}

// checkFileSets reads the inputs that share facts with others again, and yields
// their results if there are findings.
func (c *Checker) checkFileSets(ctx context.Context) iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		c.facts.seal()
		for list := range inOrder(ctx, c.Jobs, c.facts.inputsToLocate(), c.locateFacts) {
			c.facts.addLocations(list)
		}
		reported := map[factKey]bool{}
		for r := range inOrder(ctx, c.Jobs, c.facts.inputsToRecheck(), c.recheck) {
			r.Findings = oncePerGroup(r.Findings, reported)
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

// batch is how many items a worker takes at once when there are many: handing
// them over one by one takes a good part of the time that a small one needs.
const batch = 8

// inOrder processes each item, several at once, and yields the results in the
// order of the items. If the context ends, it yields only the first ones.
func inOrder[T, R any](ctx context.Context, jobs int, items iter.Seq[T], do func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		type task struct {
			items []T
			done  chan []R
		}
		todo := make(chan task, 4*jobs)
		queue := make(chan task, 4*jobs) // in order; its length bounds what waits for an earlier one
		var workers sync.WaitGroup
		defer workers.Wait()
		for range jobs {
			workers.Go(func() {
				for t := range todo {
					results := make([]R, 0, len(t.items))
					for _, item := range t.items {
						if ctx.Err() == nil {
							results = append(results, do(item))
						}
					}
					t.done <- results
				}
			})
		}
		workers.Go(func() {
			defer close(queue)
			defer close(todo)
			send := func(items []T) bool {
				t := task{items, make(chan []R, 1)}
				for _, to := range []chan task{todo, queue} {
					select {
					case to <- t:
					case <-ctx.Done():
						return false
					}
				}
				return true
			}
			var waiting []T
			count := 0
			for item := range items {
				if waiting == nil {
					waiting = make([]T, 0, min(batch, 1+count))
				}
				waiting = append(waiting, item)
				if count++; count > 4*jobs && len(waiting) < batch { // the first go at once, so that all workers have one
					continue
				}
				if !send(waiting) {
					return
				}
				waiting = nil
			}
			if len(waiting) > 0 {
				send(waiting)
			}
		})
		stopped := false
		for t := range queue {
			results := <-t.done
			for i := range results {
				if !stopped && !yield(results[i]) {
					stopped = true
					cancel()
				}
				results[i] = *new(R) // what was yielded need not be kept
			}
			stopped = stopped || len(results) < len(t.items) // else those after a gap would come
		}
	}
}

// File checks one file, and fixes it in memory if fixes are enabled.
func (c *Checker) File(input Input) (result *Result) {
	defer func() {
		if r := recover(); r != nil { // whatever it is, the other files are still to be checked
			result = &Result{File: input.Name, Part: input.Part != nil, Err: fmt.Errorf("%s: internal error: %v (please report this bug)", Printable(input.Name), r)}
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
	c.text(result, input, text)
	if input.Free != nil && c.reuseBuffers {
		input.Free(text)
		return result
	}
	if c.Fix != FixNone && result.Err == nil && len(result.Findings) > 0 {
		c.fix(result, input, text)
	}
	return result
}

// text checks a document and adds to the result.
func (c *Checker) text(result *Result, input Input, text []byte) {
	if c.planFor(input.Name).idle {
		result.fail(ErrNoRules)
		return
	}
	profiles, err := input.parse(text)
	defer release(profiles) // the result holds copies of all it says
	capped := false
	if len(profiles) == 1 && profiles[0].IsUnchecked() {
		result.Skipped = Skip{Reason: fmt.Sprintf("a declaration of type %s, which is not checked", Printable(profiles[0].Declaration))}
		if input.Optional {
			result.Skipped.Kind = SkipFound
		}
		return
	}
	if input.Optional && !looksLikeProfile(profiles, err, text) {
		result.Skipped = Skip{NotProfile, SkipFound}
		if len(text) > profile.MaxSize {
			result.Skipped = Skip{TooLarge, SkipNoted}
		}
		return
	}
	for _, p := range profiles {
		if p.Export != nil && p.Export.Nothing != "" { // and so are the others
			result.Skipped = Skip{Reason: p.Export.Nothing}
			if c.Visit != nil {
				result.Visited = append(result.Visited, c.Visit(p))
			}
			continue
		}
		done, err := c.check(p)
		if err != nil {
			result.fail(err)
		}
		for _, list := range [][]Finding{done.findings, done.suppressed} {
			for i := range list {
				list[i].Ordinal = result.Profiles
			}
		}
		capped = capped || done.capped
		result.Profiles++
		result.Payloads += max(len(p.Payloads()), len(p.SCEP())) // a credential document is one
		result.SCEP += len(p.SCEP())
		if slices.ContainsFunc(p.SCEP(), func(s profile.SCEP) bool { return s.UsesNDES() }) {
			result.NDES++
		}
		result.Suppressed = append(result.Suppressed, done.suppressed...)
		result.Findings = append(result.Findings, done.findings...)
		if c.Visit != nil {
			result.Visited = append(result.Visited, c.Visit(p))
		}
		if c.Inventory {
			result.Inventory.add(p, p.Secrets())
		}
		result.PolicyOutput = append(result.PolicyOutput, done.prints...)
		if c.facts != nil {
			result.facts = append(result.facts, done.facts)
		}
	}
	if len(profiles) == 0 { // a part about something else
		result.Skipped = Skip{NotProfile, SkipFound}
	}
	if c.Earlier != nil && !capped && len(result.Findings) > 0 {
		c.suppressUnchanged(result, input, text, profiles)
	}
	result.Findings = withoutExplained(result.Findings)
}

// ErrNoRules is the error of a file that no rule checks.
var ErrNoRules = errors.New("all rules are disabled for this file; exclude the file instead")

func (r *Result) fail(err error) {
	err = fmt.Errorf("%s: %w", Printable(r.File), err)
	if r.Err == nil {
		r.Err = err
	} else {
		r.Err = errors.Join(r.Err, err)
	}
}

func release(profiles []*profile.Profile) {
	for _, p := range profiles {
		p.Release()
	}
}
