package checker

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"iter"

	"github.com/sceplint/sceplint/checker/profile"
)

// note is what a rule noted of a profile: a digest, keyed anew for every run,
// so that a secret may be noted and none can be guessed from memory.
type note [16]byte

// holders are the profiles of which the same was noted.
type holders struct {
	count int
	first [firstHolders + 1]holder
}

// firstHolders is how many of the other profiles are named.
const firstHolders = 5

type holder struct {
	profile int // its number in the run
	file    string
}

// set is what is noted across the profiles of a run.
type set struct {
	secret   [32]byte
	holders  map[note]*holders
	noted    []noted
	profiles int
	done     bool // all profiles are read, so that Others knows
}

// noted is an input of which something was noted.
type noted struct {
	input Input
	notes [][]note // by profile
	first int      // the number of its first profile
}

func newSet() *set {
	s := &set{holders: map[note]*holders{}}
	_, _ = rand.Read(s.secret[:]) // never fails, as crypto/rand documents
	return s
}

func (s *set) digest(kind, value string) (n note) {
	mac := hmac.New(sha256.New, s.secret[:])
	mac.Write([]byte(kind))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	copy(n[:], mac.Sum(nil))
	return n
}

// Note notes a value of some kind of the profile, for CheckSet to ask which
// other profiles have the same. Kinds and values may be of any length; neither
// is kept.
func (p *Pass) Note(kind, value string) {
	if p.checker.set == nil {
		return
	}
	p.notes = append(p.notes, p.checker.set.digest(kind, value))
}

// Others tells of how many other profiles of the run the same was noted, and in
// which files the first of them are. It knows nothing before CheckSet.
func (p *Pass) Others(kind, value string) (count int, files []string) {
	s := p.checker.set
	if s == nil || !s.done {
		return 0, nil
	}
	h := s.holders[s.digest(kind, value)]
	if h == nil {
		return 0, nil
	}
	self := 0
	for _, x := range h.first[:min(h.count, len(h.first))] {
		if x.profile == p.number {
			self = 1
		} else if len(files) < firstHolders {
			files = append(files, x.file)
		}
	}
	if h.count > len(h.first) {
		self = 1
	}
	return h.count - self, files
}

// take adds what was noted of the profiles of one input. Inputs come in order.
func (s *set) take(input Input, notes [][]note) {
	some := false
	for i, list := range notes {
		seen := map[note]bool{}
		for _, n := range list {
			if seen[n] {
				continue
			}
			seen[n], some = true, true
			h := s.holders[n]
			if h == nil {
				h = &holders{}
				s.holders[n] = h
			}
			if h.count < len(h.first) {
				h.first[h.count] = holder{s.profiles + i, input.Name}
			}
			h.count++
		}
	}
	if some {
		s.noted = append(s.noted, noted{input, notes, s.profiles})
	}
	s.profiles += len(notes)
}

// shared yields the inputs that share something noted with another profile.
func (s *set) shared() iter.Seq[noted] {
	return func(yield func(noted) bool) {
		for _, n := range s.noted {
			if s.shares(n) && !yield(n) {
				return
			}
		}
	}
}

func (s *set) shares(n noted) bool {
	for _, list := range n.notes {
		for _, x := range list {
			if s.holders[x].count > 1 {
				return true
			}
		}
	}
	return false
}

// again reads an input once more and runs what looks at the whole set.
func (c *Checker) again(n noted) *Result {
	result := &Result{File: n.input.Name, Again: true}
	text, err := n.input.Read()
	if err != nil {
		result.Err = err
		return result
	}
	profiles, err := profile.Parse(n.input.Name, text)
	defer release(profiles)
	if err != nil {
		return result // it was changed meanwhile, and what was noted no longer holds
	}
	for i, p := range profiles {
		c.checkSet(result, p, n.first+i)
	}
	return result
}

func (c *Checker) checkSet(result *Result, p *profile.Profile, number int) {
	pass := c.Pass(p)
	pass.number = number
	for _, r := range c.active {
		if r.CheckSet == nil || p.Root == nil {
			continue
		}
		pass.Rule = r
		if err := guard(pass, r.CheckSet); err != nil {
			result.fail(err)
		}
	}
	var suppressed int
	pass.found, suppressed = suppress(p.Source, c.ignores(p.Source), pass.found)
	c.settle(pass)
	result.Suppressed += suppressed
	result.Prints = append(result.Prints, pass.prints...)
	if len(pass.found) > 0 {
		result.Findings = append(result.Findings, c.resolve(p, pass.found)...)
	}
}
