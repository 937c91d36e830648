package main

import (
	"bytes"
	"context"
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
	"strings"
	"sync"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/report"
)

// auditRun is an audit under way.
type auditRun struct {
	terminal *terminal
	flags    *auditFlags
	fleet    *audit.Fleet
	failOn   checker.Severity
	marker   *audit.Marker
	inputs   *inputs
	shard    shard
	progress audit.Progress
	names    hash.Hash // of the inputs that are done
	keys     inputKeys // of the inputs that are being checked
	skip     int       // inputs that were done before
	saved    time.Time
}

// pause is how long an audit goes on before it saves what it has.
const pause = 5 * time.Second

// deviceOf names the device that a profile was taken from. What a device put out
// itself does not say which one it was; then it goes by the name of the file.
func deviceOf(p *profile.Profile) string {
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

func (a *auditRun) note(format string, args ...any) {
	if !a.flags.quiet {
		fmt.Fprintln(a.terminal.err, checker.Printable(fmt.Sprintf(format, args...)))
	}
}

// resume takes up the sums of a run that was stopped.
func (a *auditRun) resume(c *checker.Checker) error {
	a.names = sha256.New()
	a.progress.Run = runDigest(c, a.fleet.Repository, a.marker)
	a.progress.Part, a.progress.Of = a.shard.part, a.shard.of
	if a.flags.since == "" {
		return nil
	}
	a.saved = time.Now()
	if _, err := os.Stat(a.flags.since); errors.Is(err, fs.ErrNotExist) {
		return nil // it begins
	}
	text, err := readGiven(a.flags.since, maxState)
	if err != nil {
		return fmt.Errorf("--since: %w", err)
	}
	fleet, progress, err := audit.ReadState(text)
	if err != nil {
		return fmt.Errorf("--since %s: %w", a.flags.since, err)
	}
	switch {
	case progress.Run != a.progress.Run:
		return fmt.Errorf("--since %s: the audit there was made with other rules or settings; take those, or another file", a.flags.since)
	case progress.Part != a.progress.Part || progress.Of != a.progress.Of:
		return fmt.Errorf("--since %s: the audit there is of part %d/%d, not of %d/%d", a.flags.since, progress.Part, progress.Of, a.progress.Part, a.progress.Of)
	}
	if a.fleet.Repository != nil && fleet.Repository != nil {
		if err := a.fleet.Repository.Merge(fleet.Repository); err != nil {
			return fmt.Errorf("--since %s: %w", a.flags.since, err)
		}
	}
	fleet.Repository = a.fleet.Repository
	a.fleet, a.skip, a.progress = fleet, progress.Inputs, progress
	return nil
}

// runDigest tells apart runs whose sums do not belong together.
func runDigest(c *checker.Checker, repository *audit.Repository, marker *audit.Marker) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %v %v", currentVersion(), c.Targets, c.ShowSecrets)
	if repository != nil {
		fmt.Fprintf(h, " %s", repository.Digest(marker))
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

// part yields the inputs that are of the shard and not done yet.
func (a *auditRun) part() iter.Seq[checker.Input] {
	return func(yield func(checker.Input) bool) {
		number, mine := 0, 0
		other := func(name string) {
			yield(checker.Input{Name: name, Read: func() ([]byte, error) { return nil, errOtherInputs }})
		}
		stamps := &stamps{}
		for input := range a.inputs.all() {
			if isUnrelated(input.Skip) { // may come and go
				if a.shard.part == 1 && !yield(input) {
					return
				}
				continue
			}
			number++
			if !a.shard.has(number - 1) {
				continue
			}
			mine++
			key := input.Name + "\x00"
			if a.flags.since != "" {
				key += stamps.of(input.Name) + "\x00"
			}
			if mine <= a.skip {
				a.names.Write([]byte(key))
				if mine == a.skip && a.digest() != a.progress.Names {
					other(input.Name)
					return
				}
				continue
			}
			a.keys.push(key)
			if !yield(input) {
				return
			}
		}
		if mine < a.skip {
			other(a.flags.since)
		}
	}
}

func isUnrelated(s checker.Skip) bool { return s.Reason != "" && s.Kind == checker.SkipUnrelated }

// inputKeys are what inputs are told apart by, in their order. One goroutine makes the
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

// of gives the stamp of the file that an input is, or lies in; "" if there is none.
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

var errOtherInputs = errors.New("the inputs are not those that the file was written for, or were changed since; use another file")

func (a *auditRun) digest() string { return hex.EncodeToString(a.names.Sum(nil)[:8]) }

// all goes through the inputs.
func (a *auditRun) all(ctx context.Context, c *checker.Checker) error {
	shown := a.flags.showProgress(a.terminal.err, a.inputs.count)
	defer shown.end()
	stderr := shown.aside(a.terminal.err)
	var exports emptyExports
	empty := func(r *checker.Result) {
		if r != nil && a.shard.of == 1 && a.skip == 0 { // else some of its entries are elsewhere
			a.fleet.Add(r)
			a.flags.noteLeftOut(stderr, r)
		}
	}
	for r := range c.Run(ctx, a.part()) {
		if errors.Is(r.Err, errOtherInputs) {
			return fmt.Errorf("--since %s: %w", a.flags.since, errOtherInputs)
		}
		for _, line := range r.PolicyOutput {
			fmt.Fprintln(stderr, line)
		}
		a.flags.noteLeftOut(stderr, r)
		if isUnrelated(r.Skipped) {
			continue
		}
		if r.Err != nil {
			fmt.Fprintf(stderr, "sceplint: %v\n", r.Err)
		}
		empty(exports.add(r))
		a.fleet.Add(r)
		a.progress.Inputs++
		a.names.Write([]byte(a.keys.pop()))
		shown.step()
		if a.flags.since != "" && time.Since(a.saved) > pause {
			if err := a.save(); err != nil {
				return err
			}
		}
	}
	empty(exports.add(&checker.Result{}))
	if err := ctx.Err(); err != nil {
		if a.flags.since == "" {
			return err
		}
		if err := a.save(); err != nil {
			return err
		}
		return fmt.Errorf("interrupted: what was summed up is in %s; the same command goes on from there", a.flags.since)
	}
	return a.save()
}

// save writes down what was summed up.
func (a *auditRun) save() error {
	if a.flags.since == "" {
		return nil
	}
	text, err := a.state()
	if err != nil {
		return err
	}
	a.saved = time.Now()
	return create(a.flags.since, text, true)
}

func (a *auditRun) state() ([]byte, error) {
	a.progress.Names = a.digest()
	var b bytes.Buffer
	err := a.fleet.WriteState(&b, a.progress)
	return b.Bytes(), err
}

// close writes the audit and settles the exit code.
func (a *auditRun) close(now time.Time) error {
	if a.shard.of == 1 && a.fleet.Empty() {
		return nothing(a.inputs, &report.Summary{Skipped: a.fleet.Summary().Skipped, Excluded: a.fleet.Summary().Excluded})
	}
	r := reportOf(a.fleet)
	if a.shard.of > 1 { // another part may have what is missing in this one
		r.Drift = slices.DeleteFunc(r.Drift, func(d audit.Drift) bool { return d.Kind == audit.Missing || d.Kind == audit.Variant })
	}
	if a.flags.shard != "" {
		state, err := a.state()
		if err != nil {
			return err
		}
		r.State = json.RawMessage(bytes.TrimSpace(state))
	}
	if (a.flags.shard != "" || a.flags.since != "") && !a.fleet.AcrossRuns() {
		a.note("note: the static challenges of this run cannot be compared with those of another part or run; use the same --mark-key FILE for all of them")
	}
	if err := a.flags.write(a.terminal, r, now); err != nil {
		return err
	}
	return a.terminal.settle(r, a.failOn)
}

// reportOf is what is written of a sum.
func reportOf(f *audit.Fleet) *audit.Report {
	r := &audit.Report{Fleet: f}
	if f.Repository != nil {
		r.Against, r.Drift = true, f.Repository.Drift()
	}
	return r
}

// settle turns what an audit found, drift included, into an exit code.
func (t *terminal) settle(r *audit.Report, failOn checker.Severity) error {
	if list, _ := r.Fleet.Failures(); len(list) > 0 {
		return errSaid
	}
	s, drift := r.Fleet.Summary(), audit.CountDrift(r.Drift)
	for severity, n := range map[checker.Severity]int{
		checker.Error: s.Errors + drift.Errors, checker.Warning: s.Warnings + drift.Warnings, checker.Info: s.Infos + drift.Infos,
	} {
		if failOn != checker.Off && severity >= failOn && n > 0 {
			t.exit = exitFindings
		}
	}
	return nil
}

// readRepository reads the profiles that the deployed ones are compared with.
func (a *auditRun) readRepository(ctx context.Context, c *checker.Checker, auditor *audit.Auditor) error {
	repository := audit.NewRepository()
	repository.SetSeverities(c.Severities)
	a.fleet.Repository = repository
	in := &inputs{paths: []string{a.flags.against}, stdin: a.terminal.in, config: &a.flags.policies.config}
	defer in.close()
	for r := range (&checker.Checker{Jobs: c.Jobs, Visit: auditor.Visit}).Run(ctx, in.all()) {
		if r.Err != nil {
			return fmt.Errorf("--against: %w", r.Err)
		}
		repository.Has(r)
	}
	if repository.Len() == 0 {
		return fmt.Errorf("--against %s: no profile is there to compare with", a.flags.against)
	}
	return nil
}
