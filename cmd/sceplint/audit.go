package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/source"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
	"github.com/sceplint/sceplint/rules"
)

// auditFlags are the flags of sceplint audit as they were given.
type auditFlags struct {
	checkFlags
	by      string
	formats []string
	shard   string
	since   string
	against string
	markKey string
}

// auditFormats are the formats of an audit, in the order help shows them.
var auditFormats = []string{"text", "json", "csv", "html"}

func auditCommand(t *ioStreams) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit PATH…",
		Short: "Summarize SCEP configurations across a fleet",
		Long: `Summarize the SCEP configurations of a fleet. A configuration is a set of settings that are equal except for
values specific to a device. Each row shows the number of profiles and devices with a configuration, and its
findings.

PATH is anything that sceplint check accepts. Rules that compare profiles with each other do not run.

To split a long audit, use --shard: --shard 1/7 audits every seventh input and writes JSON, and sceplint audit merge
combines the parts into the result of a single run. To make an audit resumable, use --since FILE, which
saves progress.

Hard-coded challenges are compared by keyed hashes, so that no output can be used to find a challenge. The key is random
for each run; use the same --mark-key FILE to compare the challenges of several parts or of a resumed run.`,
		Example: `  sceplint audit exports/
  sceplint audit --by ca --format csv=cas.csv --format text exports/
  sceplint audit --shard 1/2 exports > 1.json
  sceplint audit --shard 2/2 exports > 2.json
  sceplint audit merge 1.json 2.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdinNamed = cmd.Flags().Changed("stdin-filename")
			if len(args) == 0 {
				return errors.New("missing path; give files, directories, or - for standard input")
			}
			if _, err := os.Lstat(args[0]); err != nil && usage.NearCommand(cmd, args[0]) != "" {
				return usage.UnknownCommand(cmd, args[0])
			}
			return t.audit(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	f.addOutput(cmd)
	flags.StringVar(&f.against, "against", "", "compare the profiles with those in repository `DIR`: missing, extra, and changed profiles are drift, which counts for --fail-on")
	flags.StringVar(&f.shard, "shard", "", "audit shard `I/N` (1 to N, or 0 to N-1), and write JSON for sceplint audit merge")
	flags.StringVar(&f.since, "since", "", "save progress in `FILE` and resume from it")
	flags.StringVar(&f.markKey, "mark-key", "", "compare hard-coded challenges across parts and runs with the secret key in `FILE` (default a random key for each run)")
	addPolicyFlags(cmd, &f.policies)
	f.addRuleFlags(cmd)
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only the audit and errors")
	f.addVerbose(cmd)
	f.addCommon(cmd)
	cmd.AddCommand(auditMergeCommand(t))
	return cmd
}

// addOutput adds the flags that say how an audit is written.
func (f *auditFlags) addOutput(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.by, "by", "configuration", "group rows by `VIEW`: "+strings.Join(audit.Views, ", ")+" (default configuration)")
	flags.StringArrayVarP(&f.formats, "format", "f", nil, "write the audit as `NAME[=FILE]` to standard output or to FILE: "+strings.Join(auditFormats, ", ")+" (repeatable, default text)")
	complete(cmd, "by", audit.Views...)
	complete(cmd, "format", auditFormats...)
}

// audit runs sceplint audit.
func (t *ioStreams) audit(ctx context.Context, f *auditFlags, paths []string) error {
	if err := f.checkOutput(); err != nil {
		return err
	}
	failOn := checker.Off
	var drift []checker.Rule
	if f.against != "" {
		drift = audit.DriftRules()
	}
	f.checkFlags.formats = f.formats // of which html describes rules
	c, err := f.checker(ctx, drift...)
	if err == nil {
		failOn, err = f.threshold()
	}
	if err != nil {
		return err
	}
	audit.DisableFileSetRules(c)
	in, err := f.checkFlags.inputs(t, paths)
	if err != nil {
		return err
	}
	defer in.Close()
	part, err := audit.ParseShard(f.shard)
	if err != nil {
		return err
	}
	marker, err := audit.ReadMarker(f.markKey)
	if err != nil {
		return err
	}
	auditor := &audit.Auditor{ShowSecrets: f.showSecrets, Mark: marker.Hash, Device: audit.DeviceOf, Compare: f.against != ""}
	c.Visit = []checker.Visitor{auditor.Visit}
	if len(f.policies.Project.Ignore) > 0 {
		c.Suppress = f.policies.Project.Suppress
	}
	run := &auditRun{
		Run:      audit.Run{Fleet: audit.NewFleet(), Marker: marker, Shard: part, StateFile: f.since, Version: currentVersion()},
		terminal: t, flags: f, failOn: failOn, inputs: in,
	}
	if f.against != "" {
		if err := run.readRepository(ctx, c, auditor); err != nil {
			return err
		}
	}
	if err := run.Resume(c); err != nil {
		return err
	}
	for _, note := range f.notes {
		run.note("%s", note)
	}
	if err := run.all(ctx, c); err != nil {
		return err
	}
	return run.close(c)
}

// checkOutput rejects invalid formats of an audit.
func (f *auditFlags) checkOutput() error {
	if !slices.Contains(audit.Views, f.by) {
		return fmt.Errorf("invalid --by %q: expected %s", f.by, strings.Join(audit.Views, ", "))
	}
	if f.shard != "" && len(f.formats) == 0 {
		f.formats = []string{"json"}
	}
	if len(f.formats) == 0 {
		f.formats = []string{"text"}
	}
	stdout := ""
	for _, spec := range f.formats {
		name, file, toFile := strings.Cut(spec, "=")
		switch {
		case !slices.Contains(auditFormats, name):
			return fmt.Errorf("invalid --format %q: expected %s", name, strings.Join(auditFormats, ", "))
		case f.shard != "" && name != "json":
			return fmt.Errorf("--shard requires --format json; use `sceplint audit merge` to write %s", name)
		case toFile && file == "":
			return fmt.Errorf("invalid --format %q: missing file name after =", spec)
		case !toFile && stdout != "":
			return fmt.Errorf("formats %s and %s cannot both be written to standard output; use --format %s=FILE", stdout, name, name)
		case !toFile:
			stdout = name
		}
	}
	return nil
}

// write writes an audit in all requested formats. Rules are those that a page documents.
func (f *auditFlags) write(t *ioStreams, r *audit.Report, rules []checker.Meta, now time.Time) error {
	r.By, r.Version, r.Width = f.by, currentVersion(), terminal.Width(t.out)
	page := func(w io.Writer) error {
		return report.Audit(w, r, &report.Report{Version: r.Version, Now: now, Rules: rules, Shipped: policy.ShippedIDs()})
	}
	document := func(w io.Writer) error { return r.JSON(report.Escaped{To: w}) }
	for _, spec := range f.formats {
		name, file, _ := strings.Cut(spec, "=")
		format := map[string]func(io.Writer) error{"text": r.Text, "json": document, "csv": r.CSV, "html": page}[name]
		if file == "" {
			if err := format(t.out); err != nil {
				return err
			}
			continue
		}
		var b bytes.Buffer
		if err := format(&b); err != nil {
			return err
		}
		if err := localfile.WriteReport(file, &b, f.showSecrets); err != nil {
			return err
		}
	}
	return nil
}

// auditRun is an audit under way.
type auditRun struct {
	audit.Run
	terminal *ioStreams
	flags    *auditFlags
	failOn   checker.Severity
	inputs   *source.Inputs
}

func (a *auditRun) note(format string, args ...any) {
	if !a.flags.quiet {
		fmt.Fprintln(a.terminal.err, printable.Text(fmt.Sprintf(format, args...)))
	}
}

// all goes through the inputs.
func (a *auditRun) all(ctx context.Context, c *checker.Checker) error {
	shown := a.flags.showProgress(a.terminal.err, a.inputs.Count)
	defer shown.End()
	stderr := shown.Writer(a.terminal.err)
	var exports source.EmptyExports
	empty := func(r *checker.Result) {
		if r != nil && a.Shard.Of == 1 && !a.IsResumed() { // else some of its entries are elsewhere
			a.Fleet.Add(r)
			a.flags.reportSkipped(stderr, r)
		}
	}
	for r := range c.Run(ctx, a.Inputs(a.inputs.All())) {
		if errors.Is(r.Err, audit.ErrOtherInputs) {
			return fmt.Errorf("--since %s: %w", a.flags.since, audit.ErrOtherInputs)
		}
		for _, line := range r.PolicyOutput {
			fmt.Fprintln(stderr, line)
		}
		a.flags.reportSkipped(stderr, r)
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
		shown.Step()
	}
	empty(exports.Add(&checker.Result{}))
	if err := ctx.Err(); err != nil {
		if a.flags.since == "" {
			return err
		}
		if err := a.Save(); err != nil {
			return err
		}
		return fmt.Errorf("interrupted: progress saved in %s; rerun the same command to resume", a.flags.since)
	}
	return a.Save()
}

// close writes the audit and settles the exit code.
func (a *auditRun) close(c *checker.Checker) error {
	if a.Shard.Of == 1 && a.Fleet.Empty() {
		return noProfilesError(a.inputs, a.flags.policies.Project.File, &report.Summary{Skipped: a.Fleet.Summary().Skipped, Excluded: a.Fleet.Summary().Excluded})
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
		a.note("note: hard-coded challenges of this run cannot be compared with those of other parts or runs; use the same --mark-key FILE for all")
	}
	if err := a.flags.write(a.terminal, r, report.EnabledRules(c), c.Now); err != nil {
		return err
	}
	return a.terminal.settle(r, a.failOn)
}

// settle turns what an audit found, drift included, into an exit code.
func (t *ioStreams) settle(r *audit.Report, failOn checker.Severity) error {
	if list, _ := r.Fleet.Failures(); len(list) > 0 {
		return errReported
	}
	if r.Reaches(failOn) {
		t.exit = exitFindings
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
	for r := range (&checker.Checker{Jobs: c.Jobs, Visit: []checker.Visitor{auditor.Visit}}).Run(ctx, in.All()) {
		if r.Err != nil {
			return fmt.Errorf("--against: %w", r.Err)
		}
		repository.AddExpected(r)
	}
	if repository.Len() == 0 {
		return fmt.Errorf("--against %s: no profiles found", a.flags.against)
	}
	return nil
}

func auditMergeCommand(t *ioStreams) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "merge FILE…",
		Short: "Merge the results of `sceplint audit --shard`",
		Args:  usage.ArgumentCount(1, math.MaxInt, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.checkOutput(); err != nil {
				return err
			}
			now, err := f.time()
			if err != nil {
				return err
			}
			f.failOn = cmp.Or(f.failOn, "error") // no configuration is read
			failOn, err := f.threshold()
			if err != nil {
				return err
			}
			sum, err := audit.MergeFiles(args)
			if err != nil {
				return err
			}
			if list, _ := sum.Failures(); !f.quiet {
				for _, x := range list {
					fmt.Fprintf(t.err, "sceplint: %s\n", x.Message)
				}
			}
			if sum.Empty() {
				return errors.New("no profiles found in the parts")
			}
			r := audit.NewReport(sum)
			if err := f.write(t, r, report.EnabledRules(&checker.Checker{Rules: append(rules.All(), audit.DriftRules()...)}), now); err != nil {
				return err
			}
			return t.settle(r, failOn)
		},
	}
	f.addOutput(cmd)
	addFailOnFlag(cmd, &f.failOn)
	addNowFlag(cmd, &f.now)
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "do not list files that could not be checked")
	return cmd
}
