package policy

import (
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// The most that is remembered of one policy: results, and bytes of the facts of one.
const (
	maxCachedResults = 512
	maxFactBytes     = 4 << 10
)

// resultCache holds what a policy found before, by the facts that it read. Without it a
// run with four policies of one's own that have no guards, on the profiles of
// BenchmarkRunCheck in cmd/sceplint, takes 26 % more instructions, and one with the pack
// strict 10 %; with the default pack, it makes no difference, and the pack fleet, whose
// facts differ from profile to profile, takes 8 % fewer.
type resultCache struct {
	lock    sync.RWMutex
	results map[string][]violation
}

func (c *resultCache) get(facts []byte) (found []violation, ok bool) {
	c.lock.RLock()
	defer c.lock.RUnlock()
	found, ok = c.results[string(facts)]
	return found, ok
}

// put stores a result, with copies of texts that may be those of the profile.
func (c *resultCache) put(facts string, found []violation) {
	const most = 16 // violations
	if facts == "" || len(facts) > maxFactBytes || len(found) > most {
		return
	}
	kept := make([]violation, len(found))
	for i, v := range found {
		if exceeds(v.member.Value, 64) {
			return
		}
		kept[i] = v.detached()
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.results) >= maxCachedResults {
		return
	}
	if c.results == nil {
		c.results = map[string][]violation{}
	}
	c.results[facts] = kept
}

// detached returns a copy of a violation with its own texts.
func (m violation) detached() violation {
	m.member = detached(m.member)
	m.message, m.help = strings.Clone(m.message), strings.Clone(m.help)
	m.path, m.args = detachedSteps(m.path), detachedSteps(m.args)
	return m
}

func detachedSteps(steps []any) []any {
	if steps == nil {
		return nil
	}
	list := make([]any, len(steps))
	for i, step := range steps {
		if text, ok := step.(string); ok {
			step = strings.Clone(text)
		}
		list[i] = step
	}
	return list
}

// detached returns a copy of a term with its own strings.
func detached(t *ast.Term) *ast.Term {
	if t == nil {
		return nil
	}
	switch v := t.Value.(type) {
	case ast.String:
		return ast.StringTerm(strings.Clone(string(v)))
	case *ast.Array:
		list := make([]*ast.Term, v.Len())
		for i := range list {
			list[i] = detached(v.Elem(i))
		}
		return ast.ArrayTerm(list...)
	case ast.Set:
		var list []*ast.Term
		v.Foreach(func(x *ast.Term) { list = append(list, detached(x)) })
		return ast.SetTerm(list...)
	case ast.Object:
		var list [][2]*ast.Term
		v.Foreach(func(key, value *ast.Term) { list = append(list, [2]*ast.Term{detached(key), detached(value)}) })
		return ast.ObjectTerm(list...)
	}
	return t // numbers are created for each document
}
