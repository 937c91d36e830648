package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
)

// configuration is the configuration file of a run.
type configuration struct {
	path string // --config
	none bool   // --no-config

	*config.Config        // never nil once it is read
	directory      string // absolute, that the file lies in; "" if there is none
	root           string // absolute, that nothing it names may lie outside of
	here           string // the working directory, with its links followed
	shell          string // the working directory, as the shell calls it
}

func (f *configuration) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.path, "config", "", "read the configuration from `FILE`, not from the "+config.Name+" of the working directory or of one above it, up to the repository root")
	flags.BoolVar(&f.none, "no-config", false, "read no configuration file")
	cmd.MarkFlagsMutuallyExclusive("config", "no-config")
}

// read reads the configuration file, if there is one.
func (f *configuration) read() (err error) {
	f.Config = &config.Config{}
	if f.none {
		return nil
	}
	if f.here, err = workingDirectory(); err != nil {
		return err
	}
	if f.shell, err = os.Getwd(); err != nil {
		return err
	}
	file, text := "", []byte(nil)
	if f.path != "" {
		if file, err = absolute(f.path); err == nil {
			text, err = readGiven(f.path, maxGiven)
		}
		f.root = cmp.Or(repositoryRoot(filepath.Dir(file)), filepath.Dir(file))
	} else {
		f.root = cmp.Or(repositoryRoot(f.here), f.here)
		if file, err = f.find(); err == nil && file == "" {
			return nil
		}
		if err == nil {
			text, err = f.readFile(file, maxGiven)
		}
	}
	if err != nil {
		return fmt.Errorf("the configuration cannot be read: %w", err)
	}
	f.directory = filepath.Dir(file)
	info, err := os.Lstat(file)
	f.Config, err = config.Parse(f.shown(file), text, err == nil && info.Mode().IsRegular())
	return err
}

// find looks for a configuration file in the working directory and those above
// it, up to the root; "" if there is none.
func (f *configuration) find() (string, error) {
	root, err := os.OpenRoot(f.root)
	if err != nil {
		return "", plain(f.root, err)
	}
	defer root.Close()
	for directory := f.here; ; directory = filepath.Dir(directory) {
		var found []string
		for _, name := range config.Names {
			file := filepath.Join(directory, name)
			inside, err := filepath.Rel(f.root, file)
			if err != nil {
				return "", err
			}
			if _, err = root.Lstat(inside); err == nil {
				found = append(found, file)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return "", plain(f.shown(file), err)
			}
		}
		switch {
		case len(found) > 1:
			return "", fmt.Errorf("there are both %s and %s; remove one", f.shown(found[0]), f.shown(found[1]))
		case len(found) == 1:
			return found[0], nil
		case directory == f.root:
			return "", nil
		}
	}
}

// inRoot opens the root, and gives the name there of an absolute path.
func (f *configuration) inRoot(file string) (*os.Root, string, error) {
	name, err := filepath.Rel(f.root, file)
	if err != nil || !filepath.IsLocal(name) {
		return nil, "", fmt.Errorf("%s: the file is outside of %s; a configuration names files of its repository", checker.Printable(f.shown(file)), shownPath(f.root))
	}
	root, err := os.OpenRoot(f.root)
	if err != nil {
		return nil, "", plain(f.shown(f.root), err)
	}
	return root, name, nil
}

// readFile reads a file of the root. Links are followed, but not out of it.
func (f *configuration) readFile(file string, limit int64) ([]byte, error) {
	root, name, err := f.inRoot(file)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	in, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, f.unreadable(file, err)
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", checker.Printable(f.shown(file)))
	}
	return readLimited(in, f.shown(file), limit)
}

// unreadable words an error of a file in the root.
func (f *configuration) unreadable(file string, err error) error {
	if isLinkOut(err) {
		err = fmt.Errorf("the link leads out of %s; copy its target there", shownPath(f.root))
	}
	return plain(f.shown(file), err)
}

// file gives the absolute path of a file that the configuration names.
func (f *configuration) file(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(f.directory, filepath.FromSlash(name))
}

// shown gives a path as users would write it where they are.
func (f *configuration) shown(absolute string) string {
	if short, err := filepath.Rel(f.here, absolute); err == nil {
		return short
	}
	return absolute
}

// inside gives the path of a file relative to the configuration, with slashes.
func (f *configuration) inside(file string) string {
	if f.directory == f.here && !filepath.IsAbs(file) {
		return filepath.ToSlash(filepath.Clean(file))
	}
	short, err := filepath.Rel(f.directory, absoluteFrom(file, f.here, f.shell))
	if err != nil {
		return ".."
	}
	return filepath.ToSlash(short)
}

// excluded reports whether a file, or a directory, is not to be checked.
func (f *configuration) excluded(file string) bool {
	return len(f.Exclude) > 0 && config.Match(f.Exclude, f.inside(file))
}

// overrides gives the settings of files that the configuration has overrides
// for; nil if there are none. Layer makes settings of the overrides that hold.
func (f *configuration) overrides(layer func([]config.Override) (*checker.Settings, error)) (func(string) *checker.Settings, error) {
	if len(f.Overrides) == 0 {
		return nil, nil
	}
	for i := range f.Overrides { // what is wrong in one is said before anything is checked
		if _, err := layer(f.Overrides[i : i+1]); err != nil {
			return nil, err
		}
	}
	var lock sync.Mutex
	known := map[string]*checker.Settings{}
	return func(file string) *checker.Settings {
		file = f.inside(file)
		var hold []config.Override
		key := make([]byte, len(f.Overrides))
		for i, o := range f.Overrides {
			if config.Match(o.Files, file) {
				hold, key[i] = append(hold, o), 1
			}
		}
		if len(hold) == 0 {
			return nil
		}
		lock.Lock()
		defer lock.Unlock()
		s := known[string(key)]
		if s == nil {
			s, _ = layer(hold) // each by itself was right
			known[string(key)] = s
		}
		return s
	}, nil
}

// withhold keeps back what the configuration ignores.
func (f *configuration) withhold(finding *checker.Finding) *checker.Suppression {
	file := f.inside(finding.File)
	for _, g := range f.Ignore {
		if g.Holds(finding.Rule, file) {
			return &checker.Suppression{Kind: checker.ByConfig, Justification: g.Reason}
		}
	}
	return nil
}

// policies are the policies that the configuration names.
func (f *configuration) policies() []config.Text {
	if f.Config == nil {
		return nil
	}
	return f.Policies
}
