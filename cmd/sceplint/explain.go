package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/report"
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
			for _, c := range errorCodes() {
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
			for _, c := range errorCodes() {
				if slices.Contains(c.Codes, args[0]) {
					return c.explain(t.out, args[0], all, format)
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

//go:embed guides/faq.md
var faq string

// errorCode is what the guide says of error codes of Apple.
type errorCode struct {
	Codes   []string
	Meaning string
	Rules   []string // that find causes
	Note    string   // on causes that no rule finds; may be empty
}

var (
	codeRow  = regexp.MustCompile(`(?m)^\| *([0-9][0-9, ]*?) *\| *(.*?) *\| *(.*?) *\|$`)
	ruleLink = regexp.MustCompile(`\[([a-z0-9-]+)\]\([^)]*\)`)
)

// errorCodes reads the tables of the guide.
func errorCodes() (list []errorCode) {
	for _, m := range codeRow.FindAllStringSubmatch(faq, -1) {
		c := errorCode{Codes: strings.Split(strings.ReplaceAll(m[1], " ", ""), ","), Meaning: m[2]}
		for _, link := range ruleLink.FindAllStringSubmatch(m[3], -1) {
			c.Rules = append(c.Rules, link[1])
		}
		if note := strings.NewReplacer("`", "", "**", "").Replace(ruleLink.ReplaceAllString(m[3], "$1")); strings.Trim(ruleLink.ReplaceAllString(m[3], ""), ", ") != "" {
			c.Note = note
		}
		list = append(list, c)
	}
	return list
}

// explain writes what a code means, and which rules find its causes.
func (c *errorCode) explain(w io.Writer, code string, all []checker.Rule, format string) error {
	type cause struct {
		ID       string `json:"id"`
		Severity string `json:"severity"`
		Title    string `json:"title"`
		Pack     string `json:"pack,omitempty"`
		Help     string `json:"help"`
	}
	causes := []cause{}
	for _, id := range c.Rules {
		for i := range all {
			if r := &all[i]; r.ID == id {
				causes = append(causes, cause{r.ID, r.Severity.String(), r.Title, r.Pack, r.Help})
			}
		}
	}
	var b strings.Builder
	switch format {
	case "json":
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(struct {
			Code    string  `json:"code"`
			Meaning string  `json:"meaning"`
			Note    string  `json:"note,omitempty"`
			Rules   []cause `json:"rules"`
		}{code, c.Meaning, c.Note, causes})
	case "markdown":
		fmt.Fprintf(&b, "## %s\n\n%s\n", code, c.Meaning)
		for _, r := range causes {
			fmt.Fprintf(&b, "\n- `%s` (%s): %s; %s", r.ID, r.Severity, r.Title, r.Help)
		}
		b.WriteString("\n")
	default:
		fmt.Fprintf(&b, "%s  %s\n", code, c.Meaning)
		if c.Note != "" {
			fmt.Fprintf(&b, "\nLook at: %s\n", c.Note)
		}
		if len(causes) > 0 {
			b.WriteString("\nRules that find causes\n")
		}
		for _, r := range causes {
			fmt.Fprintf(&b, "  %s  %s\n    %s\n    %s\n", r.ID, r.Severity, r.Title, r.Help)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
