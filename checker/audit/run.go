package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/profile"
)

// Run is an audit in progress, which may be one part of several, and may
// continue from the state of an earlier run.
type Run struct {
	Fleet     *Fleet
	Marker    *Marker
	Shard     Shard
	StateFile string // where the state is saved; "": nowhere
	Version   string // of sceplint

	progress Progress
	names    hash.Hash // of the inputs that are done
	keys     inputKeys // of the inputs that are being checked
	skip     int       // inputs that were done before
	saved    time.Time
}

// maxState is how large the state of an audit may be, in bytes: it grows with the fleet.
const maxState = 1 << 30

// saveInterval is how long an audit goes on before it saves its state.
const saveInterval = 5 * time.Second

// Shard is one part of the inputs; a shard 1/1 is all of them.
type Shard struct{ Part, Of int }

// ParseShard parses I/N; "" is all of the inputs.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{1, 1}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	part, err := strconv.Atoi(i)
	of, err2 := strconv.Atoi(n)
	if err != nil || err2 != nil || part < 0 || of < 1 || of < part {
		return Shard{}, fmt.Errorf("invalid --shard %q: expected I/N, such as 1/7 for the first of seven shards", text)
	}
	if part == 0 { // where parts are counted from 0
		part = of
	}
	return Shard{part, of}, nil
}

// has reports whether the input with a number, from 0, is in the shard.
func (s Shard) has(number int) bool { return number%s.Of == s.Part-1 }

// DisableFileSetRules leaves out the rules that compare profiles with one another: a fleet
// has each of its profiles many times.
func DisableFileSetRules(c *checker.Checker) {
	c.Rules = slices.DeleteFunc(c.Rules, func(r checker.Rule) bool {
		if r.CheckFileSet == nil {
			return false
		}
		c.KnownRuleIDs = append(c.KnownRuleIDs, r.ID)
		return true
	})
}

// Resume loads the state of a run that was stopped.
func (r *Run) Resume(c *checker.Checker) error {
	r.names = sha256.New()
	r.progress.Run = runDigest(c, r)
	r.progress.Part, r.progress.Of = r.Shard.Part, r.Shard.Of
	if r.StateFile == "" {
		return nil
	}
	r.saved = time.Now()
	if _, err := os.Stat(r.StateFile); errors.Is(err, fs.ErrNotExist) {
		return nil // it begins
	}
	text, err := localfile.Read(r.StateFile, maxState)
	if err != nil {
		return fmt.Errorf("--since: %w", err)
	}
	fleet, progress, err := readState(text)
	if err != nil {
		return fmt.Errorf("--since %s: %w", r.StateFile, err)
	}
	switch {
	case progress.Run != r.progress.Run:
		return fmt.Errorf("--since %s: state was written with different rules or settings; use the same settings, or another file", r.StateFile)
	case progress.Part != r.progress.Part || progress.Of != r.progress.Of:
		return fmt.Errorf("--since %s: state is of part %d/%d; expected part %d/%d", r.StateFile, progress.Part, progress.Of, r.progress.Part, r.progress.Of)
	}
	if r.Fleet.Repository != nil && fleet.Repository != nil {
		if err := r.Fleet.Repository.merge(fleet.Repository); err != nil {
			return fmt.Errorf("--since %s: %w", r.StateFile, err)
		}
	}
	fleet.Repository = r.Fleet.Repository
	r.Fleet, r.skip, r.progress = fleet, progress.Inputs, progress
	return nil
}

// runDigest returns a digest that differs between runs whose summaries cannot be
// merged.
func runDigest(c *checker.Checker, r *Run) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %v %v", r.Version, c.Targets, c.ShowSecrets)
	if repository := r.Fleet.Repository; repository != nil {
		fmt.Fprintf(h, " %s", repository.Digest(r.Marker))
	}
	for i := range c.Rules {
		m := &c.Rules[i].Meta
		fmt.Fprintf(h, "\n%s %v %v", m.ID, m.Severity, c.Severities[m.ID])
		if s, ok := c.Severities[m.ID]; ok {
			fmt.Fprintf(h, " %v", s)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Inputs yields the inputs that are in the shard and not done yet.
func (r *Run) Inputs(all iter.Seq[checker.Input]) iter.Seq[checker.Input] {
	return func(yield func(checker.Input) bool) {
		number, mine := 0, 0
		other := func(name string) {
			yield(checker.Input{Name: name, Read: func() ([]byte, error) { return nil, ErrOtherInputs }})
		}
		stamps := &stamps{}
		for input := range all {
			if IsUnrelated(input.Skip) { // may come and go
				if r.Shard.Part == 1 && !yield(input) {
					return
				}
				continue
			}
			number++
			if !r.Shard.has(number - 1) {
				continue
			}
			mine++
			key := input.Name + "\x00"
			if r.StateFile != "" {
				key += stamps.of(input.Name) + "\x00"
			}
			if mine <= r.skip {
				r.names.Write([]byte(key))
				if mine == r.skip && r.digest() != r.progress.Names {
					other(input.Name)
					return
				}
				continue
			}
			r.keys.push(key)
			if !yield(input) {
				return
			}
		}
		if mine < r.skip {
			other(r.StateFile)
		}
	}
}

// IsUnrelated reports whether a path is skipped whose name is not that of a profile. Such paths may come and go
// between runs.
func IsUnrelated(s checker.Skip) bool { return s.Reason != "" && s.Kind == checker.SkipUnrelated }

// Record adds a result of an input that Inputs yielded.
func (r *Run) Record(result *checker.Result) error {
	r.Fleet.Add(result)
	r.progress.Inputs++
	r.names.Write([]byte(r.keys.pop()))
	if r.StateFile != "" && time.Since(r.saved) > saveInterval {
		return r.Save()
	}
	return nil
}

// IsResumed reports whether some of the inputs were done by an earlier run.
func (r *Run) IsResumed() bool { return r.skip > 0 }

// inputKeys identify the inputs, in their order. One goroutine makes the
// inputs, and another takes their results.
type inputKeys struct {
	lock sync.Mutex
	list []string
}

func (k *inputKeys) push(key string) {
	k.lock.Lock()
	defer k.lock.Unlock()
	k.list = append(k.list, key)
}

func (k *inputKeys) pop() string {
	k.lock.Lock()
	defer k.lock.Unlock()
	key := k.list[0]
	k.list = k.list[1:]
	return key
}

// stamps tell whether files are as they were: their size and time.
type stamps struct{ file, stamp string }

// of returns the stamp of the file of an input, or of the file that contains it;
// "" if there is none.
func (s *stamps) of(name string) string {
	if s.file != "" && (name == s.file || strings.HasPrefix(name, s.file+"/")) {
		return s.stamp
	}
	for at := name; at != "" && at != "." && at != "/"; at = path.Dir(at) {
		if info, err := os.Stat(at); err == nil {
			if info.Mode().IsRegular() {
				s.file, s.stamp = at, fmt.Sprint(info.Size(), info.ModTime().UnixNano())
				return s.stamp
			}
			break
		}
	}
	return ""
}

// ErrOtherInputs is the error of a run with other inputs than those of the state
// that it continues from.
var ErrOtherInputs = errors.New("state is of other inputs, or they changed; use another file")

func (r *Run) digest() string { return hex.EncodeToString(r.names.Sum(nil)[:8]) }

// Save writes the state of the run to its file, if it has one.
func (r *Run) Save() error {
	if r.StateFile == "" {
		return nil
	}
	text, err := r.State()
	if err != nil {
		return err
	}
	r.saved = time.Now()
	return localfile.WriteReport(r.StateFile, bytes.NewReader(text), true)
}

// State returns the state of the run as JSON.
func (r *Run) State() ([]byte, error) {
	r.progress.Names = r.digest()
	var b bytes.Buffer
	err := r.Fleet.writeState(&b, r.progress)
	return b.Bytes(), err
}

// NewReport returns the report of a fleet.
func NewReport(f *Fleet) *Report {
	r := &Report{Fleet: f}
	if f.Repository != nil {
		r.Against, r.Drift = true, f.Repository.Drift()
	}
	return r
}

// Reaches reports whether a finding, drift included, has at least a severity; none has if
// that is checker.Off.
func (r *Report) Reaches(failOn checker.Severity) bool {
	s, drift := r.Fleet.Summary(), CountDrift(r.Drift)
	for severity, n := range map[checker.Severity]int{
		checker.Error: s.Errors + drift.Errors, checker.Warning: s.Warnings + drift.Warnings, checker.Info: s.Infos + drift.Infos,
	} {
		if failOn != checker.Off && severity >= failOn && n > 0 {
			return true
		}
	}
	return false
}

// DeviceOf returns the device that a profile was taken from. Output of a device
// itself does not state which one it was; the name of the file is used instead.
func DeviceOf(p *profile.Profile) string {
	switch x := p.Export; {
	case x == nil:
		return ""
	case x.Device != "":
		return x.Device
	case x.Deployed:
		return p.Source.Name
	}
	return ""
}

// MergeFiles merges the parts of an audit from their files. All of them must
// exist, once.
func MergeFiles(files []string) (*Fleet, error) {
	sum := NewFleet()
	var first Progress
	var parts []int
	for i, file := range files {
		text, err := localfile.Read(file, maxState)
		if err != nil {
			return nil, err
		}
		var part struct{ State json.RawMessage }
		if err := json.Unmarshal(text, &part); err != nil {
			return nil, fmt.Errorf("%s: not a part of an audit: %w", file, localfile.JSONError(text, err))
		}
		if part.State == nil {
			return nil, fmt.Errorf("%s: not a part of an audit: not written with --shard", file)
		}
		fleet, progress, err := readState(part.State)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		switch {
		case progress.Part < 1 || progress.Part > progress.Of:
			return nil, fmt.Errorf("%s: not a part of an audit: invalid part %d/%d", file, progress.Part, progress.Of)
		case i == 0:
			first = progress
		case progress.Run != first.Run || progress.Of != first.Of:
			return nil, fmt.Errorf("%s: not a part of the same audit as %s: written with different rules, settings, or parts", file, files[0])
		case slices.Contains(parts, progress.Part):
			return nil, fmt.Errorf("%s: duplicate part %d/%d", file, progress.Part, progress.Of)
		}
		parts = append(parts, progress.Part)
		if err := sum.merge(fleet); err != nil {
			return nil, fmt.Errorf("%s: not a part of the same audit as %s: %w", file, files[0], err)
		}
	}
	for part := 1; part <= first.Of; part++ {
		if !slices.Contains(parts, part) {
			return nil, fmt.Errorf("missing part %d/%d; add its file", part, first.Of)
		}
	}
	return sum, nil
}
