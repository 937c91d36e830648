// Package usage writes the help of commands, and describes errors in how they are
// used.
package usage

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

	"github.com/sceplint/sceplint/checker/keyname"
)

// Group is a heading of flags in help, with the flags under it in the order of help.
type Group struct {
	Name  string
	Flags []string
}

// WriteHelp writes the help of a command, wrapped to a width in columns.
func WriteHelp(w io.Writer, cmd *cobra.Command, groups []Group, width int) error {
	var b strings.Builder
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
	for _, group := range groups {
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

// CommaList is the value of a flag that may be repeated and holds several values, separated by commas.
type CommaList struct{ Values *[]string }

func (l CommaList) Set(text string) error {
	*l.Values = append(*l.Values, strings.Split(text, ",")...)
	return nil
}

func (l CommaList) String() string {
	if l.Values == nil {
		return ""
	}
	return strings.Join(*l.Values, ",")
}

func (l CommaList) Type() string { return "list" }

// CommaWords offers words for the last item of a list.
func CommaWords(words func(string) ([]string, cobra.ShellCompDirective)) func(string) ([]string, cobra.ShellCompDirective) {
	return func(typed string) ([]string, cobra.ShellCompDirective) {
		i := strings.LastIndexByte(typed, ',') + 1
		list, directive := words(typed[i:])
		for j := range list {
			list[j] = typed[:i] + list[j]
		}
		return list, directive
	}
}

// DescribeFlagError words an error of the flag parser.
func DescribeFlagError(cmd *cobra.Command, err error) error {
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
		d := keyname.Distance(name, n)
		if strings.HasPrefix(n, name) && len(name) > 2 {
			d = min(d, 1)
		}
		if d < bound {
			best, bound = n, d
		}
	}
	return best
}

// DescribeFlagGroupError words the error of cobra about flags that exclude one another.
func DescribeFlagGroupError(err error) error {
	_, after, found := strings.Cut(err.Error(), "none of the others can be; [")
	if !found {
		return err
	}
	given, _, _ := strings.Cut(after, "]")
	names := strings.Fields(given)
	slices.Sort(names)
	return fmt.Errorf("--%s cannot be used together", strings.Join(names, " and --"))
}

// ArgumentCount gives a check that a command has from least to most arguments, which are called what.
func ArgumentCount(least, most int, what string) cobra.PositionalArgs {
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

// RequireSubcommand rejects the arguments of a command that only groups others: they are misspelled commands, or
// paths without a command.
func RequireSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil && !cmd.HasParent() {
		return fmt.Errorf("unknown command %q; to check this path, run `sceplint check %s`", args[0], strings.Join(args, " "))
	}
	return UnknownCommand(cmd, args[0])
}

// UnknownCommand reports a command that does not exist, with the one that may be meant.
func UnknownCommand(cmd *cobra.Command, name string) error {
	if near := NearCommand(cmd, name); near != "" {
		return fmt.Errorf("unknown command %q; did you mean `%s %s`?", name, cmd.CommandPath(), near)
	}
	return fmt.Errorf("unknown command %q; run `%s --help` to list commands", name, cmd.CommandPath())
}

// NearCommand is the subcommand that a misspelled name is meant to be, or "".
func NearCommand(cmd *cobra.Command, name string) string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return nearestName(name, names)
}

// HelpCommand replaces the one of cobra, which exits with 0 for a command that does not exist.
func HelpCommand(show func(*cobra.Command) error) *cobra.Command {
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
					return UnknownCommand(found, name)
				}
				found = found.Commands()[i]
			}
			return show(found)
		},
	}
}

// AddHelpFlags adds the flag --help to a command and those below it.
func AddHelpFlags(cmd *cobra.Command) {
	cmd.Flags().BoolP("help", "h", false, "show this help")
	for _, sub := range cmd.Commands() {
		AddHelpFlags(sub)
	}
}
