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
	limitMemory()

	errOut = newTerminalWriter(errOut)
	t := &ioStreams{in: in, out: out, err: errOut}
	root := rootCommand(t)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	if err := root.ExecuteContext(ctx); err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = errors.New("interrupted: some files were not checked")
		}
		if !errors.Is(err, errReported) {
			fmt.Fprintf(errOut, "sceplint: %v\n", describeFlagGroupError(err))
		}
		return exitFailed
	}
	return t.exit
}

// errReported is an error that was written to standard error already.
var errReported = errors.New("already reported")

func rootCommand(t *ioStreams) *cobra.Command {
	root := &cobra.Command{
		Use:   "sceplint",
		Short: "Lint Apple configuration profiles with SCEP payloads",
		Long: `Checks Apple configuration profiles (.mobileconfig) with SCEP payloads for misspelled keys, wrong types,
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
		Args:          requireSubcommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.Flags().BoolP("version", "V", false, "print the version")
	root.SetVersionTemplate(versionLine())
	root.SetFlagErrorFunc(describeFlagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if err := showHelp(cmd.OutOrStdout(), cmd); err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "sceplint: %v\n", err)
			t.exit = exitFailed
		}
	})
	root.SetHelpCommand(helpCommand())
	root.AddCommand(checkCommand(t), rulesCommand(t), explainCommand(t), inputCommand(t), policyCommand(t), configCommand(t), auditCommand(t), versionCommand(t), probeCommand(t))
	root.AddCommand(completionCommand(t), manCommand(t))
	describeHelpFlags(root)
	return root
}
