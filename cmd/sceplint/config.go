package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

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
	here           string // the working directory
}

func (f *configuration) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.path, "config", "", "read the configuration from `FILE`, not from the "+config.Name+" of the working directory or of one above it")
	flags.BoolVar(&f.none, "no-config", false, "read no configuration file")
	cmd.MarkFlagsMutuallyExclusive("config", "no-config")
}

// read reads the configuration file, if there is one.
func (f *configuration) read() (err error) {
	f.Config = &config.Config{}
	if f.none {
		return nil
	}
	if f.here, err = os.Getwd(); err != nil {
		return err
	}
	file := f.path
	if file == "" {
		if file, err = findConfig(f.here); err != nil || file == "" {
			return err
		}
	}
	text, err := readGiven(file, maxGiven)
	if err != nil {
		return fmt.Errorf("the configuration cannot be read: %w", err)
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	f.directory = filepath.Dir(absolute)
	f.Config, err = config.Parse(f.shown(absolute), text)
	return err
}

// findConfig looks for a configuration file in a directory and those above it;
// "" if there is none.
func findConfig(directory string) (string, error) {
	for {
		file := filepath.Join(directory, config.Name)
		info, err := os.Stat(file)
		switch {
		case err == nil && !info.IsDir():
			return file, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return "", plain(file, err)
		}
		above := filepath.Dir(directory)
		if above == directory {
			return "", nil
		}
		directory = above
	}
}

// file gives the path of a file that the configuration names.
func (f *configuration) file(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return f.shown(filepath.Join(f.directory, filepath.FromSlash(name)))
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
	if !filepath.IsAbs(file) {
		file = filepath.Join(f.here, file)
	}
	short, err := filepath.Rel(f.directory, file)
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
			return &checker.Suppression{By: checker.ByConfig, Reason: g.Reason}
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
