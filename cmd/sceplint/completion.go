package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

// completionCommand stands in the place of the one that cobra adds.
func completionCommand(t *terminal) *cobra.Command {
	var plain bool
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the script that completes words in bash, zsh, fish or powershell",
		Long: `Print the script that completes words in a shell: commands, flags, the IDs of rules and policies,
packs, formats and severities.

To have it in this session, and in every new one:
  bash        source <(sceplint completion bash)
              sceplint completion bash >~/.local/share/bash-completion/completions/sceplint
  zsh         source <(sceplint completion zsh)
              sceplint completion zsh >"${fpath[1]}/_sceplint"
  fish        sceplint completion fish | source
              sceplint completion fish >~/.config/fish/completions/sceplint.fish
  powershell  sceplint completion powershell | Out-String | Invoke-Expression
              sceplint completion powershell >>$PROFILE

In bash it needs the package bash-completion, in zsh what autoload -U compinit; compinit loads.`,
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return fmt.Errorf("name one shell: %s", strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			script, err := completionScript(cmd.Root(), args[0], !plain)
			if err != nil {
				return err
			}
			_, err = t.out.Write(script)
			return err
		},
	}
	cmd.Flags().BoolVar(&plain, "no-descriptions", false, "complete without the titles of what is completed")
	return cmd
}

func completionScript(root *cobra.Command, shell string, titles bool) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch shell {
	case "bash":
		err = root.GenBashCompletionV2(&b, titles)
	case "zsh":
		if err = root.GenZshCompletion(&b); !titles {
			b.Reset()
			err = root.GenZshCompletionNoDesc(&b)
		}
	case "fish":
		err = root.GenFishCompletion(&b, titles)
	case "powershell":
		if err = root.GenPowerShellCompletionWithDesc(&b); !titles {
			b.Reset()
			err = root.GenPowerShellCompletion(&b)
		}
	}
	if err != nil {
		return nil, err
	}
	script := b.String()
	for _, c := range corrections[shell] {
		if strings.Count(script, c.old) != 1 {
			return nil, fmt.Errorf("the completion script for %s is not the one known: %q", shell, c.old)
		}
		script = strings.Replace(script, c.old, c.new, 1)
	}
	return []byte(script), nil
}

// corrections are made to the scripts that cobra writes.
var corrections = map[string][]struct{ old, new string }{
	// They look for --flag=value by a pattern that finds scep-url=value too, and
	// then complete it to something else.
	"zsh": {{"'-.*='", "'^-[^=]*='"}},
	// And what begins with -- is no option of string split.
	"fish": {{"'-.*='", "'^-[^=]*='"}, {`string split --max 1 \t $`, `string split --max 1 -- \t $`}},
}
