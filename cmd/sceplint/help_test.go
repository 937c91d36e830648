package main

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// allCommands are the commands that help shows, root first.
func allCommands(cmd *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		list = append(list, allCommands(sub)...)
	}
	return list
}

// TestHelp holds the form of help: grouped flags, stated defaults, 80 columns.
func TestHelp(t *testing.T) {
	for _, cmd := range allCommands(rootCommand(&ioStreams{out: io.Discard, err: io.Discard}, false)) {
		var page bytes.Buffer
		if err := showHelp(&page, cmd); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(page.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%s: %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
		if strings.HasSuffix(cmd.Short, ".") || cmd.Short == "" || strings.Contains(cmd.Short, "\n") {
			t.Errorf("%s: Short %q", cmd.CommandPath(), cmd.Short)
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			groups := 0
			for _, g := range flagGroups {
				if slices.Contains(g.Flags, f.Name) {
					groups++
				}
			}
			if groups != 1 {
				t.Errorf("%s --%s is in %d groups", cmd.CommandPath(), f.Name, groups)
			}
			if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" && f.Name != "threshold" && !strings.Contains(f.Usage, "default") {
				t.Errorf("%s --%s does not state its default %s", cmd.CommandPath(), f.Name, f.DefValue)
			}
			if strings.HasSuffix(f.Value.Type(), "Array") || f.Value.Type() == "list" {
				if !strings.Contains(f.Usage, "(repeatable") {
					t.Errorf("%s --%s does not say that it is repeatable", cmd.CommandPath(), f.Name)
				}
			}
			if f.Value.Type() != "bool" && strings.Count(f.Usage, "`") < 2 {
				t.Errorf("%s --%s does not name its value", cmd.CommandPath(), f.Name)
			}
			if first := f.Usage[0]; first < 'a' || first > 'z' || strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: %s", cmd.CommandPath(), f.Name, f.Usage)
			}
		})
	}
}

// wordsToAvoid are words that help leaves to prose.
var wordsToAvoid = regexp.MustCompile(`(?i)\b(judged?|mend|keep back|kept back|passed over|misspelt|without a word|enrol|enrols|organisation|colour\w*|honoured|switch(ed)? off|as in|one a line|the least|the most|somebody|nobody|stands?|tells?|found about|outermost)\b`)

// TestHelpWords holds the words of help: those of the field.
func TestHelpWords(t *testing.T) {
	for _, cmd := range allCommands(rootCommand(&ioStreams{out: io.Discard, err: io.Discard}, false)) {
		var page bytes.Buffer
		if err := showHelp(&page, cmd); err != nil {
			t.Fatal(err)
		}
		if word := wordsToAvoid.FindString(page.String()); word != "" {
			t.Errorf("%s: help says %q", cmd.CommandPath(), word)
		}
	}
}
