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
	"github.com/sceplint/sceplint/rules"
)

func rulesCommand(t *ioStreams) *cobra.Command {
	var format string
	var loaded policy.Loader
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules and policies that are loaded: ID, severity, title, pack",
		Long: `List the rules and policies that are loaded: ID, severity, title, pack.

The rules over Apple's schema compare profiles with the schema of ` + schema.Date + `.`,
		Args: cobra.NoArgs,
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
			return fmt.Errorf("unknown format %q; write one of %s", format, strings.Join(names, ", "))
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	complete(cmd, "format", "text", "json", "markdown")
	addPolicyFlags(cmd, &loaded)
	return cmd
}

// addPolicyFlags adds the flags that choose policies and the configuration.
func addPolicyFlags(cmd *cobra.Command, f *policy.Loader) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.Paths, "policy", nil, "load the policies of `PATH`: a .rego file, a directory, or a bundle.tar.gz (repeatable)")
	flags.StringArrayVar(&f.Packs, "pack", nil, "load a shipped pack of policies: `NAME` is one of "+strings.Join(policy.PackNames(), ", ")+" (repeatable)")
	flags.BoolVar(&f.NoDefaultPack, "no-default-pack", false, "do not load the pack recommended, which is loaded by default")
	flags.StringArrayVar(&f.Data, "data", nil, "`FILE` of JSON or YAML with the parameters of policies: {config: {…}}, or the parameters alone (repeatable)")
	complete(cmd, "pack", policy.PackNames()...)
	addConfigFlags(cmd, &f.Project)
}

// loadRules loads the configuration, and gives the built-in rules, those that are added, and the policies, with
// notes on these.
func loadRules(ctx context.Context, f *policy.Loader, added ...checker.Rule) (all []checker.Rule, notes []string, err error) {
	if err := f.Project.Load(); err != nil {
		return nil, nil, err
	}
	builtin := rules.All()
	f.Reserved = append(config.RuleIDs(builtin), probe.IDs()...)
	sets, err := f.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	return slices.Concat(builtin, added, sets.Rules()), sets.Notes(), nil
}
