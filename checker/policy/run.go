package policy

import (
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/sceplint/sceplint/checker"
)

// evaluator is a goroutine that evaluates, one query after the other: its
// stack has grown as large as they need, and need not grow again.
type evaluator struct {
	todo  chan func()
	done  chan struct{}
	timer *time.Timer
}

// evaluators are those that have nothing to do.
var evaluators = make(chan *evaluator, 64)

func acquire() *evaluator {
	select {
	case e := <-evaluators:
		return e
	default:
	}
	e := &evaluator{make(chan func()), make(chan struct{}, 1), time.NewTimer(time.Hour)}
	go func() {
		for job := range e.todo {
			job()
			e.done <- struct{}{}
		}
	}()
	return e
}

func (e *evaluator) release() {
	select {
	case evaluators <- e:
	default:
		close(e.todo)
	}
}

// run evaluates policies until one of them takes too much time or memory, and
// returns the answers of those before it. OPA checks whether it was canceled
// only between its steps; if one step does not end, the evaluation is abandoned.
func (s *Set) run(pass *checker.Pass, todo []evalRequest, input *ast.Term, limit time.Duration, options ...func(*topdown.Query)) ([]evalResult, []string, error) {
	var (
		answers  = make([]evalResult, len(todo))
		finished atomic.Int64
		prints   printer
		now      = pass.Now
		cancel   = topdown.NewCancel()
	)
	e := acquire()
	e.todo <- func() {
		cache := topdown.NewVirtualCache()
		for n, q := range todo {
			a := s.one(q.policy, func(query *topdown.Query) {
				query.WithInput(input).WithCancel(cancel).WithTime(now).WithPrintHook(&prints).WithVirtualCache(cache)
				for _, option := range options {
					option(query)
				}
			})
			if cancel.Cancelled() {
				return
			}
			answers[n] = a
			finished.Add(1)
		}
	}
	stopped := e.await(cancel, limit)
	done := answers[:finished.Load()]
	if errors.Is(stopped, errNotCanceled) {
		return done, nil, stopped
	}
	e.release()
	if len(done) == len(todo) {
		stopped = nil // it was done just in time
	}
	return done, prints.lines(), stopped
}

// one evaluates one policy.
func (s *Set) one(i int, options func(*topdown.Query)) (a evalResult) {
	p := s.policies[i]
	defer func() {
		if r := recover(); r != nil {
			a = evalResult{err: fmt.Errorf("%s:%d: evaluation failed: %v", p.file, p.line, r)}
		}
	}()
	query := topdown.NewQuery(p.query).WithCompiler(p.compiler).WithStore(s.store).WithTransaction(s.txn).WithStrictBuiltinErrors(true)
	options(query)
	var sets map[string]*ast.Term
	err := query.Iter(context.Background(), func(r topdown.QueryResult) error {
		sets = make(map[string]*ast.Term, len(p.sets))
		for _, name := range p.sets {
			sets[name] = r[ast.Var(name)]
		}
		return nil
	})
	switch {
	case err != nil:
		a.err = located(err)
	case sets == nil:
		a.err = fmt.Errorf("%s:%d: evaluation returned no result", p.file, p.line)
	default:
		a.found, a.err = p.violationsOf(sets)
	}
	return a
}

// await waits for an evaluation to end, and cancels it when it takes too much
// time or memory. Time is counted in beats of a clock that stands still when the
// process gets no processor, so that a busy machine does not stop a policy.
func (e *evaluator) await(cancel topdown.Cancel, limit time.Duration) error {
	const pace = 20 * time.Millisecond
	heap := uint64(0)
	for spent := time.Duration(0); ; {
		e.timer.Reset(pace)
		select {
		case <-e.done:
			return nil
		case <-e.timer.C:
		}
		spent += pace
		var why error
		now := heapSize()
		if heap == 0 {
			heap = now
		}
		switch {
		case spent >= limit:
			why = errTime
		case now > heap+memoryMore:
			why = errMemory
		default:
			continue
		}
		cancel.Cancel()
		for grace := time.Duration(0); grace < timeGrace; grace += pace {
			e.timer.Reset(pace)
			select {
			case <-e.done:
				return why
			case <-e.timer.C:
			}
		}
		return fmt.Errorf("%w: %w", errNotCanceled, why)
	}
}

// heapSize returns how many bytes of the heap are in use or not yet collected.
func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
