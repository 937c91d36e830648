package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/cmd/sceplint/guides"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

func explainCommand(t *ioStreams) *cobra.Command {
	var colored, format string
	var everything bool
	var loaded policy.Loader
	cmd := &cobra.Command{
		Use:   "explain ID|CODE",
		Short: "Show the documentation of a rule or policy, or the causes of an Apple error code",
		Long: `Show the documentation of a rule or policy, or the causes of an Apple error code.

A device reports a code, such as 22013, when a profile or a certificate request fails. explain
prints its meaning, and the rules that find its causes in profiles.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if everything {
				return usage.ArgumentCount(0, 0, "")(cmd, args)
			}
			return usage.ArgumentCount(1, 1, "ID")(cmd, args)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			words, directive := ruleWords(typed)
			for _, c := range guides.ErrorCodes() {
				for _, code := range c.Codes {
					words = append(words, cobra.CompletionWithDesc(code, c.Meaning))
				}
			}
			return words, directive
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := terminal.UseColor(colored, t.out)
			if err != nil {
				return err
			}
			loaded.AllPacks = len(loaded.Packs) == 0 // a shipped policy is explained wherever it is
			all, _, err := loadRules(cmd.Context(), &loaded, append(audit.DriftRules(), probe.Rules(nil)...)...)
			if err != nil {
				return err
			}
			write, err := explainFormat(format, on)
			if err != nil {
				return err
			}
			if everything {
				return write(t.out, all)
			}
			for i, r := range all {
				if r.ID == args[0] || r.Pack != "" && r.Pack+"/"+r.ID == args[0] {
					return write(t.out, all[i:i+1])
				}
			}
			for _, c := range guides.ErrorCodes() {
				if slices.Contains(c.Codes, args[0]) {
					return c.Explain(t.out, args[0], all, format)
				}
			}
			return config.UnknownRule(args[0], all, true)
		},
	}
	cmd.Flags().BoolVar(&everything, "all", false, "show the documentation of all rules and policies")
	cmd.Flags().StringVar(&format, "format", "text", "write as `NAME`: text, json, or markdown (default text)")
	complete(cmd, "format", "text", "json", "markdown")
	addColorFlag(cmd, &colored)
	addPolicyFlags(cmd, &loaded)
	return cmd
}

// explainFormat gives the writer of explanations of rules.
func explainFormat(name string, color bool) (report.RulesFormat, error) {
	if name == "text" {
		return func(w io.Writer, list []checker.Rule) error {
			for i := range list {
				if i > 0 {
					if _, err := fmt.Fprintln(w); err != nil {
						return err
					}
				}
				if err := report.Explain(w, &list[i].Meta, color); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
	var names []string
	for _, f := range report.RulesFormats {
		if f.Name == name {
			return f.Format, nil
		}
		names = append(names, f.Name)
	}
	return nil, fmt.Errorf("unknown format %q; expected one of %s", name, strings.Join(names, ", "))
}
