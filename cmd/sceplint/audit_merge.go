package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/localfile"
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
			sum, err := merge(args)
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
			r := reportOf(sum)
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

// merge adds up parts. All of them must be there, once.
func merge(files []string) (*audit.Fleet, error) {
	sum := audit.NewFleet()
	var first audit.Progress
	var parts []int
	for i, file := range files {
		text, err := localfile.Read(file, maxState)
		if err != nil {
			return nil, err
		}
		var part struct{ State json.RawMessage }
		if err := json.Unmarshal(text, &part); err != nil {
			return nil, fmt.Errorf("%s: not a part of an audit: %w", file, checker.JSONError(text, err))
		}
		if part.State == nil {
			return nil, fmt.Errorf("%s: not a part of an audit: it was not written with --shard", file)
		}
		fleet, progress, err := audit.ReadState(part.State)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		switch {
		case progress.Part < 1 || progress.Part > progress.Of:
			return nil, fmt.Errorf("%s: not a part of an audit: there is no part %d/%d", file, progress.Part, progress.Of)
		case i == 0:
			first = progress
		case progress.Run != first.Run || progress.Of != first.Of:
			return nil, fmt.Errorf("%s: not a part of the same audit as %s: it was made with other rules, settings or parts", file, files[0])
		case slices.Contains(parts, progress.Part):
			return nil, fmt.Errorf("%s: part %d/%d is there twice", file, progress.Part, progress.Of)
		}
		parts = append(parts, progress.Part)
		if err := sum.Merge(fleet); err != nil {
			return nil, fmt.Errorf("%s: not a part of the same audit as %s: %w", file, files[0], err)
		}
	}
	for part := 1; part <= first.Of; part++ {
		if !slices.Contains(parts, part) {
			return nil, fmt.Errorf("part %d/%d is missing", part, first.Of)
		}
	}
	return sum, nil
}
