package policy

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
)

// shippedPolicy is what a run needs to know of a shipped policy until it may find
// something: then it is parsed and compiled. Most policies find nothing in most
// profiles, and compiling all takes longer than checking a profile.
type shippedPolicy struct {
	file            string
	line            int
	severity        checker.Severity
	sets            []string
	relaxes         []string
	types           []string
	needs           sections
	scep            []string
	certificates    []string
	allSCEP         bool
	allCertificates bool
	pure            bool
	runsWithoutSCEP bool
	crossProfile    bool
	guards          []guard
	parameters      []string
}

// shippedPolicyOf returns what is known of the policy in a file.
func shippedPolicyOf(file string) *shippedPolicy {
	i, found := slices.BinarySearchFunc(shippedPolicies, file, func(p shippedPolicy, file string) int { return strings.Compare(p.file, file) })
	if !found {
		return nil
	}
	return &shippedPolicies[i]
}

// openShipped makes a set of shipped policies that are compiled when they may find
// something; nil if one of them is unknown.
func openShipped(ctx context.Context, config Config) (*Set, error) {
	s := &Set{config: config, onDemand: &onDemand{ctx: ctx, files: map[string]File{}}}
	for _, f := range config.Files {
		known := shippedPolicyOf(f.Name)
		if known == nil || !f.Shipped { // a copy may have been changed
			return nil, nil
		}
		steps := strings.Split(f.Name, "/") // policies, the pack, the policy, the file
		p := &policy{file: f.Name, line: known.line, shipped: true, sets: known.sets, types: known.types, runsWithoutSCEP: known.runsWithoutSCEP, crossProfile: known.crossProfile, guards: known.guards}
		p.ID, p.Pack, p.Title = toRuleID(steps[2]), toRuleID(steps[1]), strings.ReplaceAll(steps[2], "_", " ")
		p.Severity, p.Defers, p.Relaxes = known.severity, true, known.relaxes
		p.dependencies = dependencies{needs: known.needs, scep: known.scep, certificates: known.certificates, allSCEP: known.allSCEP, allCertificates: known.allCertificates, pure: known.pure}
		p.dependencies.findFacts()
		p.described = sync.OnceValue(func() *checker.Meta { return p.describedLater(f) })
		s.policies = append(s.policies, p)
		s.onDemand.files[f.Name] = f
	}
	s.sort()
	if failures := s.checkDuplicateIDs(); len(failures) > 0 {
		return nil, nil // parse tells them
	}
	if err := s.mergeData(); err != nil {
		return nil, err
	}
	for _, p := range s.policies {
		p.checks = checksOf(p.guards, s.parameters())
	}
	s.compile = func() error { return nil }
	return s, nil
}

// onDemand compiles the policies of a set when they are to be evaluated. No shipped
// policy uses another.
type onDemand struct {
	ctx   context.Context
	files map[string]File
	lock  sync.Mutex
	err   atomic.Pointer[error]
}

// ready compiles the policies among some that are not yet.
func (s *Set) ready(requests []evalRequest) error {
	d := s.onDemand
	missing := func(q evalRequest) bool { return !s.policies[q.policy].compiled.Load() }
	if d == nil || !slices.ContainsFunc(requests, missing) {
		return nil
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	if err := d.err.Load(); err != nil {
		return *err
	}
	err := compileInTime(d.ctx, func() error {
		return s.compileOnly(slices.DeleteFunc(slices.Clone(requests), func(q evalRequest) bool { return !missing(q) }))
	})
	if err != nil {
		d.err.Store(&err)
	}
	return err
}

// compileOnly compiles some policies.
func (s *Set) compileOnly(requests []evalRequest) error {
	if s.store == nil {
		if err := s.openStore(); err != nil {
			return err
		}
	}
	modules := make(map[string]*ast.Module, len(requests))
	for _, q := range requests {
		p := s.policies[q.policy]
		m, err := parseModule(s.onDemand.files[p.file], false)
		if err != nil {
			return err
		}
		p.module, modules[p.file] = m, m
	}
	compiler, err := s.compileTogether(modules, capabilities())
	if err != nil {
		return err
	}
	for _, q := range requests {
		p := s.policies[q.policy]
		p.prepare(compiler)
	}
	return nil
}
