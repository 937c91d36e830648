// Command sceplint lints Apple configuration profiles with SCEP payloads.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/cmd/sceplint/memory"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

// The exit codes. Nothing changes their meaning.
const (
	exitClean    = 0 // no findings at or above --fail-on
	exitFindings = 1 // findings at or above --fail-on
	exitFailed   = 2 // the run failed
)

// ioStreams is what a command reads from and writes to.
type ioStreams struct {
	in       io.Reader
	out, err io.Writer
	exit     int
}

func main() {
	ctx, stop := signalContext()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// signalContext gives a context that ends when the user or the system wants the
// command to. What is being written is completed then; a second signal kills.
func signalContext() (context.Context, context.CancelFunc) {
	localfile.IgnoreSizeLimit()
	var signals []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as under nohup
			signals = append(signals, s)
		}
	}
	if len(signals) == 0 {
		return context.WithCancel(context.Background())
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// run is the command as a function of its arguments.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	memory.Limit()

	errOut = terminal.NewWriter(errOut)
	t := &ioStreams{in: in, out: out, err: errOut}
	root := rootCommand(t, len(args) > 0 && args[0] == "check")
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	if err := root.ExecuteContext(ctx); err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = errors.New("interrupted: some files were not checked")
		}
		if !errors.Is(err, errReported) {
			fmt.Fprintf(errOut, "sceplint: %v\n", usage.DescribeFlagGroupError(err))
		}
		return exitFailed
	}
	return t.exit
}

// errReported is an error that was written to standard error already.
var errReported = errors.New("already reported")

// rootCommand returns the command with its subcommands; to check, only with that one, for the others take a
// twentieth of the time that a profile takes.
func rootCommand(t *ioStreams, checks bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "sceplint",
		Short: "Lint Apple configuration profiles with SCEP payloads",
		Long: `Check Apple configuration profiles (.mobileconfig) with SCEP payloads for misspelled keys, wrong types,
weak keys, missing subjects, template errors, and other problems that devices do not report.

Profiles can be XML or binary property lists, signed or unsigned.

Exit codes:
  0  no findings at or above --fail-on
  1  findings at or above --fail-on
  2  the run failed`,
		Example: `  sceplint check profiles/
  sceplint explain scep-key-misspelled`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       currentVersion(),
		Args:          usage.RequireSubcommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.Flags().BoolP("version", "V", false, "print the version")
	root.SetVersionTemplate(versionLine())
	root.SetFlagErrorFunc(usage.DescribeFlagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if err := showHelp(cmd.OutOrStdout(), cmd); err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "sceplint: %v\n", err)
			t.exit = exitFailed
		}
	})
	root.SetHelpCommand(usage.HelpCommand(func(cmd *cobra.Command) error { return showHelp(cmd.OutOrStdout(), cmd) }))
	root.AddCommand(checkCommand(t))
	if !checks {
		root.AddCommand(rulesCommand(t), explainCommand(t), inputCommand(t), policyCommand(t), configCommand(t), auditCommand(t), versionCommand(t), probeCommand(t))
		root.AddCommand(completionCommand(t), manCommand(t))
	}
	usage.AddHelpFlags(root)
	return root
}

// flagGroups are the headings of flags in help, with the flags under each in the order of help.
var flagGroups = []usage.Group{
	{Name: "Selection", Flags: []string{"by", "against", "shard", "run", "target", "enable", "disable", "severity", "fail-on", "force-exclude", "now", "all"}},
	{Name: "Output", Flags: []string{
		"format", "color", "quiet", "verbose", "statistics", "no-progress", "stdin-filename", "show-secrets", "coverage", "threshold", "schema", "no-descriptions",
	}},
	{Name: "Policies", Flags: []string{"policy", "pack", "no-default-pack", "data", "trace"}},
	{Name: "Suppression", Flags: []string{"baseline", "write-baseline", "prune-baseline", "new-from", "no-ignores", "show-suppressed"}},
	{Name: "Fixes", Flags: []string{"fix", "unsafe-fixes", "diff"}},
	{Name: "Servers", Flags: []string{"url", "name", "fingerprint", "host", "all-hosts", "set", "retries", "save", "replay"}},
	{Name: "Signatures", Flags: []string{"verify-signatures", "trust"}},
	{Name: "General", Flags: []string{"config", "no-config", "jobs", "timeout", "since", "mark-key", "help", "version"}},
}

// showHelp writes the help of a command for the terminal, if w is one.
func showHelp(w io.Writer, cmd *cobra.Command) error {
	return usage.WriteHelp(w, cmd, flagGroups, terminal.Width(w))
}
