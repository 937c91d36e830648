package suppress

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sceplint/sceplint/checker"
)

// Baseline holds known findings, which are suppressed so that only new ones are
// reported.
type Baseline struct {
	entries []*knownEntry   // by fingerprint, then by file
	files   map[string]bool // that entries are about
	gone    sync.Map        // fingerprint to its entries whose file does not exist
}

// KnownFinding is a finding of a baseline. Its fingerprint identifies it, together
// with the file unless that was moved; the rest is for people.
type KnownFinding struct {
	File        string   `json:"file"` // with slashes, relative to the baseline
	Rule        string   `json:"rule"`
	Message     string   `json:"message"`
	Related     []string `json:"related,omitempty"` // other files that the finding is about, as File
	Fingerprint string   `json:"fingerprint"`
}

type knownEntry struct {
	KnownFinding
	matched atomic.Bool
}

// baselineVersion changes when a baseline of today would mean something else.
const baselineVersion = 1

// maxBaselineFindings is how many findings a baseline has at most.
const maxBaselineFindings = 120_000

// maxRelated bounds the names of other files that an entry holds, in bytes. A
// finding has a few.
const maxRelated = 256 << 10

var errLongRelated = errors.New("too many related files")

var errBaselineSize = fmt.Errorf("more than %d findings; fix some of them, or disable rules", maxBaselineFindings)

// ParseBaseline reads what WriteBaseline wrote.
func ParseBaseline(text []byte) (*Baseline, error) {
	b := &Baseline{files: map[string]bool{}}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := b.decode(d); err != nil {
		line := 1 + bytes.Count(text[:min(int(d.InputOffset()), len(text))], []byte("\n"))
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	slices.SortFunc(b.entries, func(x, y *knownEntry) int { return x.compare(y.Fingerprint, y.File) })
	return b, nil
}

// errNotBaseline does not quote the text: the file may be any.
func errNotBaseline(why string) error { return errors.New("not a baseline: " + why) }

// decode reads entry by entry, so that a file of another kind is rejected before
// much of it is in memory.
func (b *Baseline) decode(d *json.Decoder) error {
	expect := func(want json.Delim) error {
		if token, err := d.Token(); err != nil {
			return errNotBaseline("invalid JSON")
		} else if token != want {
			return errNotBaseline(fmt.Sprintf("expected %q", want.String()))
		}
		return nil
	}
	if err := expect('{'); err != nil {
		return err
	}
	seen := map[any]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return errNotBaseline("invalid JSON")
		}
		if known := key == "version" || key == "findings"; known && seen[key] {
			return errNotBaseline(fmt.Sprintf("duplicate key %q", key))
		} else if known {
			seen[key] = true
		}
		switch key {
		case "version":
			var version int
			if err := d.Decode(&version); err != nil {
				return errNotBaseline("version must be an integer")
			}
			if version != baselineVersion {
				return fmt.Errorf("unsupported version %d; expected %d", version, baselineVersion)
			}
		case "findings":
			if err := expect('['); err != nil {
				return err
			}
			if err := b.decodeEntries(d); err != nil {
				return err
			}
		default:
			if err := d.Decode(new(json.RawMessage)); err != nil {
				return errNotBaseline("invalid JSON")
			}
		}
	}
	if err := expect('}'); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errNotBaseline("trailing text")
	}
	for _, key := range []string{"version", "findings"} {
		if !seen[key] {
			return errNotBaseline(fmt.Sprintf("missing key %q", key))
		}
	}
	return nil
}

func (b *Baseline) decodeEntries(d *json.Decoder) error {
	names := map[string]string{} // of rules and files, of which there are few different ones
	same := func(text string) string {
		if known, ok := names[text]; ok {
			return known
		}
		names[text] = text
		return text
	}
	for d.More() {
		if len(b.entries) == maxBaselineFindings {
			return errBaselineSize
		}
		var entry struct {
			KnownFinding
			Related json.RawMessage `json:"related"` // decoded only if it is small
		}
		k := &knownEntry{}
		err := d.Decode(&entry)
		if k.KnownFinding = entry.KnownFinding; err == nil && len(entry.Related) > 0 {
			if err = errLongRelated; len(entry.Related) <= maxRelated {
				err = json.Unmarshal(entry.Related, &k.Related)
			}
		}
		if err != nil {
			return errNotBaseline(fmt.Sprintf("finding %d is malformed", len(b.entries)+1))
		}
		if k.Fingerprint == "" || k.File == "" {
			return errNotBaseline(fmt.Sprintf("finding %d is missing a fingerprint or a file", len(b.entries)+1))
		}
		k.Rule, k.File = same(k.Rule), same(k.File)
		b.entries = append(b.entries, k)
		b.files[k.File] = true
		for i, file := range k.Related {
			k.Related[i] = same(file)
			b.files[file] = true
		}
	}
	_, err := d.Token()
	return err
}

func (k *knownEntry) compare(fingerprint, file string) int {
	return cmp.Or(cmp.Compare(k.Fingerprint, fingerprint), cmp.Compare(k.File, file))
}

// Files yields the files that entries are about.
func (b *Baseline) Files() iter.Seq[string] { return maps.Keys(b.files) }

// HasFile reports whether an entry is about a file.
func (b *Baseline) HasFile(file string) bool { return b.files[file] }

// Contains reports whether a finding is known: in the file of that name, or in one
// that is gone, and then the finding moved. It may be called concurrently.
func (b *Baseline) Contains(f *checker.Finding, file string, gone func(string) bool) bool {
	i, found := slices.BinarySearchFunc(b.entries, file, func(k *knownEntry, file string) int { return k.compare(f.Fingerprint, file) })
	if found {
		for ; i < len(b.entries) && b.entries[i].compare(f.Fingerprint, file) == 0; i++ {
			b.entries[i].matched.Store(true)
		}
		return true
	}
	moved := b.moved(f.Fingerprint, gone)
	for _, k := range moved {
		k.matched.Store(true)
	}
	return len(moved) > 0
}

// moved gives the entries of a fingerprint whose file does not exist.
func (b *Baseline) moved(fingerprint string, gone func(string) bool) []*knownEntry {
	if list, ok := b.gone.Load(fingerprint); ok {
		return list.([]*knownEntry)
	}
	i, _ := slices.BinarySearchFunc(b.entries, "", func(k *knownEntry, file string) int { return k.compare(fingerprint, file) })
	var list []*knownEntry
	for ; i < len(b.entries) && b.entries[i].Fingerprint == fingerprint; i++ {
		if gone(b.entries[i].File) {
			list = append(list, b.entries[i])
		}
	}
	if i > 0 && b.entries[i-1].Fingerprint == fingerprint { // a cache of all others would have no bound
		b.gone.Store(fingerprint, list)
	}
	return list
}

// Split splits the entries into those that drop selects and the rest, both in
// the order of WriteBaseline. found says whether Contains has found an entry.
func (b *Baseline) Split(drop func(k *KnownFinding, found bool) bool) (dropped, kept []KnownFinding) {
	for _, k := range b.entries {
		if drop(&k.KnownFinding, k.matched.Load()) {
			dropped = append(dropped, k.KnownFinding)
		} else {
			kept = append(kept, k.KnownFinding)
		}
	}
	slices.SortFunc(dropped, orderKnown)
	slices.SortFunc(kept, orderKnown)
	return dropped, kept
}

func orderKnown(a, b KnownFinding) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Fingerprint, b.Fingerprint), slices.Compare(a.Related, b.Related))
}

// WriteBaseline writes findings as a baseline: the same bytes for the same
// findings, in whatever order they come.
func WriteBaseline(w io.Writer, findings []KnownFinding) error {
	list := slices.Clone(findings)
	if list == nil {
		list = []KnownFinding{}
	}
	slices.SortFunc(list, orderKnown)
	list = slices.CompactFunc(list, func(a, b KnownFinding) bool { return orderKnown(a, b) == 0 })
	if len(list) > maxBaselineFindings {
		return errBaselineSize
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		Version  int            `json:"version"`
		Findings []KnownFinding `json:"findings"`
	}{baselineVersion, list})
}
