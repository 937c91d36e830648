package checker

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
)

// Baseline holds findings that are known and kept back, so that only new ones
// are reported.
type Baseline struct {
	known map[string][]*known // by fingerprint
	files map[string]bool     // those that entries name
}

// KnownFinding is a finding of a baseline. Its fingerprint identifies it, together
// with the file unless that was moved; the rest is for people.
type KnownFinding struct {
	File        string `json:"file"` // with slashes, relative to the baseline
	Rule        string `json:"rule"`
	Message     string `json:"message"`
	Fingerprint string `json:"fingerprint"`
}

type known struct {
	KnownFinding
	hit atomic.Bool
}

// baselineVersion changes when a baseline of today would mean something else.
const baselineVersion = 1

type baselineFile struct {
	Version  int             `json:"version"`
	Findings *[]KnownFinding `json:"findings"`
}

// ParseBaseline reads what WriteBaseline wrote.
func ParseBaseline(text []byte) (*Baseline, error) {
	var file baselineFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("not a baseline: %w", JSONError(text, err))
	}
	switch {
	case file.Version != baselineVersion:
		return nil, fmt.Errorf("it has the version %d, and this sceplint knows version %d; write it anew with --write-baseline", file.Version, baselineVersion)
	case file.Findings == nil:
		return nil, errors.New("not a baseline: it has no findings, not even an empty list")
	}
	b := &Baseline{known: map[string][]*known{}, files: map[string]bool{}}
	for i, k := range *file.Findings {
		if k.Fingerprint == "" || k.File == "" {
			return nil, fmt.Errorf("not a baseline: finding %d has no fingerprint or no file", i)
		}
		b.known[k.Fingerprint] = append(b.known[k.Fingerprint], &known{KnownFinding: k})
		b.files[k.File] = true
	}
	return b, nil
}

// Names reports whether an entry is about a file.
func (b *Baseline) Names(file string) bool { return b.files[file] }

// Holds reports whether a finding is known: in the file of that name, or in one
// that is gone, and then the finding moved. It may be asked by several at once.
func (b *Baseline) Holds(f *Finding, file string, gone func(string) bool) bool {
	held := false
	entries := b.known[f.Fingerprint]
	for _, k := range entries {
		if k.File == file {
			k.hit.Store(true)
			return true
		}
	}
	for _, k := range entries {
		if gone(k.File) {
			k.hit.Store(true)
			held = true
		}
	}
	return held
}

// Stale gives the entries that nothing was found for, of those that the run can
// tell of, in the order of WriteBaseline.
func (b *Baseline) Stale(tells func(KnownFinding) bool) (stale []KnownFinding) {
	for _, entries := range b.known {
		for _, k := range entries {
			if !k.hit.Load() && tells(k.KnownFinding) {
				stale = append(stale, k.KnownFinding)
			}
		}
	}
	slices.SortFunc(stale, orderKnown)
	return stale
}

func orderKnown(a, b KnownFinding) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// WriteBaseline writes findings as a baseline: the same bytes for the same
// findings, in whatever order they come.
func WriteBaseline(w io.Writer, findings []KnownFinding) error {
	list := slices.Clone(findings)
	if list == nil {
		list = []KnownFinding{}
	}
	slices.SortFunc(list, orderKnown)
	list = slices.Compact(list)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(baselineFile{baselineVersion, &list})
}
