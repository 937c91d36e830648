package policy

import (
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker/profile"
)

// Profiles of a fleet are much alike: the same keys, sizes, server and retries
// stand in thousands of them. Terms made of such values are made once. They
// are never changed, and may be used by several evaluations at a time.
var (
	numbers  termCache[settingKey[int64]]
	booleans termCache[settingKey[bool]]
	texts    termCache[settingKey[string]]
	urls     termCache[settingKey[string]]
	paths    termCache[pathsKey]
)

// termCache remembers terms by what they are made of, up to a number. Without it the
// run of BenchmarkRunCheck in cmd/sceplint with the pack fleet takes 8 % more
// instructions.
type termCache[K comparable] struct {
	lock sync.RWMutex
	made map[K]*ast.Term
}

// enough is how many terms of a kind are remembered.
const enough = 1024

// get returns the term for a key, and creates it if it does not exist. keep
// returns a key that does not refer to a profile.
func (t *termCache[K]) get(key K, keep func(K) K, makeTerm func() *ast.Term) *ast.Term {
	t.lock.RLock()
	term, full := t.made[key], len(t.made) >= enough
	t.lock.RUnlock()
	if term != nil {
		return term
	}
	if full {
		return makeTerm()
	}
	key = keep(key)
	term = makeTerm()
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.made == nil {
		t.made = map[K]*ast.Term{}
	}
	t.made[key] = term
	return term
}

func identity[K any](key K) K { return key }

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

// settingKey is what the term of a setting is made of.
type settingKey[T comparable] struct {
	value                T
	known, set, variable bool
}

func keyOf[T comparable](s profile.Setting[T]) settingKey[T] {
	return settingKey[T]{s.Value, s.Known, s.Set(), s.Variable}
}

// pathsKey is what the paths of a payload's SCEP keys depend on.
type pathsKey struct {
	index   int
	present uint32 // a bit for each of profile.SCEPKeys
	form    int    // of pathForms
}

func integerSetting(s profile.Setting[int64]) *ast.Term {
	return numbers.get(keyOf(s), identity, func() *ast.Term { return setting(s, integer).term() })
}

func booleanSetting(s profile.Setting[bool]) *ast.Term {
	return booleans.get(keyOf(s), identity, func() *ast.Term { return setting(s, ast.InternedTerm[bool]).term() })
}

// textSetting returns a setting that is text; a text with a secret is not
// remembered.
func (d *document) textSetting(s profile.Setting[string]) *ast.Term {
	if s.Known && d.masked(s.Value) != s.Value {
		return setting(s, d.text).term()
	}
	keep := func(k settingKey[string]) settingKey[string] {
		k.value = strings.Clone(k.value)
		s.Value = k.value
		return k
	}
	return texts.get(keyOf(s), keep, func() *ast.Term { return setting(s, ast.StringTerm).term() })
}
