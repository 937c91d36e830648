package policy

import (
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// hasInput reports whether the profile of a pass has something that the policy
// reads: a payload of the types that it requires; otherwise a row of one of the
// lists of input that it reads, or the profile itself if it reads that or none
// of the lists.
func (p *policy) hasInput(pass *checker.Pass) bool {
	if !p.runsWithoutSCEP && len(pass.Profile.SCEP()) == 0 {
		return false
	}
	if len(p.types) > 0 {
		return slices.ContainsFunc(pass.Profile.Payloads(), func(payload profile.Payload) bool { return slices.Contains(p.types, payload.Type) })
	}
	reads := func(section sections) bool { return p.dependencies.needs&section != 0 }
	return reads(sectionProfile) || p.dependencies.needs == 0 ||
		reads(sectionSCEP) && len(pass.Profile.SCEP()) > 0 ||
		reads(sectionACME) && len(pass.Profile.ACME()) > 0 ||
		reads(sectionCertificates) && len(pass.Profile.Certificates()) > 0 ||
		reads(sectionReferences) && len(pass.Profile.References()) > 0
}

// reach records that the policy has its turn at the profile of a pass.
func (p *policy) reach(pass *checker.Pass) {
	if !p.reached.Load() && p.hasInput(pass) {
		p.reached.Store(true)
	}
}

// Unreached returns the IDs of the policies that had nothing to check in any
// profile of the run, ordered.
func (s Sets) Unreached() (ids []string) {
	for _, set := range s.all() {
		for _, p := range set.policies {
			if !p.reached.Load() {
				ids = append(ids, p.ID)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// requiredTypes returns the payload types of which a policy requires one: each
// rule of its sets compares the type of a payload with strings that are written
// there. nil if it may find something in other payloads.
func requiredTypes(m *ast.Module) (types []string) {
	for _, r := range setsOf(m) {
		rows := rowsIn(m, r, nil)
		var found []*ast.Term
		for _, expr := range r.Body {
			terms, ok := expr.Terms.([]*ast.Term)
			if !ok || len(terms) != 3 || expr.Negated || len(expr.With) > 0 || !isOperator(terms[0], equalities) {
				continue
			}
			for _, sides := range [][2]*ast.Term{{terms[1], terms[2]}, {terms[2], terms[1]}} {
				if isPayloadType(sides[0], rows) && sides[1].IsGround() {
					found = append(found, stringsOf(sides[1], nil)...)
				}
			}
		}
		if len(found) == 0 {
			return nil
		}
		for _, t := range found {
			types = append(types, string(t.Value.(ast.String)))
		}
	}
	return types
}

// findingTracer records which policies have a finding in a test.
type findingTracer struct {
	cover *cover.Cover // nil if there is none
	rules map[*ast.Rule]*policy
	lock  sync.Mutex
	found map[*policy]bool
}

// newFindingTracer makes a tracer for the policies of a set as they are compiled
// with their tests.
func newFindingTracer(policies []*policy, compiler *ast.Compiler, cover *cover.Cover) *findingTracer {
	t := &findingTracer{cover: cover, rules: map[*ast.Rule]*policy{}, found: map[*policy]bool{}}
	for _, p := range policies {
		for _, set := range p.sets {
			for _, r := range compiler.GetRulesExact(p.module.Package.Path.Append(ast.StringTerm(set))) {
				t.rules[r] = p
			}
		}
	}
	return t
}

// Enabled implements topdown.QueryTracer.
func (t *findingTracer) Enabled() bool { return true }

// Config implements topdown.QueryTracer.
func (t *findingTracer) Config() (c topdown.TraceConfig) { return c }

// TraceEvent implements topdown.QueryTracer.
func (t *findingTracer) TraceEvent(e topdown.Event) {
	if t.cover != nil {
		t.cover.TraceEvent(e)
	}
	if e.Op != topdown.ExitOp {
		return
	}
	if rule, ok := e.Node.(*ast.Rule); ok && t.rules[rule] != nil {
		t.lock.Lock()
		t.found[t.rules[rule]] = true
		t.lock.Unlock()
	}
}

// untested returns the policies without a finding, in order.
func (t *findingTracer) untested(policies []*policy) (list []Untested) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, p := range policies {
		if !t.found[p] {
			list = append(list, Untested{p.file, p.line, p.ID})
		}
	}
	return list
}
