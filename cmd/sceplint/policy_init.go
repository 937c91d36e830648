package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
)

func policyInitCommand(t *ioStreams) *cobra.Command {
	var pack string
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Create a starter policy with a test and a CI workflow",
		Long: `Create a working policy in a directory, with a test, two profiles for the test, an example profile, a README,
and a GitHub workflow that runs them. Existing files are never overwritten.`,
		Example: `  sceplint policy init .
  sceplint policy init --pack fleet profiles-repo`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return errors.New("expected one directory; run, for example, `sceplint policy init .`")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("pack") {
				place, err := filepath.Abs(args[0])
				if err != nil {
					return err
				}
				pack = policy.PackName(filepath.Base(place))
			}
			return t.policyInit(args[0], pack)
		},
	}
	cmd.Flags().StringVar(&pack, "pack", "", "name the pack `NAME` (default the name of the directory, or "+policy.ScaffoldPack+")")
	return cmd
}

// policyInit runs sceplint policy init.
func (t *ioStreams) policyInit(dir, pack string) error {
	files, err := policy.Starter(pack)
	if err != nil {
		return fmt.Errorf("--pack: %w", err)
	}
	list := make([]localfile.NewFile, len(files))
	for i, f := range files {
		list[i] = localfile.NewFile(f)
	}
	err = localfile.CreateFiles(dir, list)
	if exist := (*localfile.ExistError)(nil); errors.As(err, &exist) {
		return fmt.Errorf("%w\nnothing was written; move the file, or use another directory or --pack", err)
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintf(terminal.NewWriter(t.out), "wrote %s\n", filepath.Join(dir, filepath.FromSlash(f.Path)))
	}
	policies := filepath.Join(dir, "policies")
	fmt.Fprintf(terminal.NewWriter(t.out), "\nnext:\n  sceplint policy test %s\n  sceplint check --policy %s %s\n", policies, policies, filepath.Join(dir, "profiles"))
	return nil
}
