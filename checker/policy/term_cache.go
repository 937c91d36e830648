package policy

import (
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// wordTerms are the terms of the names that documents have, and of what else stands
// in the code; few enough to be kept for good.
var wordTerms sync.Map

// term returns the term of a word of the code.
func term(word string) *ast.Term {
	if t, ok := wordTerms.Load(word); ok {
		return t.(*ast.Term)
	}
	t, _ := wordTerms.LoadOrStore(word, ast.StringTerm(word))
	return t.(*ast.Term)
}

// pathsKey is what the paths of a payload's SCEP keys depend on.
type pathsKey struct {
	index   int
	present uint32 // a bit for each of profile.SCEPKeys
	form    int    // of pathForms
}

// maxPathsTerms is how many terms of paths are remembered.
const maxPathsTerms = 1024

// pathsTerms are the terms of paths that documents had before: nearly all profiles have
// the same. They are never changed, and may be used by several evaluations at a time.
// Without them a run with the pack fleet takes 2 % more instructions.
var pathsTerms struct {
	lock sync.RWMutex
	made map[pathsKey]*ast.Term
}

// pathsTerm returns the term for a key, and makes it if it does not exist.
func pathsTerm(key pathsKey, makeTerm func() *ast.Term) *ast.Term {
	pathsTerms.lock.RLock()
	term, full := pathsTerms.made[key], len(pathsTerms.made) >= maxPathsTerms
	pathsTerms.lock.RUnlock()
	if term != nil {
		return term
	}
	term = makeTerm()
	if full {
		return term
	}
	pathsTerms.lock.Lock()
	defer pathsTerms.lock.Unlock()
	if pathsTerms.made == nil {
		pathsTerms.made = map[pathsKey]*ast.Term{}
	}
	pathsTerms.made[key] = term
	return term
}
