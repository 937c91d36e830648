package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/printable"
)

// Project is the configuration file of a run, with the repository that the paths in it
// must not lead out of.
type Project struct {
	Path     string // --config
	Disabled bool   // --no-config

	*Config          // never nil once it is read
	directory string // absolute, that the file lies in; "" if there is none
	root      string // absolute, that contains everything it refers to
	here      string // the working directory, with its links followed
	shell     string // the working directory, as the shell calls it
}

// Load reads the configuration file, if there is one.
func (f *Project) Load() (err error) {
	f.Config = &Config{}
	if f.Disabled {
		return nil
	}
	if f.here, err = localfile.WorkingDirectory(); err != nil {
		return err
	}
	if f.shell, err = os.Getwd(); err != nil {
		return err
	}
	file, text := "", []byte(nil)
	if f.Path != "" {
		if file, err = localfile.Absolute(f.Path); err == nil {
			text, err = localfile.Read(f.Path, localfile.MaxSize)
		}
		f.root = cmp.Or(localfile.RepositoryRoot(filepath.Dir(file)), filepath.Dir(file))
	} else {
		f.root = cmp.Or(localfile.RepositoryRoot(f.here), f.here)
		if file, err = f.findFile(); err == nil && file == "" {
			return nil
		}
		if err == nil {
			text, err = f.ReadFile(file, localfile.MaxSize)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot read the configuration: %w", err)
	}
	f.directory = filepath.Dir(file)
	info, err := os.Lstat(file)
	f.Config, err = Parse(f.ShortPath(file), text, err == nil && info.Mode().IsRegular())
	return err
}

// findFile looks for a configuration file in the working directory and those above
// it, up to the root; "" if there is none.
func (f *Project) findFile() (string, error) {
	root, err := os.OpenRoot(f.root)
	if err != nil {
		return "", localfile.DescribeError(f.root, err)
	}
	defer root.Close()
	for directory := f.here; ; directory = filepath.Dir(directory) {
		var found []string
		for _, name := range Names {
			file := filepath.Join(directory, name)
			inside, err := filepath.Rel(f.root, file)
			if err != nil {
				return "", err
			}
			if _, err = root.Lstat(inside); err == nil {
				found = append(found, file)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return "", localfile.DescribeError(f.ShortPath(file), err)
			}
		}
		switch {
		case len(found) > 1:
			return "", fmt.Errorf("found both %s and %s; remove one", f.ShortPath(found[0]), f.ShortPath(found[1]))
		case len(found) == 1:
			return found[0], nil
		case directory == f.root:
			return "", nil
		}
	}
}

// OpenRoot opens the root, and gives the name there of an absolute path.
func (f *Project) OpenRoot(file string) (*os.Root, string, error) {
	name, err := filepath.Rel(f.root, file)
	if err != nil || !filepath.IsLocal(name) {
		return nil, "", fmt.Errorf("%s is outside %s; use files inside the repository", printable.Text(f.ShortPath(file)), localfile.ShortPath(f.root))
	}
	root, err := os.OpenRoot(f.root)
	if err != nil {
		return nil, "", localfile.DescribeError(f.ShortPath(f.root), err)
	}
	return root, name, nil
}

// ReadFile reads a file of the root. Links are followed, but not out of it.
func (f *Project) ReadFile(file string, limit int64) ([]byte, error) {
	root, name, err := f.OpenRoot(file)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	in, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, f.DescribeError(file, err)
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", printable.Text(f.ShortPath(file)))
	}
	return localfile.ReadLimited(in, f.ShortPath(file), limit)
}

// DescribeError words an error of a file in the root.
func (f *Project) DescribeError(file string, err error) error {
	if localfile.IsLinkOut(err) {
		err = fmt.Errorf("link target is outside %s; copy the target there", localfile.ShortPath(f.root))
	}
	return localfile.DescribeError(f.ShortPath(file), err)
}

// Absolute gives the absolute path of a file that the configuration names.
func (f *Project) Absolute(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(f.directory, filepath.FromSlash(name))
}

// ShortPath gives a path as users would write it where they are.
func (f *Project) ShortPath(absolute string) string {
	if short, err := filepath.Rel(f.here, absolute); err == nil {
		return short
	}
	return absolute
}

// relative gives the path of a file relative to the configuration, with slashes.
func (f *Project) relative(file string) string {
	if f.directory == f.here && !filepath.IsAbs(file) {
		return filepath.ToSlash(filepath.Clean(file))
	}
	short, err := filepath.Rel(f.directory, localfile.AbsoluteFrom(file, f.here, f.shell))
	if err != nil {
		return ".."
	}
	return filepath.ToSlash(short)
}

// IsExcluded reports whether a file, or a directory, is not to be checked.
func (f *Project) IsExcluded(file string) bool {
	return len(f.Exclude) > 0 && Match(f.Exclude, f.relative(file))
}

// settingsOf gives the settings of files that the configuration has overrides
// for; nil if there are none. Layer makes settings of the overrides that hold.
func (f *Project) settingsOf(layer func([]Override) (*checker.Settings, error)) (func(string) *checker.Settings, error) {
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
		file = f.relative(file)
		var hold []Override
		key := make([]byte, len(f.Overrides))
		for i, o := range f.Overrides {
			if Match(o.Files, file) {
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

// Suppress suppresses what the configuration ignores.
func (f *Project) Suppress(finding *checker.Finding) *checker.Suppression {
	file := f.relative(finding.File)
	for _, g := range f.Ignore {
		if g.Holds(finding.Rule, file) {
			return &checker.Suppression{Kind: checker.ByConfig, Justification: g.Reason}
		}
	}
	return nil
}

// TargetsOf gives the targets that the configuration has for a file.
func (f *Project) TargetsOf(file string) checker.Targets {
	targets := f.Targets
	for _, o := range f.Overrides {
		if o.Targets != nil && Match(o.Files, f.relative(file)) {
			targets = o.Targets
		}
	}
	return targets
}
