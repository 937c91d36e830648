package policy

import (
	"errors"
	"fmt"
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
	errTime        = errors.New("evaluation timed out")
	errMemory      = errors.New("evaluation used too much memory and was canceled")
	errNotCanceled = errors.New("evaluation could not be canceled; remaining policies were skipped")
)

// evalResult is what one policy said of one profile: err is after what it found.
type evalResult struct {
	found []violation
	err   error
}

// evalResultsKey is what answers are shared under during a pass.
type evalResultsKey struct {
	set  *Set
	wide bool
}

// check is the Check of the rule of one policy.
func (s *Set) check(pass *checker.Pass, i int, wide bool) error {
	answers := pass.Share(evalResultsKey{s, wide}, func() any { return s.evaluateAll(pass, wide) }).(map[int]evalResult)
	a, ok := answers[i]
	if !ok {
		return nil
	}
	if err := s.report(pass, i, a.found); err != nil {
		return err
	}
	return a.err
}

// evaluateAll asks all policies that have their turn about the profile of the pass:
// those that have seen the same facts before are not evaluated again.
func (s *Set) evaluateAll(pass *checker.Pass, wide bool) map[int]evalResult {
	answers := map[int]evalResult{}
	if err := s.compile(); err != nil {
		return s.failed(answers, err)
	}
	if err := s.uncancelable.Load(); err != nil {
		return s.failed(answers, *err)
	}
	chosen := s.choose(pass, wide, answers)
	if len(chosen) == 0 {
		return answers
	}
	doc := newDocument(pass)
	if err := doc.oversize(s.needsOf(chosen)); err != nil {
		return s.failed(answers, err)
	}
	buffer := factBuffers.Get().(*[]byte)
	defer func() {
		if cap(*buffer) <= 1<<20 { // what a large document took is left to the collector
			factBuffers.Put(buffer)
		}
	}()
	facts := doc.appendRun((*buffer)[:0])
	run := len(facts)
	var unknown []evalRequest
	var policies []int
	for _, i := range chosen {
		p, q := s.policies[i], evalRequest{policy: i}
		if !s.disableCache && !p.mayFind(doc) {
			continue
		}
		if p.dependencies.pure && !s.disableCache {
			facts = p.dependencies.appendFacts(doc, facts[:run])
			*buffer = facts
			if found, ok := p.results.get(facts); ok {
				if len(found) > 0 {
					answers[i] = evalResult{found: found}
				}
				continue
			}
			q.facts = string(facts)
		}
		unknown, policies = append(unknown, q), append(policies, i)
	}
	if len(unknown) > 0 {
		if err := s.ready(unknown); err != nil {
			return s.failed(answers, err)
		}
		if !s.disableCache {
			doc.scepParts, doc.certificateParts = s.partsOf(policies)
		}
		s.evaluate(pass, unknown, ast.NewTerm(doc.build(s.needsOf(policies))), answers)
	}
	s.traced(pass, chosen)
	return answers
}

// needsOf returns the sections that some policies look at.
func (s *Set) needsOf(policies []int) (needs sections) {
	if s.disableCache {
		return allSections
	}
	for _, i := range policies {
		needs |= s.policies[i].dependencies.needs
	}
	return needs
}

// partsOf returns what some policies look at in the rows of scep and of certificates.
func (s *Set) partsOf(policies []int) (scep, certificates parts) {
	scep, certificates = parts{}, parts{}
	for _, i := range policies {
		f := &s.policies[i].dependencies
		scep = scep.with(f.scep, f.allSCEP)
		certificates = certificates.with(f.certificates, f.allCertificates)
	}
	return scep, certificates
}

// factBuffers are buffers for the facts of one policy.
var factBuffers = sync.Pool{New: func() any { return new([]byte) }}

// evalRequest is a policy that is to be evaluated, with the facts it looks at.
type evalRequest struct {
	policy int
	facts  string // that its result is remembered by; "" if it is not
}

// choose picks the policies that have their turn.
func (s *Set) choose(pass *checker.Pass, wide bool, answers map[int]evalResult) (chosen []int) {
	scep := len(pass.Profile.SCEP()) > 0
	for i, p := range s.policies {
		switch {
		case !pass.RuleEnabled(p.ID), p.crossProfile != wide:
		case !scep && !p.runsWithoutSCEP:
			if s.config.Trace == p.ID {
				printed(pass, []string{fmt.Sprintf("trace of %s on %s", p.ID, pass.Profile.Source.Name), "  not evaluated: the profile has no SCEP payload"})
			}
		case p.stopped.Load():
			answers[i] = evalResult{err: fmt.Errorf("%s:%d: skipped: the policy was stopped on an earlier profile", p.file, p.line)}
		default:
			p.reach(pass)
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// evaluate evaluates policies one after the other. One that is stopped takes
// only time from those that follow.
func (s *Set) evaluate(pass *checker.Pass, todo []evalRequest, input *ast.Term, answers map[int]evalResult) {
	limit := timeBase + timeBase*time.Duration(len(pass.Profile.Source.Text)>>20)
	const most = 3 // policies that are stopped at one profile
	for stops := 0; len(todo) > 0; stops++ {
		if stops == most {
			for _, q := range todo {
				answers[q.policy] = evalResult{err: errors.New("skipped: other policies used up the time limit")}
			}
			return
		}
		done, prints, stopped := s.run(pass, todo, input, limit)
		printed(pass, prints)
		for n, a := range done {
			q := todo[n]
			answers[q.policy] = a
			if a.err == nil {
				s.policies[q.policy].results.put(q.facts, a.found)
			}
		}
		todo = todo[len(done):]
		if stopped == nil {
			return
		}
		p := s.policies[todo[0].policy]
		p.stopped.Store(true)
		stopped = fmt.Errorf("%s:%d: %w", p.file, p.line, stopped)
		if errors.Is(stopped, errNotCanceled) {
			s.uncancelable.Store(&stopped)
			for _, q := range todo {
				answers[q.policy] = evalResult{err: stopped}
			}
			return
		}
		answers[todo[0].policy] = evalResult{err: stopped}
		todo = todo[1:]
	}
}

// traced explains the policy that is to be explained, if it has its turn.
func (s *Set) traced(pass *checker.Pass, chosen []int) {
	for _, i := range chosen {
		if s.policies[i].ID == s.config.Trace {
			printed(pass, s.explain(pass, i))
		}
	}
}

// failed returns an error for every policy.
func (s *Set) failed(answers map[int]evalResult, err error) map[int]evalResult {
	for i := range s.policies {
		answers[i] = evalResult{err: err}
	}
	return answers
}

// located words an error of the evaluation with its location.
func located(err error) error {
	var e *topdown.Error
	if !errors.As(err, &e) {
		return err
	}
	text := strings.TrimSpace(e.Message)
	if len(text) > maxPrintBytes { // it may quote a value
		text = strings.ToValidUTF8(text[:maxPrintBytes], "") + "…"
	}
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

// Print implements print.Hook: it is called for each print() of a policy.
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
