// Command sceplint lints Apple configuration profiles with SCEP payloads.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker/localfile"
)

// The exit codes. Nothing changes their meaning.
const (
	exitClean    = 0 // nothing at or above --fail-on
	exitFindings = 1 // findings at or above it
	exitFailed   = 2 // the job could not be done
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
			err = errors.New("interrupted: not everything was checked")
		}
		if !errors.Is(err, errReported) {
			fmt.Fprintf(errOut, "sceplint: %v\n", err)
		}
		return exitFailed
	}
	return t.exit
}

// errReported is an error that was explained on standard error already.
var errReported = errors.New("already said")

func rootCommand(t *ioStreams) *cobra.Command {
	root := &cobra.Command{
		Use:   "sceplint",
		Short: "Lint Apple configuration profiles with SCEP payloads",
		Long: `sceplint checks Apple configuration profiles (.mobileconfig) that carry SCEP payloads:
misspelt keys, wrong types, weak keys, subjects without a name, template text where it
breaks the file, and what else makes devices fail weeks later without a word.

Profiles may be XML or binary property lists, signed or not.

Exit codes: 0 nothing found at or above --fail-on, 1 something found, 2 the job could not be done.`,
		Example: `  sceplint check profiles/
  sceplint explain scep-key-misspelled`,
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       noPaths,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(checkCommand(t), rulesCommand(t), explainCommand(t), inputCommand(t), policyCommand(t), configCommand(t), auditCommand(t), versionCommand(t), probeCommand(t))
	root.AddCommand(completionCommand(t), manCommand(t))
	return root
}

// noPaths refuses arguments of the bare command, which are commands misspelt
// or paths that lack theirs.
func noPaths(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return fmt.Errorf("unknown command %q; to check it write: sceplint check %s", args[0], strings.Join(args, " "))
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("unknown command %q; did you mean %s?", args[0], near[0])
	}
	return fmt.Errorf("unknown command %q; see sceplint help", args[0])
}
