package policy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/util"
)

// File is one file that policies are loaded from.
type File struct {
	Name string // as messages call it
	Path string // inside of its directory or bundle, with slashes
	Text []byte

	Beside  fs.FS // what tests may read profiles from, Path being of it; may be nil
	Shipped bool  // part of the program, and known to be sound
}

// The most that is read: policies are text that people write.
const (
	maxFiles    = 10_000
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

// Wanted reports whether a file of a directory or bundle is one that Load
// reads: Rego modules and data.{json,yaml,yml}.
func Wanted(name string) bool {
	f := File{Path: name}
	return f.isModule() || f.isData()
}

// Files collects the files of a directory that Load reads, in order. Hidden
// directories are passed over; name gives the name of a file in messages.
func Files(fsys fs.FS, name func(path string) string) ([]File, error) {
	var files []File
	total := 0
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", name(file), err)
		}
		if d.IsDir() {
			if file != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type()&fs.ModeSymlink != 0 && !strings.HasPrefix(d.Name(), ".") {
			if info, err := fs.Stat(fsys, file); err == nil && info.IsDir() { // its policies would be missing
				return fmt.Errorf("%s: links to directories are not followed; name the directory itself", name(file))
			}
		}
		if !Wanted(file) {
			return nil
		}
		if info, err := fs.Stat(fsys, file); err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("%s: not a regular file", name(file)) // to open a pipe may take forever
		}
		f, err := fsys.Open(file)
		if err != nil {
			return fmt.Errorf("%s: %w", name(file), err)
		}
		defer f.Close()
		text, err := readBounded(f, &total)
		if err != nil {
			return fmt.Errorf("%s: %w", name(file), err)
		}
		files = append(files, File{Name: name(file), Path: file, Text: text, Beside: fsys})
		if len(files) > maxFiles {
			return fmt.Errorf("%s: more than %d files", name("."), maxFiles)
		}
		return nil
	})
	return files, err
}

func readBounded(r io.Reader, total *int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileSize {
		return nil, fmt.Errorf("longer than %d MiB", maxFileSize>>20)
	}
	if *total += len(text); *total > maxTotal {
		return nil, fmt.Errorf("more than %d MiB of policies", maxTotal>>20)
	}
	return text, nil
}

// Unpack reads a bundle as opa build makes it: a tar archive packed by gzip.
// Messages call its files name:path.
func Unpack(name string, bundle []byte) ([]File, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(bundle))
	if err != nil {
		return nil, fmt.Errorf("%s: not a bundle packed by gzip: %w", name, err)
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
			return nil, fmt.Errorf("%s: unpacks to more than %d MiB", name, maxArchive>>20)
		case errors.Is(err, io.EOF) && len(files) == 0:
			return nil, fmt.Errorf("%s: no policy is in the bundle", name)
		case errors.Is(err, io.EOF):
			return files, nil
		case err != nil:
			return nil, fmt.Errorf("%s: damaged bundle: %w", name, err)
		case entries > maxFiles:
			return nil, fmt.Errorf("%s: more than %d entries", name, maxFiles)
		}
		file := path.Clean("/" + strings.ReplaceAll(header.Name, `\`, "/"))[1:]
		if header.Typeflag != tar.TypeReg || !Wanted(file) || strings.HasPrefix(file, ".") || strings.Contains(file, "/.") {
			continue
		}
		if seen[file] {
			return nil, fmt.Errorf("%s: %s is in the bundle twice", name, file)
		}
		seen[file] = true
		text, err := readBounded(archive, &total)
		if err != nil {
			return nil, fmt.Errorf("%s:%s: %w", name, file, err)
		}
		files = append(files, File{Name: name + ":" + file, Path: file, Text: text})
	}
}

// mergeData adds the data files that lie beside policies to the data document:
// each at the path of its directory, as OPA does.
func (s *Set) mergeData() error {
	data := map[string]any{}
	for _, f := range s.config.Files {
		if !f.isData() {
			continue
		}
		var value map[string]any
		if err := util.Unmarshal(f.Text, &value); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		at := data
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

// ParseData reads a document of parameters, in JSON or YAML, and adds it to
// data. A document with an object config at its top is data as policies see it;
// any other holds the parameters, and becomes config.
func ParseData(data map[string]any, text []byte) error {
	var value map[string]any
	if err := util.Unmarshal(text, &value); err != nil {
		return fmt.Errorf("not an object in JSON or YAML: %w", err)
	}
	if _, ok := value["config"].(map[string]any); !ok {
		value = map[string]any{"config": value}
	}
	if _, ok := value["policies"]; ok {
		return errors.New("policies is the name of the policies themselves; data needs another")
	}
	return merge(data, value, "")
}

// merge adds one object to another. Values that are in both, and not objects,
// are an error.
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
			return fmt.Errorf("%s%s is given twice", at, key)
		}
	}
	return nil
}
