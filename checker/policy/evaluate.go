package policy

import (
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/print"

	"github.com/sceplint/sceplint/checker"
)

// The most that the policies may take for one profile.
const (
	timeBase   = time.Second // and as much again for each MiB of the document
	timeGrace  = time.Second // to notice that it was cancelled
	memoryMore = 512 << 20   // bytes of the heap
)

var (
	errTime   = errors.New("it took too long and was stopped")
	errMemory = errors.New("it took too much memory and was stopped")
	errStuck  = errors.New("a policy could not be stopped; no more policies are asked")
)

// query asks for the sets of some policies at once: compiled once, used by all
// workers.
type query struct {
	body     ast.Body
	policies []int
	needs    sections
}

// answer is what one policy said of one profile.
type answer struct {
	sets map[string]*ast.Term // by the name of the set
	err  error
}

// answerKey is what answers are shared under during a pass.
type answerKey struct {
	set  *Set
	wide bool
}

// check is the rule of one policy.
func (s *Set) check(pass *checker.Pass, i int, wide bool) error {
	answers := pass.Share(answerKey{s, wide}, func() any { return s.ask(pass, wide) }).(map[int]answer)
	a, ok := answers[i]
	if !ok {
		return nil
	}
	if a.err != nil {
		return a.err
	}
	return s.report(pass, i, a.sets)
}

// ask evaluates all policies that have their turn on the profile of the pass.
func (s *Set) ask(pass *checker.Pass, wide bool) map[int]answer {
	answers := map[int]answer{}
	if err := s.compile(); err != nil {
		return s.failed(answers, err)
	}
	if err := s.stuck.Load(); err != nil {
		return s.failed(answers, *err)
	}
	q, err := s.queryFor(pass, wide, answers)
	if err != nil {
		return s.failed(answers, err)
	}
	if q == nil {
		return answers
	}
	doc := newDocument(pass)
	if err := doc.oversize(q.needs); err != nil {
		return s.failed(answers, err)
	}
	input := ast.NewTerm(doc.build(q.needs))
	limit := timeBase + timeBase*time.Duration(len(pass.Profile.Source.Text)>>20)
	results, prints, err := s.run(pass, q, input, limit)
	if errors.Is(err, errStuck) {
		return s.failed(answers, err)
	}
	s.traced(pass, q)
	if err == nil {
		s.keep(answers, q.policies, results)
		printed(pass, prints)
		return answers
	}
	// One of them failed: each is asked alone, so that it is known which, and
	// what the others find is not lost.
	until := time.Now().Add(3 * limit)
	for _, i := range q.policies {
		left := min(limit, time.Until(until))
		if left <= 0 {
			answers[i] = answer{err: errors.New("it was not asked, since other policies took all the time")}
			continue
		}
		single, err := s.compiled([]int{i})
		if err != nil {
			answers[i] = answer{err: err}
			continue
		}
		results, prints, err := s.run(pass, single, input, left)
		if errors.Is(err, errStuck) {
			return s.failed(answers, err)
		}
		printed(pass, prints)
		if err != nil {
			if errors.Is(err, errTime) || errors.Is(err, errMemory) {
				s.policies[i].stopped.Store(true)
				err = fmt.Errorf("%s:%d: %w", s.policies[i].file, s.policies[i].line, err)
			}
			answers[i] = answer{err: err}
			continue
		}
		s.keep(answers, single.policies, results)
	}
	return answers
}

// traced explains the policy that is to be explained, if it has its turn.
func (s *Set) traced(pass *checker.Pass, q *query) {
	for _, i := range q.policies {
		if s.policies[i].ID == s.config.Trace {
			printed(pass, s.explain(pass, i))
		}
	}
}

// failed answers for every policy with an error.
func (s *Set) failed(answers map[int]answer, err error) map[int]answer {
	for i := range s.policies {
		answers[i] = answer{err: err}
	}
	return answers
}

func (s *Set) keep(answers map[int]answer, policies []int, results *ast.Array) {
	n := 0
	for _, i := range policies {
		a := answer{sets: map[string]*ast.Term{}}
		for _, name := range s.policies[i].sets {
			a.sets[name] = results.Elem(n)
			n++
		}
		answers[i] = a
	}
}

// queryFor picks the policies that have their turn and gives the query for
// them; nil if there are none.
func (s *Set) queryFor(pass *checker.Pass, wide bool, answers map[int]answer) (*query, error) {
	scep := len(pass.Profile.SCEP()) > 0
	var chosen []int
	for i, p := range s.policies {
		switch {
		case !pass.On(p.ID), !scep && !p.anySCEP, p.wide != wide:
		case p.stopped.Load():
			answers[i] = answer{err: fmt.Errorf("%s:%d: it was stopped at an earlier profile, and is not asked again", p.file, p.line)}
		default:
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return nil, nil
	}
	return s.compiled(chosen)
}

// compiled gives the query for some policies.
func (s *Set) compiled(policies []int) (*query, error) {
	key := fmt.Sprint(policies)
	s.lock.Lock()
	defer s.lock.Unlock()
	if q := s.queries[key]; q != nil {
		return q, nil
	}
	q := &query{policies: policies}
	var terms []*ast.Term
	for _, i := range policies {
		p := s.policies[i]
		q.needs |= p.needs
		for _, set := range p.sets {
			terms = append(terms, ast.NewTerm(p.module.Package.Path.Append(ast.StringTerm(set))))
		}
	}
	body := ast.NewBody(ast.Equality.Expr(ast.VarTerm("answers"), ast.ArrayTerm(terms...)))
	compiled, err := s.compiler.QueryCompiler().Compile(body)
	if err != nil {
		return nil, explain(err, "")
	}
	q.body = compiled
	s.queries[key] = q
	return q, nil
}

// evaluator is a goroutine that evaluates, one query after the other: its
// stack has grown as large as they need, and need not grow anew.
type evaluator struct {
	todo  chan func()
	done  chan struct{}
	timer *time.Timer
}

// evaluators are those that have nothing to do.
var evaluators = make(chan *evaluator, 64)

func borrow() *evaluator {
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

func (e *evaluator) giveBack() {
	select {
	case evaluators <- e:
	default:
		close(e.todo)
	}
}

// run evaluates a query and stops it when its time is over. OPA looks at
// whether it was cancelled between its steps only; if one step does not end, the
// evaluation is left behind, and no other begins.
func (s *Set) run(pass *checker.Pass, q *query, input *ast.Term, limit time.Duration, options ...func(*topdown.Query)) (*ast.Array, []string, error) {
	var (
		answers *ast.Array
		failed  error
		prints  printer
		now     = pass.Now
		cancel  = topdown.NewCancel()
	)
	e := borrow()
	e.todo <- func() {
		defer func() {
			if r := recover(); r != nil {
				failed = fmt.Errorf("the evaluation failed: %v", r)
			}
		}()
		evaluation := topdown.NewQuery(q.body).WithCompiler(s.compiler).WithStore(s.store).WithTransaction(s.txn).
			WithInput(input).WithCancel(cancel).WithStrictBuiltinErrors(true).WithTime(now).WithPrintHook(&prints)
		for _, option := range options {
			option(evaluation)
		}
		failed = evaluation.Iter(context.Background(), func(r topdown.QueryResult) error {
			answers, _ = r[ast.Var("answers")].Value.(*ast.Array)
			return nil
		})
		if failed == nil && answers == nil {
			failed = errors.New("the evaluation gave no answer")
		}
	}
	stopped := e.await(cancel, limit)
	if errors.Is(stopped, errStuck) {
		s.stuck.Store(&stopped)
		return nil, nil, stopped
	}
	e.giveBack()
	if stopped != nil {
		return nil, nil, stopped
	}
	return answers, prints.lines(), located(failed)
}

// await waits for an evaluation to be done, and cancels it when it takes too
// much time or memory.
func (e *evaluator) await(cancel topdown.Cancel, limit time.Duration) error {
	const pace = 20 * time.Millisecond
	start, heap := time.Now(), uint64(0)
	e.timer.Reset(min(pace, limit))
	for {
		select {
		case <-e.done:
			return nil
		case <-e.timer.C:
		}
		var why error
		now := heapSize()
		if heap == 0 {
			heap = now
		}
		switch {
		case time.Since(start) >= limit:
			why = errTime
		case now > heap+memoryMore:
			why = errMemory
		default:
			e.timer.Reset(min(pace, limit-time.Since(start)))
			continue
		}
		cancel.Cancel()
		e.timer.Reset(timeGrace)
		select {
		case <-e.done:
			return why
		case <-e.timer.C:
		}
		return fmt.Errorf("%w: %w", errStuck, why)
	}
}

// heapSize is how many bytes of the heap are in use or not yet collected.
func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// located words an error of the evaluation with the place it arose at.
func located(err error) error {
	var e *topdown.Error
	if !errors.As(err, &e) {
		return err
	}
	text := strings.TrimSpace(e.Message)
	if e.Location == nil {
		return errors.New(clean(text))
	}
	return fmt.Errorf("%s:%d:%d: %s", e.Location.File, e.Location.Row, e.Location.Col, clean(text))
}

// printer takes what policies print.
type printer struct {
	lock sync.Mutex
	text []string
}

// The most that is printed for one profile.
const (
	maxPrints     = 1000
	maxPrintBytes = 2000 // a line
)

// Print is called for each print() of a policy.
func (p *printer) Print(c print.Context, text string) error {
	p.lock.Lock()
	defer p.lock.Unlock()
	if len(p.text) < maxPrints {
		if len(text) > maxPrintBytes {
			text = strings.ToValidUTF8(text[:maxPrintBytes], "") + "…"
		}
		p.text = append(p.text, fmt.Sprintf("%s:%d: %s", c.Location.File, c.Location.Row, clean(text)))
	}
	return nil
}

func (p *printer) lines() []string {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.text
}

func printed(pass *checker.Pass, lines []string) {
	for _, line := range lines {
		pass.Print(line)
	}
}
