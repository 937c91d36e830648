package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/policy"
)

func policyInitCommand(t *terminal) *cobra.Command {
	var pack string
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Write a first policy, with its test and a CI workflow",
		Long: `Write a policy that works, with its test, two profiles for the test, an example profile, a README
and a GitHub workflow that runs them, into a directory. Nothing that exists is overwritten.`,
		Example: `  sceplint policy init .
  sceplint policy init --pack fleet profiles-repo`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return errors.New("name one directory to write to: sceplint policy init DIR")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("pack") {
				place, err := filepath.Abs(args[0])
				if err != nil {
					return err
				}
				pack = policy.PackName(filepath.Base(place))
			}
			return t.policyInit(args[0], pack)
		},
	}
	cmd.Flags().StringVar(&pack, "pack", "", "`NAME` of the pack; that of the directory if it is not given, or "+policy.StarterPack)
	return cmd
}

// policyInit does the job of sceplint policy init.
func (t *terminal) policyInit(dir, pack string) error {
	files, err := policy.Starter(pack)
	if err != nil {
		return fmt.Errorf("--pack: %w", err)
	}
	if _, err := localfile.Follow(dir, true); err != nil {
		return unwritable(dir, err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return unwritable(dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return unwritable(dir, err)
	}
	defer root.Close()
	if err := vacant(root, dir, files); err != nil {
		return err
	}
	if err := writeAll(root, dir, files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintf(newTerminalWriter(t.out), "wrote %s\n", within(dir, f.Path))
	}
	policies := within(dir, "policies")
	fmt.Fprintf(newTerminalWriter(t.out), "\nnext:\n  sceplint policy test %s\n  sceplint check --policy %s %s\n", policies, policies, within(dir, "profiles"))
	return nil
}

func within(dir, file string) string { return filepath.Join(dir, filepath.FromSlash(file)) }

// vacant refuses files that exist, and places that no file can be in.
func vacant(root *os.Root, dir string, files []policy.StarterFile) error {
	var failures []error
	say := func(err error) {
		if !slices.ContainsFunc(failures, func(e error) bool { return e.Error() == err.Error() }) {
			failures = append(failures, err)
		}
	}
	for _, f := range files {
		if _, err := root.Lstat(f.Path); err == nil {
			say(fmt.Errorf("%s exists, and is not overwritten", within(dir, f.Path)))
			continue
		}
		for parent := path.Dir(f.Path); parent != "."; parent = path.Dir(parent) {
			info, err := root.Stat(parent)
			if errors.Is(err, fs.ErrNotExist) {
				if _, err = root.Lstat(parent); err == nil {
					say(fmt.Errorf("%s is a link that leads nowhere", within(dir, parent)))
				}
				continue
			}
			if err != nil {
				say(unwritable(within(dir, parent), err))
			} else if !info.IsDir() {
				say(fmt.Errorf("%s exists, and is no directory", within(dir, parent)))
			}
		}
	}
	if len(failures) > 0 {
		return fmt.Errorf("%w\nnothing was written; move it away, or name another directory or --pack", errors.Join(failures...))
	}
	return nil
}

// writeAll writes the files, none in the place of another. If one cannot be
// written, those before it are taken back.
func writeAll(root *os.Root, dir string, files []policy.StarterFile) (err error) {
	var written []string
	defer func() {
		for _, name := range slices.Backward(written) {
			if err != nil {
				_ = root.Remove(name)
			}
		}
	}()
	for _, f := range files {
		parents := strings.Split(path.Dir(f.Path), "/")
		for i := range parents {
			parent := path.Join(parents[:i+1]...)
			switch err := root.Mkdir(parent, 0o777); {
			case err == nil:
				written = append(written, parent)
			case !errors.Is(err, fs.ErrExist):
				return unwritable(within(dir, parent), err)
			}
		}
		file, err := root.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return unwritable(within(dir, f.Path), err)
		}
		written = append(written, f.Path)
		_, err = file.Write(f.Text)
		if err = errors.Join(err, file.Close()); err != nil {
			return unwritable(within(dir, f.Path), err)
		}
	}
	return nil
}

// unwritable words why a place cannot be written to.
func unwritable(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s: no permission to write it", path)
	}
	return fmt.Errorf("%s cannot be written: %w", path, err)
}
