package checker

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/sceplint/sceplint/checker/profile"
)

// Input is one file of a run.
type Input struct {
	Name     string // as findings show it
	Read     func() ([]byte, error)
	Optional bool // not named by the user: passed over unless it is a profile
}

// NoProfile is why an optional input was passed over.
const NoProfile = "no profile"

// Run checks the inputs on several workers and yields their results in the
// order of the inputs. Only so many are in memory at once as there are
// workers, times a small number.
func (c *Checker) Run(ctx context.Context, inputs iter.Seq[Input]) iter.Seq[*Result] {
	c.Prepare()
	return func(yield func(*Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		type task struct {
			input Input
			done  chan *Result
		}
		todo := make(chan task, 4*c.Jobs)
		queue := make(chan task, 4*c.Jobs) // in order; its length bounds what waits for an earlier result
		var workers sync.WaitGroup
		defer workers.Wait()
		for range c.Jobs {
			workers.Go(func() {
				for t := range todo {
					t.done <- c.File(t.input)
				}
			})
		}
		workers.Go(func() {
			defer close(queue)
			defer close(todo)
			for input := range inputs {
				t := task{input, make(chan *Result, 1)}
				select {
				case queue <- t:
				case <-ctx.Done():
					return
				}
				select {
				case todo <- t:
				case <-ctx.Done():
					t.done <- &Result{File: input.Name, Err: ctx.Err()}
					return
				}
			}
		})
		stopped := false
		for t := range queue {
			if r := <-t.done; !stopped && !yield(r) {
				stopped = true
				cancel()
			}
		}
	}
}

// File checks one file, and fixes it in memory if that was asked for.
func (c *Checker) File(input Input) (result *Result) {
	defer func() {
		if r := recover(); r != nil { // whatever it is, the other files are still to be judged
			result = &Result{File: input.Name, Err: fmt.Errorf("%s: sceplint failed on this file, which is a mistake in sceplint: %v", input.Name, r)}
		}
	}()
	result = &Result{File: input.Name}
	text, err := input.Read()
	if err != nil {
		result.Err = err
		return result
	}
	c.text(result, input, text)
	if c.Fix != FixNone && result.Err == nil && len(result.Findings) > 0 {
		c.fix(result, input, text)
	}
	return result
}

// text checks a document and writes what comes of it into the result.
func (c *Checker) text(result *Result, input Input, text []byte) {
	profiles, err := profile.Parse(input.Name, text)
	defer func() {
		for _, p := range profiles {
			p.Release() // the result holds copies of all it says
		}
	}()
	if input.Optional && !meant(profiles, err, text) {
		result.Passed = NoProfile
		return
	}
	for _, p := range profiles {
		if what := p.Foreign(); what != "" && p.Root.Get("ProfileList") != nil {
			result.Passed = "it is " + what
			return
		}
		findings, suppressed, err := c.check(p)
		if err != nil {
			result.Err = fmt.Errorf("%s: %w", input.Name, err)
		}
		result.Profiles++
		result.Payloads += len(p.Payloads())
		result.SCEP += len(p.SCEP())
		result.Suppressed += suppressed
		result.Findings = append(result.Findings, findings...)
	}
}
