package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
	"github.com/sceplint/sceplint/rules"
)

// completionCommand replaces the one that cobra adds.
func completionCommand(t *ioStreams) *cobra.Command {
	var plain bool
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Generate a shell completion script",
		Long: `Generate a completion script for bash, zsh, fish, or powershell. It completes commands, flags, the IDs of rules and
policies, packs, formats, and severities.

To load completions in the current session:
  bash        source <(sceplint completion bash)
  zsh         source <(sceplint completion zsh)
  fish        sceplint completion fish | source
  powershell  sceplint completion powershell | Out-String | Invoke-Expression

To load them in every new session, write the script to:
  bash        ~/.local/share/bash-completion/completions/sceplint
  zsh         "${fpath[1]}/_sceplint"
  fish        ~/.config/fish/completions/sceplint.fish
  powershell  $PROFILE (append)

bash requires the package bash-completion; zsh requires autoload -U compinit; compinit.`,
		ValidArgs: usage.Shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(usage.Shells, args[0]) {
				return fmt.Errorf("expected one shell: %s", strings.Join(usage.Shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			script, err := usage.CompletionScript(cmd.Root(), args[0], !plain)
			if err != nil {
				return err
			}
			_, err = t.out.Write(script)
			return err
		},
	}
	cmd.Flags().BoolVar(&plain, "no-descriptions", false, "omit descriptions from completions")
	return cmd
}

// completeWith offers words for a flag that depend on what is typed so far.
func completeWith(cmd *cobra.Command, flag string, words func(typed string) ([]string, cobra.ShellCompDirective)) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return words(typed)
	})
	if err != nil {
		panic(err) // the flag does not exist: a mistake in this program
	}
}

// ruleWords are the IDs of all rules and shipped policies, with their titles.
func ruleWords(string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, r := range rules.All() {
		words = append(words, cobra.CompletionWithDesc(r.ID, r.Title))
	}
	shipped, directive := shippedWords("")
	return append(words, shipped...), directive
}

// shippedWords are the IDs of the shipped policies, with their titles.
func shippedWords(string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for id, title := range policy.ShippedTitles() {
		words = append(words, cobra.CompletionWithDesc(id, title))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// severityWords are IDs with an equals sign, and after it the levels.
func severityWords(typed string) ([]string, cobra.ShellCompDirective) {
	id, _, cut := strings.Cut(typed, "=")
	if cut {
		return []string{id + "=error", id + "=warning", id + "=info", id + "=off"}, cobra.ShellCompDirectiveNoFileComp
	}
	words, _ := ruleWords("")
	for i, word := range words {
		words[i] = strings.Replace(word, "\t", "=\t", 1)
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// formatWords are the names of the formats, and after an equals sign the files
// that a report may be written to.
func formatWords(typed string) ([]string, cobra.ShellCompDirective) {
	if name, file, cut := strings.Cut(typed, "="); cut {
		words, directive := fileWords(name+"=", file), cobra.ShellCompDirectiveNoFileComp
		if slices.ContainsFunc(words, func(w string) bool { return os.IsPathSeparator(w[len(w)-1]) }) {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return words, directive
	}
	var words []string
	for _, f := range report.Formats {
		words = append(words, cobra.CompletionWithDesc(f.Name, f.Title))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// fileWords are the files and directories that a path may go on to. Shells
// look for the whole word, which begins with the name of a format here.
func fileWords(before, typed string) (words []string) {
	dir, part := filepath.Split(typed)
	entries, err := os.ReadDir(filepath.Clean(dir)) // "." for no directory
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, part) || part == "" && strings.HasPrefix(name, ".") {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.IsDir() {
			name += string(filepath.Separator)
		}
		words = append(words, before+dir+name)
	}
	return words
}

// targetWords are the systems that are not named yet, as in ios=17,macos=14.
func targetWords(typed string) ([]string, cobra.ShellCompDirective) {
	before, last := "", typed
	if i := strings.LastIndexByte(typed, ','); i >= 0 {
		before, last = typed[:i+1], typed[i+1:]
	}
	var words []string
	for _, system := range checker.Systems {
		if !strings.Contains(last, "=") && !strings.Contains(","+before, ","+system+"=") {
			words = append(words, before+system+"=")
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// complete offers fixed values for a flag to shell completion.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag does not exist: a mistake in this program
	}
}
