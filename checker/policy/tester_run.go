package policy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// runAll runs the tests, several at once. If they take too much memory
// together, those that are left are run one by one, so that it is known which
// of them does.
func (t *tests) runAll(ctx context.Context) ([]*tester.Result, error) {
	ctx = context.WithValue(ctx, clock{}, t.Now)
	done, err := t.watch(ctx, t.runner(), len(t.rules))
	if !errors.Is(err, errMemory) {
		return done, err
	}
	left := t.left(done)
	for _, name := range left {
		r := t.rules[name]
		one, err := t.watch(ctx, t.runner().SetParallel(1).SetPrefixMatchers(r.ref), 1)
		if err != nil && !errors.Is(err, errMemory) {
			return nil, err
		}
		if len(one) != 1 {
			one = []*tester.Result{{Location: r.rule.Loc(), Package: name.pkg, Name: name.name, Error: errMemory}}
		}
		done = append(done, one[0])
	}
	return done, nil
}

// left returns the tests without a result, in order.
func (t *tests) left(done []*tester.Result) (left []testName) {
	seen := map[testName]bool{}
	for _, r := range done {
		seen[testName{r.Package, r.Name}] = true
	}
	for name := range t.rules {
		if !seen[name] {
			left = append(left, name)
		}
	}
	slices.SortFunc(left, func(a, b testName) int {
		return strings.Compare(a.pkg+"."+a.name, b.pkg+"."+b.name)
	})
	return left
}

// watch takes the results of a runner that has so many tests to run. It stops
// them when they take too much memory together, and gives those that were done
// until then. A test that does not stop when its time is over is an error.
func (t *tests) watch(ctx context.Context, r *tester.Runner, count int) (done []*tester.Result, err error) {
	const pace = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results, err := r.RunTests(ctx, t.txn)
	if err != nil {
		return nil, explain(err, "")
	}
	tick := time.NewTicker(pace)
	defer tick.Stop()
	heap, limit, last := heapSize(), t.Timeout+5*timeGrace, time.Now()
	var why error
	for {
		select {
		case result, ok := <-results:
			switch {
			case !ok && why != nil:
				return done, why
			case !ok && ctx.Err() != nil:
				return nil, ctx.Err()
			case !ok && len(done) != count:
				return nil, fmt.Errorf("%d of %d tests returned no result", count-len(done), count)
			case !ok:
				return done, nil
			}
			last = time.Now()
			if why == nil { // else it was stopped for what another one may have done
				done = append(done, result)
			}
		case <-tick.C:
			if why == nil && heapSize() > heap+memoryMore {
				why, limit, last = errMemory, 5*timeGrace, time.Now()
				cancel()
			}
			if time.Since(last) > limit {
				return nil, t.unstoppable(done)
			}
		}
	}
}

// unstoppable lists the tests that are still running, and would never end.
func (t *tests) unstoppable(done []*tester.Result) error {
	var places []error
	for _, name := range t.left(done) {
		r := t.rules[name].rule
		places = append(places, fmt.Errorf("%s:%d: %s.%s", r.Location.File, r.Location.Row, name.pkg, name.name))
	}
	return fmt.Errorf("a test could not be canceled after its timeout; it is one of\n%w", errors.Join(places...))
}

// follow evaluates a test once more, and records which of its expressions does
// not hold.
func (t *tests) follow(r testRule) *failureTracer {
	f := newFollowing(r.rule, t.config.Files)
	body, err := t.tested.QueryCompiler().Compile(ast.NewBody(ast.NewExpr(ast.NewTerm(r.ref))))
	if err != nil || t.uncancelable.Load() != nil {
		return f
	}
	cancel := topdown.NewCancel()
	query := topdown.NewQuery(body).WithCompiler(t.tested).WithStore(t.store).WithTransaction(t.txn).
		WithBuiltins(t.samples.functions()).WithStrictBuiltinErrors(true).WithCancel(cancel).WithTime(t.Now).
		WithQueryTracer(tracer(f.event)).WithIndexing(false).WithEarlyExit(false)
	e := acquire()
	e.todo <- func() {
		defer func() { _ = recover() }() // it is told that the test failed, if not why
		_ = query.Iter(context.Background(), func(topdown.QueryResult) error { return nil })
	}
	if stopped := e.await(cancel, t.Timeout); errors.Is(stopped, errNotCanceled) {
		t.uncancelable.Store(&stopped)
		return newFollowing(r.rule, t.config.Files) // the other one is still being written
	}
	e.release()
	return f
}
