package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/sceplint/sceplint/checker"
)

// baselineFile is the baseline of a run: the findings that are known, and where
// those found are to be written.
type baselineFile struct {
	known     *checker.Baseline // nil: none is known
	path      string            // that known was read from
	directory string            // absolute, of the known
	write     string            // "" if nothing is written
	here      string
	gone      sync.Map // file to whether it is there no more

	seen  map[string]bool // files that entries name and the run has checked
	found []checker.KnownFinding
}

// openBaseline reads the baseline that the flags or the configuration name; nil
// if there is nothing to do with one.
func (f *checkFlags) openBaseline() (*baselineFile, error) {
	conf := &f.policies.config
	path, read := f.baseline, readGiven
	if path == "" && conf.Baseline != "" {
		path = conf.shown(conf.file(conf.Baseline))
		read = func(string, int64) ([]byte, error) { return conf.readFile(conf.file(conf.Baseline), maxBaseline) }
	}
	if path == "" && f.writeBaseline == "" {
		return nil, nil
	}
	if f.writeBaseline != "" && (f.fix || f.diff) {
		return nil, errors.New("--write-baseline does not go with --fix or --diff; fix first, then write down what is left")
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	b := &baselineFile{path: path, write: f.writeBaseline, here: here, seen: map[string]bool{}}
	if path == "" {
		return b, nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && b.write != "" && filepath.Clean(path) == filepath.Clean(b.write) {
		return b, nil // it is about to be written for the first time
	}
	text, err := read(path, maxBaseline)
	if err != nil {
		return nil, fmt.Errorf("the baseline cannot be read: %w; --write-baseline %s writes one", err, path)
	}
	if b.known, err = checker.ParseBaseline(text); err != nil {
		return nil, fmt.Errorf("the baseline %s cannot be read: %w", path, err)
	}
	b.directory = b.folder(path)
	return b, nil
}

// folder is the absolute directory of a baseline.
func (b *baselineFile) folder(path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(b.here, path)
	}
	return filepath.Dir(path)
}

// relative names a file as a baseline in a directory does.
func (b *baselineFile) relative(directory, file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(b.here, file)
	}
	if short, err := filepath.Rel(directory, file); err == nil {
		file = short
	}
	return filepath.ToSlash(file)
}

// withhold keeps back what is known, and what is being written down.
func (b *baselineFile) withhold(f *checker.Finding) *checker.Suppression {
	known := b.known != nil && b.known.Holds(f, b.relative(b.directory, f.File), b.isGone)
	if known || b.write != "" {
		return &checker.Suppression{By: checker.ByBaseline}
	}
	return nil
}

// isGone reports whether a file that an entry names is there no more.
func (b *baselineFile) isGone(file string) bool {
	if v, ok := b.gone.Load(file); ok {
		return v.(bool)
	}
	path := filepath.FromSlash(file)
	if !filepath.IsAbs(path) {
		path = filepath.Join(b.directory, path)
	}
	_, err := os.Stat(path)
	gone := errors.Is(err, fs.ErrNotExist)
	b.gone.Store(file, gone)
	return gone
}

// take notes what a result has to do with the baseline.
func (b *baselineFile) take(r *checker.Result) {
	if b.known != nil {
		if name := b.relative(b.directory, r.File); r.Err == nil && b.known.Names(name) {
			b.seen[name] = true
		}
	}
	if b.write == "" {
		return
	}
	for i := range r.Held {
		if f := &r.Held[i]; f.Suppression.By == checker.ByBaseline {
			name := b.relative(b.folder(b.write), f.File)
			b.found = append(b.found, checker.KnownFinding{File: name, Rule: f.Rule.ID, Message: f.Message, Fingerprint: f.Fingerprint})
		}
	}
}

// close writes the baseline, or tells of entries that nothing was found for.
func (b *baselineFile) close(y *tally, c *checker.Checker) error {
	if b.write != "" {
		if y.failed {
			return errors.New("the baseline is not written, for some files could not be judged")
		}
		var text bytes.Buffer
		if err := checker.WriteBaseline(&text, b.found); err != nil {
			return err
		}
		if err := create(b.write, text.Bytes(), false); err != nil {
			return err
		}
		y.note("wrote %s to the baseline %s", count(len(b.found), "finding"), b.write)
		return nil
	}
	stale := b.known.Stale(func(k checker.KnownFinding) bool {
		return (b.seen[k.File] || b.isGone(k.File)) && c.Runs(k.Rule)
	})
	const shown = 5
	for i, k := range stale {
		if i == shown {
			y.note("%s: and %d more", b.path, len(stale)-shown)
			break
		}
		y.note("%s: nothing is found any more for %s in %s", b.path, k.Rule, k.File)
	}
	if len(stale) > 0 {
		y.note("--write-baseline %s drops the %d stale of its entries", b.path, len(stale))
	}
	return nil
}
