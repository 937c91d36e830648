package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/source"
)

// auditRun is an audit under way.
type auditRun struct {
	audit.Run
	terminal *terminal
	flags    *auditFlags
	failOn   checker.Severity
	inputs   *source.Inputs
}

func (a *auditRun) note(format string, args ...any) {
	if !a.flags.quiet {
		fmt.Fprintln(a.terminal.err, checker.Printable(fmt.Sprintf(format, args...)))
	}
}

// all goes through the inputs.
func (a *auditRun) all(ctx context.Context, c *checker.Checker) error {
	shown := a.flags.showProgress(a.terminal.err, a.inputs.Count)
	defer shown.end()
	stderr := shown.aside(a.terminal.err)
	var exports source.EmptyExports
	empty := func(r *checker.Result) {
		if r != nil && a.Shard.Of == 1 && !a.IsResumed() { // else some of its entries are elsewhere
			a.Fleet.Add(r)
			a.flags.noteLeftOut(stderr, r)
		}
	}
	for r := range c.Run(ctx, a.Inputs(a.inputs.All())) {
		if errors.Is(r.Err, audit.ErrOtherInputs) {
			return fmt.Errorf("--since %s: %w", a.flags.since, audit.ErrOtherInputs)
		}
		for _, line := range r.PolicyOutput {
			fmt.Fprintln(stderr, line)
		}
		a.flags.noteLeftOut(stderr, r)
		if audit.IsUnrelated(r.Skipped) {
			continue
		}
		if r.Err != nil {
			fmt.Fprintf(stderr, "sceplint: %v\n", r.Err)
		}
		empty(exports.Add(r))
		if err := a.Record(r); err != nil {
			return err
		}
		shown.step()
	}
	empty(exports.Add(&checker.Result{}))
	if err := ctx.Err(); err != nil {
		if a.flags.since == "" {
			return err
		}
		if err := a.Save(); err != nil {
			return err
		}
		return fmt.Errorf("interrupted: what was summed up is in %s; the same command goes on from there", a.flags.since)
	}
	return a.Save()
}

// close writes the audit and settles the exit code.
func (a *auditRun) close(now time.Time) error {
	if a.Shard.Of == 1 && a.Fleet.Empty() {
		return nothing(a.inputs, a.flags.policies.Project.File, &report.Summary{Skipped: a.Fleet.Summary().Skipped, Excluded: a.Fleet.Summary().Excluded})
	}
	r := audit.NewReport(a.Fleet)
	if a.Shard.Of > 1 { // another part may have what is missing in this one
		r.Drift = slices.DeleteFunc(r.Drift, func(d audit.Drift) bool { return d.Kind == audit.Missing || d.Kind == audit.Variant })
	}
	if a.flags.shard != "" {
		state, err := a.State()
		if err != nil {
			return err
		}
		r.State = json.RawMessage(bytes.TrimSpace(state))
	}
	if (a.flags.shard != "" || a.flags.since != "") && !a.Fleet.AcrossRuns() {
		a.note("note: the static challenges of this run cannot be compared with those of another part or run; use the same --mark-key FILE for all of them")
	}
	if err := a.flags.write(a.terminal, r, now); err != nil {
		return err
	}
	return a.terminal.settle(r, a.failOn)
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
	a.Fleet.Repository = repository
	in := &source.Inputs{Paths: []string{a.flags.against}, Stdin: a.terminal.in, Excluded: a.flags.policies.Project.IsExcluded}
	defer in.Close()
	for r := range (&checker.Checker{Jobs: c.Jobs, Visit: auditor.Visit}).Run(ctx, in.All()) {
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
