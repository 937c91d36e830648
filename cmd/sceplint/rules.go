package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/schema"
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
		Args: argumentCount(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, _, err := loadRules(cmd.Context(), &loaded)
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

func explainCommand(t *ioStreams) *cobra.Command {
	var colored string
	var loaded policy.Loader
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Show the documentation of a rule or policy",
		Args:  argumentCount(1, 1, "ID"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return ruleWords(typed)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := useColor(colored, t.out)
			if err != nil {
				return err
			}
			loaded.AllPacks = len(loaded.Packs) == 0 // a shipped policy is explained wherever it is
			all, _, err := loadRules(cmd.Context(), &loaded, audit.DriftRules()...)
			if err != nil {
				return err
			}
			for _, r := range all {
				if r.ID == args[0] || r.Pack != "" && r.Pack+"/"+r.ID == args[0] {
					return report.Explain(t.out, &r.Meta, on)
				}
			}
			return config.UnknownRule(args[0], all, true)
		},
	}
	addColorFlag(cmd, &colored)
	addPolicyFlags(cmd, &loaded)
	return cmd
}

// addPolicyFlags adds the flags that choose policies and the configuration.
func addPolicyFlags(cmd *cobra.Command, f *policy.Loader) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.Paths, "policy", nil, "load policies from `PATH`: a .rego file, a directory, or a bundle (.tar.gz) (repeatable)")
	flags.Var(commaList{&f.Packs}, "pack", "load policy packs `NAME[,NAME]`: "+strings.Join(policy.PackNames(), ", ")+"; recommended is loaded by default (repeatable)")
	flags.BoolVar(&f.NoDefaultPack, "no-default-pack", false, "do not load the default policy pack, recommended")
	addDataFlag(cmd, &f.Data)
	completeWith(cmd, "pack", commaWords(func(string) ([]string, cobra.ShellCompDirective) {
		return policy.PackNames(), cobra.ShellCompDirectiveNoFileComp
	}))
	addConfigFlags(cmd, &f.Project)
}

func addDataFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVar(files, "data", nil, "read policy parameters from JSON or YAML `FILE`: {config: {…}}, or the parameters alone (repeatable)")
}

// loadRules loads the configuration, and gives the built-in rules, those that are added, and the policies, with
// notes on these.
func loadRules(ctx context.Context, f *policy.Loader, added ...checker.Rule) (all []checker.Rule, notes []string, err error) {
	if err := f.Project.Load(); err != nil {
		return nil, nil, err
	}
	builtin := rules.All()
	f.Reserved = config.RuleIDs(builtin)
	sets, err := f.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	return slices.Concat(builtin, added, sets.Rules()), sets.Notes(), nil
}
