package policy

import (
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// maxCachedResults is how many answers of one policy are remembered.
const maxCachedResults = 512

// resultCache holds what a policy found before, by the facts it looked at.
type resultCache struct {
	lock    sync.RWMutex
	answers map[int][]cacheEntry
	size    int
}

type cacheEntry struct {
	facts  []*ast.Term
	answer evalResult
}

// view extracts the facts of a policy from a document: time and targets, then
// for each section a number of rows and their values, with nil for missing ones.
func (f *dependencies) view(input ast.Object) (list []*ast.Term, hash int) {
	add := func(t *ast.Term) {
		list = append(list, t)
		hash *= 31
		if t != nil {
			hash += t.Hash()
		}
	}
	add(input.Get(term("time"))) // the same for a whole run, but there may be two
	add(input.Get(term("targets")))
	for _, section := range []struct {
		name  string
		paths []string
	}{{"scep", f.scep}, {"certificates", f.certificates}} {
		if len(section.paths) == 0 {
			continue
		}
		rows, ok := input.Get(term(section.name)).Value.(*ast.Array)
		if !ok {
			continue
		}
		add(ast.InternedTerm(rows.Len()))
		for i := range rows.Len() {
			for _, path := range section.paths {
				add(find(rows.Elem(i), path))
			}
		}
	}
	return list, hash
}

// find follows a path of fields; nil if there is nothing.
func find(t *ast.Term, path string) *ast.Term {
	for more := true; more; {
		var name string
		name, path, more = strings.Cut(path, "\x00")
		object, ok := t.Value.(ast.Object)
		if !ok {
			return nil
		}
		if t = object.Get(term(name)); t == nil {
			return nil
		}
	}
	return t
}

func (m *resultCache) get(list []*ast.Term, hash int) (evalResult, bool) {
	m.lock.RLock()
	defer m.lock.RUnlock()
	for _, r := range m.answers[hash] {
		if slices.EqualFunc(r.facts, list, same) {
			return r.answer, true
		}
	}
	return evalResult{}, false
}

func same(a, b *ast.Term) bool {
	return a == b || a != nil && b != nil && a.Value.Compare(b.Value) == 0
}

// put stores an answer, with copies of the facts that do not refer to the
// profile.
func (m *resultCache) put(list []*ast.Term, hash int, a evalResult) {
	const largest = 64 // values in all facts
	left := largest
	for _, t := range list {
		if t != nil && count(t.Value, &left, 0) < 0 {
			return
		}
	}
	for _, t := range a.sets {
		if exceeds(t.Value, largest) {
			return
		}
	}
	kept := make([]*ast.Term, len(list))
	for i, t := range list {
		kept[i] = detached(t)
	}
	sets := make(map[string]*ast.Term, len(a.sets))
	for name, t := range a.sets {
		sets[name] = detached(t)
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.size >= maxCachedResults {
		return
	}
	if m.answers == nil {
		m.answers = map[int][]cacheEntry{}
	}
	m.size++
	m.answers[hash] = append(m.answers[hash], cacheEntry{kept, evalResult{sets: sets}})
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
