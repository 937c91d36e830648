package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/schema"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
	"github.com/sceplint/sceplint/rules"
)

func rulesCommand(t *ioStreams) *cobra.Command {
	var format string
	var loaded policy.Loader
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the loaded rules and policies",
		Long: `List the loaded rules and policies with ID, severity, title, and pack.

Rules about Apple's schema use the schema of ` + schema.Date + `.`,
		Args: usage.ArgumentCount(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, _, err := loadRules(cmd.Context(), &loaded, probe.Rules(nil)...)
			if err != nil {
				return err
			}
			var names []string
			for _, f := range report.RulesFormats {
				if f.Name == format {
					return f.Format(t.out, all)
				}
				names = append(names, f.Name)
			}
			return fmt.Errorf("invalid --format %q: expected %s", format, strings.Join(names, ", "))
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "write the list as `NAME`: text, json, or markdown (default text)")
	complete(cmd, "format", "text", "json", "markdown")
	addPolicyFlags(cmd, &loaded)
	return cmd
}

// addPolicyFlags adds the flags that choose policies and the configuration.
func addPolicyFlags(cmd *cobra.Command, f *policy.Loader) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.Paths, "policy", nil, "load policies from `PATH`: a .rego file, a directory, or a bundle (.tar.gz) (repeatable)")
	flags.Var(usage.CommaList{Values: &f.Packs}, "pack", "load policy packs `NAME[,NAME]`: "+strings.Join(policy.PackNames(), ", ")+"; recommended is loaded by default (repeatable)")
	flags.BoolVar(&f.NoDefaultPack, "no-default-pack", false, "do not load the default policy pack, recommended")
	addDataFlag(cmd, &f.Data)
	completeWith(cmd, "pack", usage.CommaWords(func(string) ([]string, cobra.ShellCompDirective) {
		return policy.PackNames(), cobra.ShellCompDirectiveNoFileComp
	}))
	addConfigFlags(cmd, &f.Project)
}

func addDataFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVar(files, "data", nil, "read policy parameters from JSON or YAML `FILE`: {config: {…}}, or the parameters alone (repeatable)")
}

// loadRules loads the configuration, and gives the built-in rules, those that are added, and the policies, which
// it also gives as sets.
func loadRules(ctx context.Context, f *policy.Loader, added ...checker.Rule) (all []checker.Rule, sets policy.Sets, err error) {
	if err := f.Project.Load(); err != nil {
		return nil, sets, err
	}
	builtin := rules.All()
	f.Reserved = append(config.RuleIDs(builtin), probe.IDs()...)
	if sets, err = f.Load(ctx); err != nil {
		return nil, sets, err
	}
	return slices.Concat(builtin, added, sets.Rules()), sets, nil
}
