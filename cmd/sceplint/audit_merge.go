package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker/audit"
)

func auditMergeCommand(t *terminal) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "merge FILE…",
		Short: "Add up the parts that sceplint audit --shard wrote",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.checkOutput(); err != nil {
				return err
			}
			now, err := f.time()
			if err != nil {
				return err
			}
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
				return errors.New("nothing to check: the parts hold no profile and no export")
			}
			r := audit.NewReport(sum)
			if err := f.write(t, r, now); err != nil {
				return err
			}
			return t.settle(r, failOn)
		},
	}
	f.addOutput(cmd)
	cmd.Flags().StringVar(&f.failOn, "fail-on", "error", "the least `SEVERITY` that makes the exit code 1: error, warning, info or never")
	cmd.Flags().StringVar(&f.now, "now", "", "the `TIME` of the audit, in RFC 3339, instead of the present")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "do not repeat what could not be judged")
	return cmd
}
