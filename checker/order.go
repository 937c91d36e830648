package checker

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
)

// batch is how many items a worker takes at once when there are many.
const batch = 16

// inOrder processes items on several workers, and yields the results in the order of the
// items. If the context ends, it yields only the first ones: do then returns fewer results
// than it is given items.
func inOrder[T, R any](ctx context.Context, jobs int, items iter.Seq[T], do func(context.Context, []T) []R) iter.Seq[R] {
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
					t.done <- do(ctx, t.items)
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
				enough := min(batch, 1+count/(2*jobs)) // few at first, so that all workers have some
				if waiting == nil {
					waiting = make([]T, 0, enough)
				}
				waiting = append(waiting, item)
				if count++; len(waiting) < enough {
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

// oneByOne returns what does something with each of several items.
func oneByOne[T, R any](do func(T) R) func(context.Context, []T) []R {
	return func(ctx context.Context, items []T) []R {
		results := make([]R, 0, len(items))
		for _, item := range items {
			if ctx.Err() == nil {
				results = append(results, do(item))
			}
		}
		return results
	}
}

// What InFileOrder keeps: as many findings as people read in one go. Further ones are
// written while profiles are checked, in a tenth less time than afterwards.
const (
	maxOrdered         = 10_000 // results
	maxOrderedFindings = 1_000
)

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
		findings, ordered := 0, true
		for r := range results {
			if !ordered {
				if !yield(r) {
					return
				}
				continue
			}
			if findings += len(r.Findings) + len(r.Suppressed); findings > maxOrderedFindings || len(kept) == maxOrdered {
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
