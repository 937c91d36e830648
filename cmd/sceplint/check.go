package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/report"
)

// checkFlags are the flags of sceplint check as they were given.
type checkFlags struct {
	formats                    []string
	target, failOn, color, now string
	enable, disable, severity  []string
	fix, unsafeFixes, diff     bool
	quiet, verbose             bool
	showSecrets                bool
	showSuppressed, noIgnores  bool
	forceExclude               bool
	baseline, writeBaseline    string
	pruneBaseline              bool
	newFrom                    string
	statistics, noProgress     bool
	jobs                       int
	stdinName                  string
	stdinNamed                 bool
	verifySignatures           bool
	verifyGiven                bool // --verify-signatures, be it true or false
	trust                      []string
	policies                   policy.Loader
	notes                      []string // on the policies that were loaded
}

func checkCommand(t *ioStreams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "Check profiles: files, directories, globs, - for standard input",
		Long: `Check profiles and print what is found to standard output, everything else to standard error.

A PATH is a file, a directory, a glob, or - for standard input; none means the working directory.
A file may be a profile; a SCEP credential of declarative management, or the declaration of one, in
JSON; an export of a Mac, Jamf Pro, Intune or an MDM server; a YAML file of Fleet; an archive (ZIP, tar,
tar.gz) of profiles and exports; or JSON Lines {"name", "device", "profile"}. A path in YAML of Fleet may lead up,
but not out of the git repository, or else the working directory. Streams and compressed archives are
kept in a temporary file, readable only by you, until the run ends.

In a directory, *.mobileconfig files are checked, and *.plist, *.xml, *.json, *.jsonl, *.ndjson, *.yml, *.yaml,
*.zip, *.tar, *.tgz, and *.gz files whose content is one of these. Everything else is skipped: hidden
directories, links to directories, pipes, and files whose content or name is another. The summary counts the
files that were skipped because of their content or kind, and those that the configuration excludes;
--verbose and --format json list every skipped path with its reason. A file that is named is always checked.

A comment keeps findings back, on its line and the next, or in the whole file:
  <!-- sceplint:ignore ID[,ID] reason -->
  <!-- sceplint:ignore-file ID[,ID] reason -->

Exit codes: 0 nothing found at or above --fail-on, 1 something found, 2 the job could not be done.`,
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
	flags.StringArrayVar(&f.formats, "format", []string{"text"}, "`NAME[=FILE]`: write findings as "+strings.Join(report.FormatNames(), ", ")+" to standard output or to FILE; repeatable")
	addPolicyFlags(cmd, &f.policies)
	flags.StringVar(&f.policies.Trace, "trace", "", "explain on standard error why the policy `ID` did or did not find something")
	flags.StringArrayVar(&f.enable, "enable", nil, "enable a rule that is off by default or that --disable switches off; `ID` may hold * (repeatable)")
	flags.StringArrayVar(&f.disable, "disable", nil, "switch a rule off; `ID` may hold * (repeatable)")
	flags.StringArrayVar(&f.severity, "severity", nil, "`ID=LEVEL`: report a rule as error, warning, info or off (repeatable)")
	flags.StringVar(&f.failOn, "fail-on", "", "the least `SEVERITY` that makes the exit code 1: error, warning, info or never (default error)")
	flags.BoolVar(&f.forceExclude, "force-exclude", false, "skip files that the configuration excludes even if they are named, as hooks do")
	flags.BoolVar(&f.fix, "fix", false, "apply the safe fixes to the files")
	flags.BoolVar(&f.unsafeFixes, "unsafe-fixes", false, "with --fix or --diff: the unsafe fixes too")
	flags.BoolVar(&f.diff, "diff", false, "print what --fix would change, instead of findings, and change nothing; lines with secrets are masked, so add --show-secrets for a patch to apply")
	flags.BoolVar(&f.verifySignatures, "verify-signatures", false, "verify the signatures of profiles, and whether their signers are trusted and in force")
	flags.StringArrayVar(&f.trust, "trust", nil, "with --verify-signatures: trust the root certificates in `FILE`, in PEM or DER, and not those of the system (repeatable)")
	flags.StringVar(&f.baseline, "baseline", "", "keep back the findings that `FILE` knows, as --write-baseline wrote it")
	flags.StringVar(&f.writeBaseline, "write-baseline", "", "write all findings to `FILE`, to be known from now on, and report none of them; entries in FILE about what is not checked stay")
	flags.BoolVar(&f.pruneBaseline, "prune-baseline", false, "remove from the baseline the entries of checked files that nothing is found for, and those of files that do not exist")
	flags.StringVar(&f.newFrom, "new-from", "", "report only findings that are new since the Git `REVISION`: on changed lines, about changed payloads, or in new files")
	flags.IntVar(&f.jobs, "jobs", 0, "files checked at once; 0 is one a processor")
	f.addCommon(cmd)
	addColorFlag(cmd, &f.color)
	flags.BoolVar(&f.statistics, "statistics", false, "print on standard error how many findings each rule has")
	flags.BoolVar(&f.noProgress, "no-progress", false, "show no progress; it is shown only on a terminal, when the work takes long")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print no summary and no notes, only findings and errors")
	f.addVerbose(cmd)
	flags.BoolVar(&f.noIgnores, "no-ignores", false, "report findings that comments in the files suppress")
	flags.BoolVar(&f.showSuppressed, "show-suppressed", false, "show the findings that are kept back as well, each with what keeps it back")
	completeWith(cmd, "format", formatWords)
	complete(cmd, "fail-on", "error", "warning", "info", "never")
	completeWith(cmd, "enable", ruleWords)
	completeWith(cmd, "disable", ruleWords)
	completeWith(cmd, "severity", severityWords)
	completeWith(cmd, "trace", shippedWords)
	return cmd
}

// check does the job of sceplint check.
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
	colored, err := useColor(f.color, t.out)
	if err != nil {
		return err
	}
	known, err := f.suppression(ctx, c)
	if err != nil {
		return err
	}
	shown := f.showProgress(t.err, in.Count)
	defer shown.end()
	beside := *t
	beside.out, beside.err = shown.writer(t.out), shown.writer(t.err)
	outputs, err := report.NewOutputs(f.formats, report.Destination{Stdout: beside.out, Color: colored, FilesOnly: f.diff, Private: f.showSecrets},
		report.Report{Version: currentVersion(), Rules: report.EnabledRules(c), Now: c.Now, Shipped: policy.ShippedIDs(), ShowSuppressed: f.showSuppressed})
	if err != nil {
		return err
	}
	c.Inventory = outputs.Survey
	tally := &runSummary{t: &beside, progress: shown, rules: map[string]int{}, flags: f, failOn: failOn, baseline: known}
	if tally.patch, tally.applied = beside.out, !isTerminal(t.out); !tally.applied {
		tally.patch = newTerminalWriter(beside.out)
	}
	for _, note := range f.notes {
		tally.note("%s", note)
	}
	err = outputs.Write(ctx, checker.InFileOrder(tally.process(c.Run(ctx, in.All()))))
	shown.end()
	if err := errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	err = tally.close(in, c)
	t.exit = beside.exit
	return err
}
