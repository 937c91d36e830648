package policy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// File is one file that policies are loaded from.
type File struct {
	Name string // as in messages
	Path string // inside its directory or bundle, with slashes
	Text []byte

	TestFS  fs.FS // the directory of Path, from which tests may read profiles; may be nil
	Shipped bool  // part of the program, and known to be valid
}

// The most that is read: policies are text that people write.
const (
	maxFiles    = 10_000
	maxDirs     = 2_000
	maxFileSize = 16 << 20 // bytes
	maxTotal    = 64 << 20 // bytes
)

func (f File) isModule() bool { return path.Ext(f.Path) == ".rego" }

// isTest reports whether the file holds tests by its name.
func (f File) isTest() bool { return strings.HasSuffix(f.Path, "_test.rego") }

// isData reports whether the file holds data by its name, as in OPA's bundles.
func (f File) isData() bool {
	return slices.Contains([]string{"data.json", "data.yaml", "data.yml"}, path.Base(f.Path))
}

// IsPolicyFile reports whether a file of a directory or bundle is one that Load
// reads: Rego modules and data.{json,yaml,yml}.
func IsPolicyFile(name string) bool {
	f := File{Path: name}
	return f.isModule() || f.isData()
}

// Files collects the files of a directory that Load reads, in order. Hidden
// directories are skipped; name returns the name of a file in messages. A link
// to a directory is followed if its files were not collected yet. One that
// cannot be followed is an error, since there may be policies in it.
func Files(fsys fs.FS, name func(path string) string) ([]File, error) {
	c := &collector{fsys: fsys, name: name}
	err := c.walk(".")
	for len(c.links) > 0 && err == nil {
		link := c.links[0]
		c.links = c.links[1:]
		err = c.walk(link)
	}
	return c.files, err
}

// collector collects the files of a directory.
type collector struct {
	fsys  fs.FS
	name  func(path string) string
	files []File
	dirs  []fs.FileInfo // those that were walked
	links []string      // to directories, not walked yet
	total int           // bytes
}

// otherFile matches the names of files that are not read, such as profiles for
// tests, and hardly those of directories.
var otherFile = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.[A-Za-z]+$`) })

func (c *collector) walk(from string) error {
	return fs.WalkDir(c.fsys, from, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return c.failed(file, err)
		}
		switch {
		case d.IsDir() && file != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir():
			return c.addDir(file)
		case d.Type()&fs.ModeSymlink != 0:
			switch info, err := fs.Stat(c.fsys, file); {
			case errors.Is(err, fs.ErrNotExist) && !IsPolicyFile(file): // it leads to nothing
				return nil
			case !IsPolicyFile(file) && strings.HasPrefix(d.Name(), "."): // like hidden directories
				return nil
			case err != nil && isLinkOut(err) && otherFile().MatchString(file) && !IsPolicyFile(file):
				return nil
			case err != nil:
				return c.failed(file, err)
			case info.IsDir():
				c.links = append(c.links, file)
				return nil
			}
		}
		if !IsPolicyFile(file) {
			return nil
		}
		return c.add(file)
	})
}

// addDir adds a directory, or skips one that was walked already.
func (c *collector) addDir(file string) error {
	info, err := fs.Stat(c.fsys, file)
	if err != nil {
		return c.failed(file, err)
	}
	if slices.ContainsFunc(c.dirs, func(dir fs.FileInfo) bool { return os.SameFile(dir, info) }) {
		return fs.SkipDir
	}
	if len(c.dirs) == maxDirs {
		return fmt.Errorf("%s: more than %d directories", c.name("."), maxDirs)
	}
	c.dirs = append(c.dirs, info)
	return nil
}

func (c *collector) add(file string) error {
	if info, err := fs.Stat(c.fsys, file); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", c.name(file)) // to open a pipe may take forever
	}
	f, err := c.fsys.Open(file)
	if err != nil {
		return c.failed(file, err)
	}
	defer f.Close()
	text, err := readBounded(f, &c.total)
	if err != nil {
		return c.failed(file, err)
	}
	c.files = append(c.files, File{Name: c.name(file), Path: file, Text: text, TestFS: c.fsys})
	if len(c.files) > maxFiles {
		return fmt.Errorf("%s: more than %d files", c.name("."), maxFiles)
	}
	return nil
}

// failed words an error of the file system.
func (c *collector) failed(file string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if isLinkOut(err) {
		err = errors.New("link target is outside the directory; replace the link with a copy")
	}
	return fmt.Errorf("%s: %w", c.name(file), err)
}

// isLinkOut reports whether an error is that of a link that leads out of an
// os.Root, for which package os has no name.
func isLinkOut(err error) bool { return strings.Contains(err.Error(), "escapes") }

func readBounded(r io.Reader, total *int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileSize {
		return nil, fmt.Errorf("larger than %d MiB", maxFileSize>>20)
	}
	if *total += len(text); *total > maxTotal {
		return nil, fmt.Errorf("more than %d MiB of policies", maxTotal>>20)
	}
	return text, nil
}

// Unpack reads a bundle as opa build makes it: a gzip-compressed tar archive.
// Its files are called name:path in messages.
func Unpack(name string, bundle []byte) ([]File, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(bundle))
	if err != nil {
		return nil, fmt.Errorf("%s: not a gzip-compressed bundle: %w", name, err)
	}
	const maxArchive = 4 * maxTotal
	limited := &io.LimitedReader{R: unzipped, N: maxArchive}
	archive := tar.NewReader(limited)
	var files []File
	seen := map[string]bool{}
	total := 0
	for entries := 0; ; entries++ {
		header, err := archive.Next()
		switch {
		case limited.N <= 0:
			return nil, fmt.Errorf("%s: larger than %d MiB when decompressed", name, maxArchive>>20)
		case errors.Is(err, io.EOF) && len(files) == 0:
			return nil, fmt.Errorf("%s: no policies in the bundle", name)
		case errors.Is(err, io.EOF):
			return files, nil
		case err != nil:
			return nil, fmt.Errorf("%s: corrupt bundle: %w", name, err)
		case entries > maxFiles:
			return nil, fmt.Errorf("%s: more than %d entries", name, maxFiles)
		}
		file := path.Clean("/" + strings.ReplaceAll(header.Name, `\`, "/"))[1:]
		if header.Typeflag != tar.TypeReg || !IsPolicyFile(file) || strings.HasPrefix(file, ".") || strings.Contains(file, "/.") {
			continue
		}
		if seen[file] {
			return nil, fmt.Errorf("%s: duplicate file %s in the bundle", name, file)
		}
		seen[file] = true
		text, err := readBounded(archive, &total)
		if err != nil {
			return nil, fmt.Errorf("%s:%s: %w", name, file, err)
		}
		files = append(files, File{Name: name + ":" + file, Path: file, Text: text})
	}
}

// mergeData adds the data files next to policies to the data document: each at
// the path of its directory, as OPA does.
func (s *Set) mergeData() error {
	data, left := map[string]any{}, maxDataValues
	for _, f := range s.config.Files {
		if !f.isData() {
			continue
		}
		value, err := parseObject(f.Text, &left)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		at := data
		for _, name := range parametersIn(value, f.Path) {
			s.beside = append(s.beside, parameter{name, f.Name})
		}
		if dir := path.Dir(f.Path); dir != "." {
			for step := range strings.SplitSeq(dir, "/") {
				next, _ := at[step].(map[string]any)
				if next == nil {
					next = map[string]any{}
					at[step] = next
				}
				at = next
			}
		}
		if err := merge(at, value, ""); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	config, _ := data["config"].(map[string]any)
	given, _ := s.config.Data["config"].(map[string]any)
	for key := range given { // what is given stands above what lies beside the policies
		delete(config, key)
	}
	if err := merge(data, s.config.Data, ""); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	if _, ok := data["config"].(map[string]any); !ok {
		if data["config"] != nil {
			return errors.New("data: config must be an object of parameters")
		}
		data["config"] = map[string]any{}
	}
	s.config.Data = data
	return s.checkParameters()
}

// parametersIn returns the parameters in a data file next to policies.
func parametersIn(value map[string]any, file string) []string {
	switch dir := path.Dir(file); dir {
	case ".":
		value, _ = value["config"].(map[string]any)
	case "config":
	default:
		name, nested := strings.CutPrefix(dir, "config/")
		if !nested {
			return nil
		}
		name, _, _ = strings.Cut(name, "/")
		return []string{name}
	}
	return slices.Sorted(maps.Keys(value))
}

// ParseData parses a document of parameters, in JSON or YAML, and adds it to
// data. A document with an object config at its top level is data as policies
// see it; any other contains the parameters, and becomes config. It returns the
// parameters.
func ParseData(data map[string]any, text []byte) (parameters []string, err error) {
	left := maxDataValues
	value, err := parseObject(text, &left)
	if err != nil {
		return nil, err
	}
	config, ok := value["config"].(map[string]any)
	if !ok {
		config, value = value, map[string]any{"config": value}
	}
	if _, ok := value["policies"]; ok {
		return nil, errors.New("data must not define `policies`, which holds the policies; rename the key")
	}
	return slices.Sorted(maps.Keys(config)), merge(data, value, "")
}

// merge adds one object to another. Values in both that are not objects are an
// error.
func merge(into, from map[string]any, at string) error {
	for key, value := range from {
		old, there := into[key]
		a, ok := old.(map[string]any)
		b, also := value.(map[string]any)
		switch {
		case !there:
			into[key] = value
		case ok && also:
			if err := merge(a, b, at+key+"."); err != nil {
				return err
			}
		default:
			return fmt.Errorf("duplicate key %s%s in data", at, key)
		}
	}
	return nil
}
