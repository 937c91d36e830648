package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
)

// checkFlags are the flags of sceplint check as they were given.
type checkFlags struct {
	formats                   []string
	targets                   []string
	failOn, color, now        string
	enable, disable, severity []string
	fix, unsafeFixes, diff    bool
	quiet, verbose            bool
	showSecrets               bool
	showSuppressed, noIgnores bool
	forceExclude              bool
	baseline, writeBaseline   string
	pruneBaseline             bool
	newFrom                   string
	statistics, noProgress    bool
	jobs                      int
	stdinName                 string
	stdinNamed                bool
	verifySignatures          bool
	verifyGiven               bool // --verify-signatures, be it true or false
	trust                     []string
	policies                  policy.Loader
	sets                      policy.Sets // those that were loaded
	notes                     []string    // about them
}

func checkCommand(t *ioStreams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "Check profiles in files, directories, globs, or standard input (-)",
		Long: `Check profiles. Findings go to standard output, everything else to standard error.

PATH is a file, a directory, a glob, or - for standard input. The default is the working directory.

Files named explicitly are always checked. They can also be SCEP or ACME credentials, or declarations, of
declarative device management (JSON); exports of a Mac, Jamf Pro, Intune, or an MDM server; YAML files of Fleet;
archives (ZIP, tar, tar.gz) of profiles and exports; and JSON Lines {"name", "device", "profile"}. Paths in
YAML files of Fleet must stay inside the Git repository or, without one, the working directory. Streams and
compressed archives are kept in a temporary file, readable only by you, until the run ends.

In directories, *.mobileconfig files are checked, and *.plist, *.xml, *.json, *.jsonl, *.ndjson, *.yml, *.yaml,
*.zip, *.tar, *.tgz, *.gz, *.tf, and *.tofu files with such content. Other files, hidden directories, links to directories, and
pipes are skipped. The summary counts files skipped because of their content or kind, and files excluded by the
configuration; --verbose and --format json list every skipped path with the reason.

To suppress findings, add a comment on the same line, on the line before, or for the whole file:
  <!-- sceplint:ignore ID[,ID] reason -->
  <!-- sceplint:ignore-file ID[,ID] reason -->

Exit codes:
  0  no findings at or above --fail-on
  1  findings at or above --fail-on
  2  the run failed`,
		Example: `  sceplint check
  sceplint check --format json wifi.mobileconfig
  sceplint check --diff profiles/`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdinNamed = cmd.Flags().Changed("stdin-filename")
			f.verifyGiven = cmd.Flags().Changed("verify-signatures")
			return t.check(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.formats, "format", "f", []string{"text"}, "write findings as `NAME[=FILE]` to standard output or to FILE: "+strings.Join(report.FormatNames(), ", ")+" (repeatable, default text)")
	addPolicyFlags(cmd, &f.policies)
	flags.StringVar(&f.policies.Trace, "trace", "", "print the evaluation trace of policy `ID` to standard error")
	f.addRuleFlags(cmd)
	flags.BoolVar(&f.forceExclude, "force-exclude", false, "apply exclude patterns to files named on the command line, too")
	flags.BoolVar(&f.fix, "fix", false, "apply safe fixes")
	flags.BoolVar(&f.unsafeFixes, "unsafe-fixes", false, "include fixes that may change the meaning of a profile; requires --fix or --diff")
	flags.BoolVar(&f.diff, "diff", false, "print fixes as a diff without applying them; lines with secrets are masked: add --show-secrets for a diff that can be applied to them")
	flags.BoolVar(&f.verifySignatures, "verify-signatures", false, "verify profile signatures, signer trust, and certificate validity")
	flags.StringArrayVar(&f.trust, "trust", nil, "trust the root certificates in `FILE` (PEM or DER) instead of the system roots; requires --verify-signatures (repeatable)")
	flags.StringVar(&f.baseline, "baseline", "", "suppress findings listed in baseline `FILE`")
	flags.StringVar(&f.writeBaseline, "write-baseline", "", "write all findings to baseline `FILE`, and report none; entries about files that are not checked are kept")
	flags.BoolVar(&f.pruneBaseline, "prune-baseline", false, "remove stale entries from the baseline: those without a finding in checked files, and those of files that do not exist")
	flags.StringVar(&f.newFrom, "new-from", "", "report only findings that are new since Git `REVISION`: on changed lines, about changed payloads, or in new files")
	f.addCommon(cmd)
	addColorFlag(cmd, &f.color)
	flags.BoolVar(&f.statistics, "statistics", false, "print the number of findings per rule, with severity and fixable findings, and the policies that had nothing to check, to standard error")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only findings and errors")
	f.addVerbose(cmd)
	flags.BoolVar(&f.noIgnores, "no-ignores", false, "report findings despite suppression comments")
	flags.BoolVar(&f.showSuppressed, "show-suppressed", false, "also show suppressed findings, with the reason")
	completeWith(cmd, "format", formatWords)
	completeWith(cmd, "trace", shippedWords)
	return cmd
}

// check runs sceplint check.
func (t *ioStreams) check(ctx context.Context, f *checkFlags, paths []string) error {
	c, err := f.checker(ctx)
	if err != nil {
		return err
	}
	failOn, err := f.threshold()
	if err != nil {
		return err
	}
	in, err := f.inputs(t, paths)
	if err != nil {
		return err
	}
	defer in.Close()
	colored, err := terminal.UseColor(f.color, t.out)
	if err != nil {
		return err
	}
	known, err := f.suppression(ctx, c)
	if err != nil {
		return err
	}
	shown := f.showProgress(t.err, in.Count)
	defer shown.End()
	beside := *t
	beside.out, beside.err = shown.Writer(t.out), shown.Writer(t.err)
	summary := &runSummary{t: &beside, progress: shown, rules: report.Statistics{}, flags: f, failOn: failOn, baseline: known, hintsNDES: !f.isNDESDecided()}
	outputs, err := report.NewOutputs(f.formats, report.Destination{Stdout: beside.out, Color: colored, FilesOnly: f.diff, Private: f.showSecrets},
		report.Report{Version: currentVersion(), Rules: report.EnabledRules(c), Now: c.Now, Shipped: policy.ShippedIDs(), Notes: summary.notes, ShowSuppressed: f.showSuppressed})
	if err != nil {
		return err
	}
	c.Visit = outputs.Visit
	if summary.patch, summary.applied = beside.out, !terminal.IsTerminal(t.out); !summary.applied {
		summary.patch = terminal.NewWriter(beside.out)
	}
	for _, note := range f.notes {
		summary.note("%s", note)
	}
	err = outputs.Write(ctx, checker.InFileOrder(summary.process(c.Run(ctx, in.All()))))
	shown.End()
	if err := errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	if f.statistics {
		summary.unreached = f.unreached(c)
	}
	err = summary.close(in, c)
	t.exit = beside.exit
	return err
}

// unreached returns the IDs of the enabled policies that had nothing to check.
func (f *checkFlags) unreached(c *checker.Checker) []string {
	return slices.DeleteFunc(f.sets.Unreached(), func(id string) bool {
		return !slices.ContainsFunc(report.EnabledRules(c), func(m checker.Meta) bool { return m.ID == id })
	})
}
