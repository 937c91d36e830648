package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/rules"
)

// The functions of this file offer words to shell completion. They run at the
// press of a key only, so they may look at files; they never print.

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
