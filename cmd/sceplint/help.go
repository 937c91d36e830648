package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/sceplint/sceplint/checker/profile"
)

// flagGroups are the headings of flags in help, with the flags under each in the order of help.
var flagGroups = []struct {
	Name  string
	Flags []string
}{
	{"Selection", []string{"by", "against", "shard", "run", "target", "enable", "disable", "severity", "fail-on", "force-exclude", "now", "all"}},
	{"Output", []string{
		"format", "color", "quiet", "verbose", "statistics", "no-progress", "stdin-filename", "show-secrets", "coverage", "threshold", "schema", "no-descriptions",
	}},
	{"Policies", []string{"policy", "pack", "no-default-pack", "data", "trace"}},
	{"Suppression", []string{"baseline", "write-baseline", "prune-baseline", "new-from", "no-ignores", "show-suppressed"}},
	{"Fixes", []string{"fix", "unsafe-fixes", "diff"}},
	{"Servers", []string{"url", "name", "fingerprint", "host", "all-hosts", "set", "retries", "save", "replay"}},
	{"Signatures", []string{"verify-signatures", "trust"}},
	{"General", []string{"config", "no-config", "jobs", "timeout", "since", "mark-key", "help", "version"}},
}

// showHelp writes the help of a command, wrapped to the width of the terminal.
func showHelp(w io.Writer, cmd *cobra.Command) error {
	var b strings.Builder
	width := terminalWidth(w)
	description := cmd.Long
	if description == "" {
		description = cmd.Short + "."
	}
	b.WriteString(wrapText(description, width) + "\n\nUsage:\n")
	if cmd.Runnable() && (!cmd.HasAvailableSubCommands() || len(cmd.Use) > len(cmd.Name())) {
		b.WriteString("  " + cmd.UseLine() + "\n")
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("  " + cmd.CommandPath() + " COMMAND\n\nCommands:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				writeEntry(&b, sub.Name(), sub.Short, 14, width)
			}
		}
	}
	if cmd.Example != "" {
		b.WriteString("\nExamples:\n" + cmd.Example + "\n")
	}
	for _, group := range flagGroups {
		head := "\n" + group.Name + ":\n"
		for _, name := range group.Flags {
			f := cmd.Flags().Lookup(name)
			if f == nil || f.Hidden {
				continue
			}
			b.WriteString(head)
			head = ""
			argument, usage := pflag.UnquoteUsage(f)
			text := "    --" + f.Name
			if f.Shorthand != "" {
				text = "-" + f.Shorthand + ", --" + f.Name
			}
			writeEntry(&b, strings.TrimRight(text+" "+argument, " "), usage, 30, width)
		}
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nRun `" + cmd.CommandPath() + " COMMAND --help` for the help of a command.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeEntry writes a name and, in a column that begins at indent, what it is for.
func writeEntry(b *strings.Builder, name, text string, indent, width int) {
	name = "  " + name
	b.WriteString(name)
	column := utf8.RuneCountInString(name)
	if column+2 > indent {
		b.WriteString("\n")
		column = 0
	}
	for i, line := range wrapLine(text, max(width-indent, 20)) {
		if i > 0 {
			column = 0
		}
		b.WriteString(strings.Repeat(" ", indent-column) + line + "\n")
	}
}

// wrapText fills paragraphs to a width. Lines that are indented stay as they are.
func wrapText(text string, width int) string {
	var lines []string
	paragraph := ""
	flush := func() {
		if paragraph != "" {
			lines = append(lines, wrapLine(paragraph, width)...)
			paragraph = ""
		}
	}
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "", strings.HasPrefix(line, " "):
			flush()
			lines = append(lines, line)
		default:
			paragraph = strings.TrimSpace(paragraph + " " + line)
		}
	}
	flush()
	return strings.Join(lines, "\n")
}

// wrapLine breaks a text between words.
func wrapLine(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// terminalWidth is the number of columns of the terminal that w is, and 80 if it is none.
func terminalWidth(w io.Writer) int {
	const defaultWidth, minWidth = 80, 40
	if f, ok := unwrapWriter(w).(*os.File); ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return max(width, minWidth)
		}
	}
	return defaultWidth
}

// commaList is the value of a flag that may be repeated and holds several values, separated by commas.
type commaList struct{ values *[]string }

func (l commaList) Set(text string) error {
	*l.values = append(*l.values, strings.Split(text, ",")...)
	return nil
}

func (l commaList) String() string {
	if l.values == nil {
		return ""
	}
	return strings.Join(*l.values, ",")
}

func (l commaList) Type() string { return "list" }

// commaWords offers words for the last item of a list.
func commaWords(words func(string) ([]string, cobra.ShellCompDirective)) func(string) ([]string, cobra.ShellCompDirective) {
	return func(typed string) ([]string, cobra.ShellCompDirective) {
		i := strings.LastIndexByte(typed, ',') + 1
		list, directive := words(typed[i:])
		for j := range list {
			list[j] = typed[:i] + list[j]
		}
		return list, directive
	}
}

// describeFlagError words an error of the flag parser.
func describeFlagError(cmd *cobra.Command, err error) error {
	see := fmt.Sprintf("run `%s --help` to list flags", cmd.CommandPath())
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return fmt.Errorf("unknown flag -%s; %s", unknown.GetSpecifiedName(), see)
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		if near := nearestName(unknown.GetSpecifiedName(), names); near != "" {
			see = "did you mean --" + near + "?"
		}
		return fmt.Errorf("unknown flag --%s; %s", unknown.GetSpecifiedName(), see)
	case errors.As(err, &missing):
		return fmt.Errorf("--%s: missing value; run `%s --help`", missing.GetFlag().Name, cmd.CommandPath())
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		expected := map[string]string{"int": "a whole number", "float64": "a number", "bool": "true or false", "duration": "a duration, such as 5s"}[f.Value.Type()]
		if expected != "" {
			return fmt.Errorf("invalid --%s %q: expected %s", f.Name, invalid.GetValue(), expected)
		}
		return fmt.Errorf("invalid --%s %q: %w", f.Name, invalid.GetValue(), invalid.Unwrap())
	}
	return fmt.Errorf("%w; %s", err, see)
}

// nearestName is the name that a misspelled one is meant to be, and "" if none is near.
func nearestName(name string, names []string) string {
	best, bound := "", min(4, (len(name)+3)/2)
	for _, n := range names {
		d := profile.Distance(name, n)
		if strings.HasPrefix(n, name) && len(name) > 2 {
			d = min(d, 1)
		}
		if d < bound {
			best, bound = n, d
		}
	}
	return best
}

// describeFlagGroupError words the error of cobra about flags that exclude one another.
func describeFlagGroupError(err error) error {
	_, after, found := strings.Cut(err.Error(), "none of the others can be; [")
	if !found {
		return err
	}
	given, _, _ := strings.Cut(after, "]")
	names := strings.Fields(given)
	slices.Sort(names)
	return fmt.Errorf("--%s cannot be used together", strings.Join(names, " and --"))
}

// argumentCount gives a check that a command has from least to most arguments, which are called what.
func argumentCount(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		name := strings.TrimPrefix(cmd.CommandPath(), "sceplint ")
		switch {
		case len(args) > most && most == 0:
			return fmt.Errorf("%s: unexpected argument %q; expected none", name, args[0])
		case len(args) > most:
			return fmt.Errorf("%s: unexpected argument %q; expected one %s", name, args[most], what)
		case len(args) < least:
			return fmt.Errorf("%s: missing %s; run `%s --help`", name, what, cmd.CommandPath())
		}
		return nil
	}
}

// requireSubcommand rejects the arguments of a command that only groups others: they are misspelled commands, or
// paths without a command.
func requireSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil && !cmd.HasParent() {
		return fmt.Errorf("unknown command %q; to check this path, run `sceplint check %s`", args[0], strings.Join(args, " "))
	}
	return unknownCommand(cmd, args[0])
}

// unknownCommand reports a command that does not exist, with the one that may be meant.
func unknownCommand(cmd *cobra.Command, name string) error {
	if near := nearCommand(cmd, name); near != "" {
		return fmt.Errorf("unknown command %q; did you mean `%s %s`?", name, cmd.CommandPath(), near)
	}
	return fmt.Errorf("unknown command %q; run `%s --help` to list commands", name, cmd.CommandPath())
}

func nearCommand(cmd *cobra.Command, name string) string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return nearestName(name, names)
}

// helpCommand replaces the one of cobra, which exits with 0 for a command that does not exist.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the help of a command",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			parent, _, err := cmd.Root().Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var words []string
			for _, sub := range parent.Commands() {
				if sub.IsAvailableCommand() {
					words = append(words, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			found := cmd.Root()
			for _, name := range args {
				i := slices.IndexFunc(found.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
				if i < 0 {
					return unknownCommand(found, name)
				}
				found = found.Commands()[i]
			}
			return showHelp(found.OutOrStdout(), found)
		},
	}
}

// describeHelpFlags adds the flag --help to a command and those below it.
func describeHelpFlags(cmd *cobra.Command) {
	cmd.Flags().BoolP("help", "h", false, "show this help")
	for _, sub := range cmd.Commands() {
		describeHelpFlags(sub)
	}
}
