package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/source"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

func inputCommand(t *ioStreams) *cobra.Command {
	var f checkFlags
	var schema bool
	cmd := &cobra.Command{
		Use:   "input PATH",
		Short: "Print the policy input document of a profile as JSON",
		Long: `Print the document that policies read as input: the profile, and its SCEP payloads, certificates, and
references as typed objects. Secrets are masked, as they are for policies, unless --show-secrets is given.

PATH can be - for standard input. Use the document with opa eval -I.`,
		Example: `  sceplint input wifi.mobileconfig
  sceplint input wifi.mobileconfig | opa eval -I -d policies data.policies.acme
  sceplint input --schema`,
		Args: usage.ArgumentCount(0, 1, "PATH"),
		RunE: func(_ *cobra.Command, args []string) error {
			if schema {
				_, err := t.out.Write(policy.Schema)
				return err
			}
			if len(args) == 0 {
				return errors.New("missing path; give a profile, or - for standard input")
			}
			return t.input(&f, args[0])
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&schema, "schema", false, "print the JSON Schema of the document")
	f.addCommon(cmd)
	addConfigFlags(cmd, &f.policies.Project)
	return cmd
}

// input runs sceplint input.
func (t *ioStreams) input(f *checkFlags, path string) error {
	c := &checker.Checker{ShowSecrets: f.showSecrets}
	if err := f.setCommon(c); err != nil {
		return err
	}
	name, text, err := path, []byte(nil), error(nil)
	if path == "-" {
		name = f.stdinName
		text, err = source.ReadAll(t.in)
	} else {
		name = filepath.Clean(path)
		text, err = source.ReadPath(path)
	}
	if err != nil {
		return err
	}
	profiles, err := export.Parse(name, text)
	if err != nil {
		return err
	}
	if len(f.targets) == 0 {
		if err := f.policies.Project.Load(); err != nil {
			return err
		}
		c.Targets = f.policies.Project.TargetsOf(name)
	}
	c.Prepare()
	var broken error
	for _, p := range profiles {
		if p.Root == nil {
			broken = errors.Join(broken, p.Err)
			continue
		}
		if fault := p.Fault(); fault != nil {
			broken = errors.Join(broken, fault)
		}
		document, err := policy.InputJSON(c.Pass(p))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := (report.Escaped{To: t.out}).Write(document); err != nil {
			return err
		}
	}
	return broken
}
