package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/report"
)

// starterConfig is what sceplint config init writes.
//
//go:embed starter.sceplint.yaml
var starterConfig []byte

func configCommand(t *ioStreams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Write, check and describe the configuration file " + config.Name,
		Long: `The configuration is the file ` + config.Names[0] + ` (or ` + config.Names[1] + `) of the working directory, or of the nearest
one above it that has one, up to the repository root: the directory that holds .git. Without a repository, it is
that of the working directory alone. Files are named in it relative to where it lies; neither they nor links
may lead out of the repository. Command-line flags override it.`,
		Args: noPaths,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "init [DIR]",
			Short: "Write a " + config.Name + " to start from",
			Args:  cobra.MaximumNArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				return t.configInit(append(args, ".")[0])
			},
		},
		configCheckCommand(t),
		&cobra.Command{
			Use:   "schema",
			Short: "Print the JSON Schema of " + config.Name,
			Args:  cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				_, err := t.out.Write(config.Schema)
				return err
			},
		},
	)
	return cmd
}

func configCheckCommand(t *ioStreams) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a configuration file, with the policies and files that it names",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f := checkFlags{}
			f.policies.Project = config.Project{Path: append(args, "")[0]}
			c, err := f.checker(cmd.Context())
			if err != nil {
				return err
			}
			conf := &f.policies.Project
			if conf.File == "" {
				return fmt.Errorf("no %s is in the working directory or above it in the repository; sceplint config init writes one", config.Name)
			}
			if _, err := f.openBaselines(); err != nil {
				return err
			}
			for _, note := range f.notes {
				fmt.Fprintln(t.err, note)
			}
			policies := 0
			for i := range c.Rules {
				if c.Rules[i].Pack != "" {
					policies++
				}
			}
			_, err = fmt.Fprintf(newTerminalWriter(t.out), "%s is right: %s and %s are loaded\n", conf.File, report.Plural(len(c.Rules)-policies, "rule", "rules"), report.Plural(policies, "policy", "policies"))
			return err
		},
	}
}

// configInit writes a configuration file, but never over another one.
func (t *ioStreams) configInit(directory string) error {
	for _, name := range config.Names {
		if file := filepath.Join(directory, name); exists(file) {
			return fmt.Errorf("%s is there already; nothing was written", file)
		}
	}
	file := filepath.Join(directory, config.Name)
	if _, err := localfile.Follow(file, true); err != nil {
		return fmt.Errorf("cannot write the configuration: %w", localfile.DescribeError(file, err))
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; nothing was written", file)
	}
	if err != nil {
		return fmt.Errorf("cannot write the configuration: %w", localfile.DescribeError(file, err))
	}
	_, err = out.Write(starterConfig)
	if err := errors.Join(err, out.Close()); err != nil {
		os.Remove(file)
		return fmt.Errorf("cannot write the configuration: %w", err)
	}
	_, err = fmt.Fprintf(newTerminalWriter(t.out), "wrote %s; sceplint check uses it from now on\n", file)
	return err
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// addConfigFlags adds the flags that choose the configuration file.
func addConfigFlags(cmd *cobra.Command, f *config.Project) {
	flags := cmd.Flags()
	flags.StringVar(&f.Path, "config", "", "read the configuration from `FILE`, not from the "+config.Name+" of the working directory or of one above it, up to the repository root")
	flags.BoolVar(&f.Disabled, "no-config", false, "read no configuration file")
	cmd.MarkFlagsMutuallyExclusive("config", "no-config")
}
