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
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

// starterConfig is the file that sceplint config init writes.
//
//go:embed starter.sceplint.yaml
var starterConfig []byte

func configCommand(t *ioStreams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Create, validate, and describe " + config.Name,
		Long: `Create, validate, and describe the configuration file.

The configuration is the nearest ` + config.Names[0] + ` (or ` + config.Names[1] + `) in the working directory or its parents, up to
the repository root (the directory with .git). Outside a repository, only the working directory is searched.
Paths in it are relative to the configuration file, and must stay inside the repository, links included.
Command-line flags override the configuration.`,
		Args: usage.RequireSubcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "init [DIR]",
			Short: "Create a starter " + config.Name,
			Args:  usage.ArgumentCount(0, 1, "path"),
			RunE: func(_ *cobra.Command, args []string) error {
				return t.configInit(append(args, ".")[0])
			},
		},
		configCheckCommand(t),
		&cobra.Command{
			Use:   "schema",
			Short: "Print the JSON Schema of " + config.Name,
			Args:  usage.ArgumentCount(0, 0, ""),
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
		Short: "Validate a configuration file with its policies and files",
		Args:  usage.ArgumentCount(0, 1, "path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f := checkFlags{}
			f.policies.Project = config.Project{Path: append(args, "")[0]}
			c, err := f.checker(cmd.Context())
			if err != nil {
				return err
			}
			conf := &f.policies.Project
			if conf.File == "" {
				return fmt.Errorf("no %s in the working directory or its parents in the repository; run `sceplint config init` to create one", config.Name)
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
			_, err = fmt.Fprintf(terminal.NewWriter(t.out), "%s is valid: loaded %s and %s\n", conf.File, report.Plural(len(c.Rules)-policies, "rule", "rules"), report.Plural(policies, "policy", "policies"))
			return err
		},
	}
}

// configInit writes a configuration file, but never over another one.
func (t *ioStreams) configInit(directory string) error {
	for _, name := range config.Names {
		if file := filepath.Join(directory, name); exists(file) {
			return fmt.Errorf("%s already exists; nothing was written", file)
		}
	}
	file := filepath.Join(directory, config.Name)
	if _, err := localfile.Follow(file, true); err != nil {
		return fmt.Errorf("configuration not written: %w", localfile.DescribeError(file, err))
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s already exists; nothing was written", file)
	}
	if err != nil {
		return fmt.Errorf("configuration not written: %w", localfile.DescribeError(file, err))
	}
	_, err = out.Write(starterConfig)
	if err := errors.Join(err, out.Close()); err != nil {
		os.Remove(file)
		return fmt.Errorf("configuration not written: %w", err)
	}
	_, err = fmt.Fprintf(terminal.NewWriter(t.out), "wrote %s; `sceplint check` uses it by default\n", file)
	return err
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// addConfigFlags adds the flags that choose the configuration file.
func addConfigFlags(cmd *cobra.Command, f *config.Project) {
	flags := cmd.Flags()
	flags.StringVar(&f.Path, "config", "", "read configuration `FILE` (default the nearest "+config.Name+" up to the repository root)")
	flags.BoolVar(&f.Disabled, "no-config", false, "do not read a configuration file")
	cmd.MarkFlagsMutuallyExclusive("config", "no-config")
}
