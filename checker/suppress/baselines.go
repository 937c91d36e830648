package suppress

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/report"
)

// Baselines is what a run has to do with baselines.
type Baselines struct {
	known  *openBaseline // suppresses its findings; nil: there is none
	target *openBaseline // of what is written, the part that stays; may be known, or nil: it is new
	write  string        // where all findings are written; "" for nowhere
	folder folder        // of write
	prune  bool
	found  []KnownFinding
}

// maxBaselineSize is how large a baseline may be, in bytes.
const maxBaselineSize = 64 << 20

// openBaseline is a baseline that was read.
type openBaseline struct {
	*Baseline
	path    string
	folder  folder
	missing sync.Map          // file to whether it does not exist
	checked map[string]string // the files of entries that the run has checked, with their names there
	failed  map[string]bool   // those of which it could not check all

	complete *bool // see isComplete
}

// BaselineOptions says what a run has to do with baselines.
type BaselineOptions struct {
	Path  string                              // of the baseline whose findings are suppressed; "": none
	Read  func(string, int64) ([]byte, error) // reads it
	Write string                              // where all findings are written; "": nowhere
	Prune bool                                // remove the entries that nothing is found for
}

// OpenBaselines reads the baselines of a run; nil if there is nothing to do with one.
func OpenBaselines(o BaselineOptions) (*Baselines, error) {
	path := o.Path
	if path == "" && o.Write == "" {
		return nil, nil
	}
	b := &Baselines{write: o.Write, prune: o.Prune}
	var err error
	if b.write != "" {
		if b.folder, err = folderOf(b.write); err != nil {
			return nil, err
		}
		// An empty file is one that was made to be written to; devices may be links to files.
		if info, statErr := os.Stat(b.write); statErr == nil && info.Mode().IsRegular() && info.Size() > 0 && !localfile.IsSystemFile(b.write) {
			if b.target, err = readBaseline(b.write, localfile.Read); err != nil {
				return nil, fmt.Errorf("%w; delete the file to write a new baseline", err)
			}
		}
	}
	switch {
	case path == "":
		return b, nil
	case b.write != "" && filepath.Clean(path) == filepath.Clean(b.write):
		b.known = b.target // nil if it is about to be written for the first time
		return b, nil
	}
	if b.known, err = readBaseline(path, o.Read); err != nil {
		return nil, err
	}
	if b.write == "" && b.prune {
		b.target = b.known
	}
	return b, nil
}

func readBaseline(path string, read func(string, int64) ([]byte, error)) (*openBaseline, error) {
	text, err := read(path, maxBaselineSize)
	if err != nil {
		hint := ""
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			hint = "; --write-baseline " + path + " writes one"
		}
		return nil, fmt.Errorf("cannot read the baseline: %w%s", err, hint)
	}
	parsed, err := ParseBaseline(text)
	if err != nil {
		return nil, fmt.Errorf("cannot read baseline %s: %w", path, err)
	}
	b := &openBaseline{Baseline: parsed, path: path, checked: map[string]string{}, failed: map[string]bool{}}
	if b.folder, err = folderOf(path); err != nil {
		return nil, err
	}
	return b, nil
}

// folder is the directory of a baseline, which its entries are relative to.
type folder struct{ here, path string }

func folderOf(baseline string) (folder, error) {
	here, err := os.Getwd()
	if err != nil {
		return folder{}, err
	}
	if !filepath.IsAbs(baseline) {
		baseline = filepath.Join(here, baseline)
	}
	return folder{here, filepath.Dir(baseline)}, nil
}

// name names a file as a baseline in the folder does.
func (f folder) name(file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(f.here, file)
	}
	if short, err := filepath.Rel(f.path, file); err == nil {
		file = short
	}
	return filepath.ToSlash(file)
}

// opened are the baselines that were read, each once.
func (b *Baselines) opened() []*openBaseline {
	list := []*openBaseline{b.known, b.target}
	list = slices.DeleteFunc(list, func(x *openBaseline) bool { return x == nil })
	return slices.Compact(list)
}

// Suppress suppresses what is known, and what is being written.
func (b *Baselines) Suppress(f *checker.Finding) *checker.Suppression {
	known := b.write != ""
	for _, x := range b.opened() {
		if x.holds(f) && x == b.known {
			known = true
		}
	}
	if known {
		return &checker.Suppression{Kind: checker.ByBaseline}
	}
	return nil
}

func (b *openBaseline) holds(f *checker.Finding) bool {
	return b.Contains(f, b.folder.name(f.File), b.isGone)
}

// isGone reports whether a file that an entry names does not exist any more.
// Standard input does not count.
func (b *openBaseline) isGone(file string) bool {
	if v, ok := b.missing.Load(file); ok {
		return v.(bool)
	}
	place := filepath.FromSlash(file)
	if !filepath.IsAbs(place) {
		place = filepath.Join(b.folder.path, place)
	}
	_, err := os.Stat(place)
	gone := errors.Is(err, fs.ErrNotExist) && path.Base(file) != "<stdin>"
	b.missing.Store(file, gone)
	return gone
}

// Record notes what a result has to do with the baselines.
func (b *Baselines) Record(r *checker.Result) {
	for _, x := range b.opened() {
		if name := x.folder.name(r.File); x.HasFile(name) {
			x.checked[name] = r.File
			x.failed[name] = x.failed[name] || r.Err != nil
		}
		for i := range r.Suppressed {
			if f := &r.Suppressed[i]; f.Suppression.Kind != checker.ByBaseline {
				x.holds(f) // it is still there, whatever else suppresses it
			}
		}
	}
	if b.write == "" {
		return
	}
	for i := range r.Suppressed {
		f := &r.Suppressed[i]
		if f.Suppression.Kind != checker.ByBaseline {
			continue
		}
		k := KnownFinding{File: b.folder.name(f.File), Rule: f.Rule.ID, Message: f.Message, Fingerprint: f.Fingerprint}
		for _, related := range f.Related {
			if name := b.folder.name(related.File); name != k.File {
				k.Related = append(k.Related, name)
			}
		}
		slices.Sort(k.Related)
		k.Related = slices.Compact(k.Related)
		b.found = append(b.found, k)
	}
}

// isChecked reports whether the run would have found what an entry is about: the
// rule ran on its file, and for a finding about several files all of them were
// there to be compared.
func (b *openBaseline) isChecked(k *KnownFinding, c *checker.Checker) bool {
	file, ok := b.checked[k.File]
	if !ok || b.failed[k.File] || !c.RuleEnabledFor(k.Rule, file) {
		return false
	}
	if len(k.Related) == 0 && strings.HasPrefix(k.Rule, "fileset-") { // written by a version that did not note the other files
		return b.isComplete()
	}
	return !slices.ContainsFunc(k.Related, b.isUnchecked)
}

// isComplete reports whether all files that entries are about were checked.
func (b *openBaseline) isComplete() bool {
	if b.complete == nil {
		complete := true
		for file := range b.Files() {
			complete = complete && !b.isUnchecked(file)
		}
		b.complete = &complete
	}
	return *b.complete
}

// isUnchecked reports whether a file exists and was not checked.
func (b *openBaseline) isUnchecked(file string) bool {
	_, ok := b.checked[file]
	return (!ok || b.failed[file]) && !b.isGone(file)
}

// Close writes the baseline, or reports the entries that nothing was found for.
func (b *Baselines) Close(c *checker.Checker, failed bool, note func(format string, args ...any)) error {
	switch {
	case (b.write != "" || b.prune) && failed:
		return errors.New("baseline not written: some files could not be checked")
	case b.write != "":
		return b.merge(c, note)
	case b.prune:
		return b.pruneStale(c, note)
	}
	gone := 0
	stale, _ := b.known.Split(func(k *KnownFinding, found bool) bool {
		switch {
		case found:
			return false
		case b.known.isGone(k.File):
			gone++
			return false
		}
		return b.known.isChecked(k, c)
	})
	const shown = 5
	for i, k := range stale {
		if i == shown {
			note("%s: and %d more", b.known.path, len(stale)-shown)
			break
		}
		note("%s: stale entry: no finding of %s in %s", b.known.path, k.Rule, k.File)
	}
	if gone > 0 {
		note("%s: %s of files that do not exist", b.known.path, report.Plural(gone, "entry", "entries"))
	}
	if n := len(stale) + gone; n > 0 {
		note("run with --prune-baseline to remove %s from %s", report.Plural(n, "stale entry", "stale entries"), b.known.path)
	}
	return nil
}

// merge writes what was found, with the entries that the run says nothing about.
func (b *Baselines) merge(c *checker.Checker, note func(format string, args ...any)) error {
	all, kept := b.found, []KnownFinding{}
	if t := b.target; t != nil {
		_, kept = t.Split(func(k *KnownFinding, found bool) bool {
			return found || t.isChecked(k, c) || b.prune && t.isGone(k.File) // what is found is written anyway
		})
		all = append(all, kept...)
	}
	if err := writeBaseline(b.write, all); err != nil {
		return err
	}
	if also := len(kept); also > 0 {
		note("wrote %s to baseline %s, and kept %s of files that were not checked", report.Plural(len(b.found), "finding", "findings"), b.write, report.Plural(also, "entry", "entries"))
	} else {
		note("wrote %s to baseline %s", report.Plural(len(b.found), "finding", "findings"), b.write)
	}
	return nil
}

func (b *Baselines) pruneStale(c *checker.Checker, note func(format string, args ...any)) error {
	t := b.target
	stale, kept := t.Split(func(k *KnownFinding, found bool) bool {
		return !found && (t.isChecked(k, c) || t.isGone(k.File))
	})
	if len(stale) > 0 {
		if err := writeBaseline(t.path, kept); err != nil {
			return err
		}
	}
	note("removed %s from baseline %s; %d remaining", report.Plural(len(stale), "stale entry", "stale entries"), t.path, len(kept))
	return nil
}

func writeBaseline(path string, list []KnownFinding) error {
	var text bytes.Buffer
	if err := WriteBaseline(report.Escaped{To: &text}, list); err != nil {
		return fmt.Errorf("baseline %s not written: %w", path, err)
	}
	return localfile.WriteReport(path, &text, false)
}
