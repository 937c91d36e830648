package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/schema"
)

func rulesCommand(t *terminal) *cobra.Command {
	var format string
	var loaded policyFlags
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules and policies that are loaded: ID, severity, title, pack",
		Long: `List the rules and policies that are loaded: ID, severity, title, pack.

The rules over Apple's schema compare profiles with the schema of ` + schema.Date + `.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded.also = probe.Rules(nil)
			all, _, err := loaded.all(cmd.Context())
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
	loaded.add(cmd)
	return cmd
}

func explainCommand(t *terminal) *cobra.Command {
	var colored string
	var loaded policyFlags
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Explain a rule or policy: what, why, examples, references",
		Args:  cobra.ExactArgs(1),
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
			loaded.allPacks = len(loaded.packs) == 0 // a shipped policy is explained wherever it is
			loaded.also = append(audit.DriftRules(), probe.Rules(nil)...)
			all, _, err := loaded.all(cmd.Context())
			if err != nil {
				return err
			}
			for _, r := range all {
				if r.ID == args[0] || r.Pack != "" && r.Pack+"/"+r.ID == args[0] {
					return report.Explain(t.out, &r.Meta, on)
				}
			}
			return unknownRule(args[0], all, true)
		},
	}
	addColorFlag(cmd, &colored)
	loaded.add(cmd)
	return cmd
}

func ruleIDs(all []checker.Rule) []string {
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return ids
}

// unknownRule says that there is no such rule, and which one may be meant.
func unknownRule(id string, all []checker.Rule, quote bool) error {
	quoted := ""
	if quote {
		quoted = fmt.Sprintf(" %q", id)
	}
	best, far := "", 4
	for _, known := range ruleIDs(all) {
		if d := profile.Distance(id, known); d < far {
			best, far = known, d
		}
	}
	if best != "" {
		return fmt.Errorf("unknown rule%s; did you mean %s?", quoted, best)
	}
	return fmt.Errorf("unknown rule%s; sceplint rules lists them", quoted)
}
