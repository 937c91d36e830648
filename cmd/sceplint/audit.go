package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/report"
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

func auditCommand(t *terminal) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit PATH…",
		Short: "Sum up what the profiles of a fleet enrol with, and where that is weak",
		Long: `Sum up the profiles of a fleet: one row for each SCEP configuration, which is a set of settings that are the
same but for what differs from device to device, with how many profiles and devices have it and what was found about it.

A PATH is what sceplint check takes. Rules that compare profiles with one another do not run.

A long audit can be spread: --shard 1/7 takes every seventh input and writes JSON that sceplint audit merge adds up to what a single
run would have given. It can be stopped: --since FILE keeps in the file what was summed up, and goes on from there.

Whether two profiles have the same static challenge is told by marks that need a secret key. Without --mark-key FILE the key is a
random one for each run, so that what is written holds nothing that a challenge could be found with, and the challenges of parts and
of runs that went on cannot be compared.`,
		Example: `  sceplint audit exports/
  sceplint audit --by ca --format csv=cas.csv --format text exports/
  sceplint audit --shard 1/2 exports > 1.json; sceplint audit --shard 2/2 exports > 2.json; sceplint audit merge 1.json 2.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdinNamed = cmd.Flags().Changed("stdin-filename")
			if len(args) == 0 {
				return errors.New("name what to audit: files, directories, or - for standard input")
			}
			return t.audit(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	f.addOutput(cmd)
	flags.StringVar(&f.against, "against", "", "compare the profiles with those of the repository `DIR`: what is missing, extra, or changed is drift, which counts for --fail-on")
	flags.StringVar(&f.shard, "shard", "", "`I/N`: take the inputs of part I of N, from 1 to N or from 0 to N-1, and write JSON for sceplint audit merge")
	flags.StringVar(&f.since, "since", "", "keep what was summed up in `FILE`, and go on from there if a run was stopped")
	flags.StringVar(&f.markKey, "mark-key", "", "mark static challenges with the secret key in `FILE`, so that parts and runs can be compared (default a random key for each run)")
	f.policies.add(cmd)
	flags.StringArrayVar(&f.enable, "enable", nil, "enable a rule that is off by default or that --disable switches off; `ID` may hold * (repeatable)")
	flags.StringArrayVar(&f.disable, "disable", nil, "switch a rule off; `ID` may hold * (repeatable)")
	flags.StringArrayVar(&f.severity, "severity", nil, "`ID=LEVEL`: report a rule as error, warning, info or off (repeatable)")
	flags.StringVar(&f.failOn, "fail-on", "", "the least `SEVERITY` that makes the exit code 1: error, warning, info or never (default error)")
	flags.IntVar(&f.jobs, "jobs", 0, "files checked at once; 0 is one a processor")
	flags.BoolVar(&f.noProgress, "no-progress", false, "show no progress; it is shown only on a terminal, when the work takes long")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print no notes, only the audit and errors")
	f.addVerbose(cmd)
	f.addCommon(cmd)
	complete(cmd, "fail-on", "error", "warning", "info", "never")
	cmd.AddCommand(auditMergeCommand(t))
	return cmd
}

// addOutput adds the flags that say how an audit is written.
func (f *auditFlags) addOutput(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.by, "by", "configuration", "what a row is: "+strings.Join(audit.Views, ", "))
	flags.StringArrayVar(&f.formats, "format", nil, "`NAME[=FILE]`: write the audit as "+strings.Join(auditFormats, ", ")+" to standard output or to FILE; repeatable (default text)")
	complete(cmd, "by", audit.Views...)
	complete(cmd, "format", auditFormats...)
}

// audit does the job of sceplint audit.
func (t *terminal) audit(ctx context.Context, f *auditFlags, paths []string) error {
	if err := f.checkOutput(); err != nil {
		return err
	}
	failOn := checker.Off
	if f.against != "" {
		f.policies.also = audit.DriftRules()
	}
	c, err := f.checker(ctx)
	if err == nil {
		failOn, err = f.threshold()
	}
	if err != nil {
		return err
	}
	alone(c)
	in, err := f.checkFlags.inputs(t, paths)
	if err != nil {
		return err
	}
	defer in.close()
	part, err := parseShard(f.shard)
	if err != nil {
		return err
	}
	marker, err := f.newMarker()
	if err != nil {
		return err
	}
	auditor := &audit.Auditor{ShowSecrets: f.showSecrets, Mark: marker.Mark, Device: deviceOf, Compare: f.against != ""}
	c.Visit = auditor.Visit
	if len(f.policies.config.Ignore) > 0 {
		c.Suppress = f.policies.config.withhold
	}
	run := &auditRun{terminal: t, flags: f, fleet: audit.NewFleet(), failOn: failOn, inputs: in, shard: part, marker: marker}
	if f.against != "" {
		if err := run.readRepository(ctx, c, auditor); err != nil {
			return err
		}
	}
	if err := run.resume(c); err != nil {
		return err
	}
	for _, note := range f.notes {
		run.note("%s", note)
	}
	if err := run.all(ctx, c); err != nil {
		return err
	}
	return run.close(c.Now)
}

// alone leaves out the rules that compare profiles with one another: a fleet
// has each of its profiles many times.
func alone(c *checker.Checker) {
	c.Rules = slices.DeleteFunc(c.Rules, func(r checker.Rule) bool {
		if r.CheckFileSet == nil {
			return false
		}
		c.KnownRuleIDs = append(c.KnownRuleIDs, r.ID)
		return true
	})
}

// shard is one part of the inputs; of one part it is all of them.
type shard struct{ part, of int }

func parseShard(text string) (shard, error) {
	if text == "" {
		return shard{1, 1}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	part, err := strconv.Atoi(i)
	of, err2 := strconv.Atoi(n)
	if err != nil || err2 != nil || part < 0 || of < 1 || of < part {
		return shard{}, fmt.Errorf("--shard %q: write I/N, as in 1/7, the first of seven parts", text)
	}
	if part == 0 { // where parts are counted from 0
		part = of
	}
	return shard{part, of}, nil
}

// has reports whether the input of a number, from 0, is of the part.
func (s shard) has(number int) bool { return number%s.of == s.part-1 }

// newMarker makes what marks challenges, with the key of --mark-key.
func (f *auditFlags) newMarker() (*audit.Marker, error) {
	const minBytes, maxBytes = 16, 1 << 20
	if f.markKey == "" {
		return audit.NewMarker(nil), nil
	}
	key, err := readGiven(f.markKey, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("--mark-key: %w", err)
	}
	if key = bytes.TrimSpace(key); len(key) < minBytes {
		return nil, fmt.Errorf("--mark-key %s: the key has %d bytes; write at least %d random ones, such as those of openssl rand -base64 32", f.markKey, len(key), minBytes)
	}
	return audit.NewMarker(key), nil
}

// checkOutput refuses what an audit cannot be written as.
func (f *auditFlags) checkOutput() error {
	if !slices.Contains(audit.Views, f.by) {
		return fmt.Errorf("unknown --by %q; write one of %s", f.by, strings.Join(audit.Views, ", "))
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
			return fmt.Errorf("unknown format %q; write one of %s", name, strings.Join(auditFormats, ", "))
		case f.shard != "" && name != "json":
			return fmt.Errorf("--shard writes json, which sceplint audit merge turns into %s", name)
		case toFile && file == "":
			return fmt.Errorf("--format %s: a file name is missing after =", spec)
		case !toFile && stdout != "":
			return fmt.Errorf("formats %s and %s both go to standard output; write --format %s=FILE", stdout, name, name)
		case !toFile:
			stdout = name
		}
	}
	return nil
}

// write writes an audit in all formats that are asked for.
func (f *auditFlags) write(t *terminal, r *audit.Report, now time.Time) error {
	r.By, r.Version = f.by, currentVersion()
	page := func(w io.Writer) error { return report.Audit(w, r, now) }
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
		if err := create(file, b.Bytes(), f.showSecrets); err != nil {
			return err
		}
	}
	return nil
}
