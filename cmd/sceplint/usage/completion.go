package usage

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Shells are the shells that CompletionScript knows.
var Shells = []string{"bash", "zsh", "fish", "powershell"}

// CompletionScript returns the script that completes a command in a shell, with the
// titles of what it offers if they are asked for.
func CompletionScript(root *cobra.Command, shell string, titles bool) ([]byte, error) {
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
			return nil, fmt.Errorf("unexpected completion script for %s: no %q", shell, c.old)
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
