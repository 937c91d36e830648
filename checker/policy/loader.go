package policy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/policies"
)

// DefaultPack is the pack that is loaded by default.
const DefaultPack = "recommended"

// Loader says which policies are loaded: shipped packs, and files that flags or the configuration name.
type Loader struct {
	Paths, Packs, Data []string
	NoDefaultPack      bool
	Trace              string
	Project            config.Project
	Lazy               bool     // the METADATA of the policies is not needed
	AllPacks           bool     // load all shipped packs
	Reserved           []string // IDs that policies may not have: those of the built-in rules
}

// PackNames returns the shipped packs, with the dashes of IDs.
var PackNames = sync.OnceValue(func() (names []string) {
	entries, err := policies.FS.ReadDir(".")
	if err != nil {
		panic(err) // it is part of the program
	}
	for _, e := range entries {
		names = append(names, strings.ReplaceAll(e.Name(), "_", "-"))
	}
	return names
})

// ShippedIDs returns the IDs of all shipped policies, loaded or not.
func ShippedIDs() (ids []string) {
	for i := range shippedPolicies {
		ids = append(ids, toRuleID(path.Base(path.Dir(shippedPolicies[i].file))))
	}
	return ids
}

// Sets are the policies of a run: those that the command line loads, and those
// that the configuration does. They are compiled separately, so that a
// repository cannot change the packages and data of the command line.
type Sets struct{ given, configured *Set } // nil where there are none

// all returns the sets that exist.
func (s Sets) all() []*Set {
	return slices.DeleteFunc([]*Set{s.given, s.configured}, func(set *Set) bool { return set == nil })
}

// Rules returns the policies as rules, ordered by pack and ID.
func (s Sets) Rules() (list []checker.Rule) {
	for _, set := range s.all() {
		list = append(list, set.Rules()...)
	}
	slices.SortStableFunc(list, func(a, b checker.Rule) int { return strings.Compare(a.Pack+"/"+a.ID, b.Pack+"/"+b.ID) })
	return list
}

// Load loads the policies of the flags and the configuration.
func (f *Loader) Load(ctx context.Context) (sets Sets, err error) {
	data := map[string]any{}
	parameters, err := f.readData(data)
	if err != nil {
		return sets, err
	}
	given, err := f.givenFiles()
	if err != nil {
		return sets, err
	}
	configured, err := f.configuredFiles()
	if err != nil {
		return sets, err
	}
	if len(given)+len(configured) == 0 && len(f.Data) > 0 {
		return sets, errors.New("--data requires policies, but none are loaded; add --policy or --pack")
	}
	if sets.given, err = f.loadSet(ctx, given, maps.Clone(data)); err != nil {
		return sets, err
	}
	if f.Project.Config != nil {
		data = mergeDefaults(data, f.Project.Data)
	}
	if sets.configured, err = f.loadSet(ctx, configured, data); err != nil {
		return sets, err
	}
	if sets.given != nil && sets.configured != nil {
		if err := sets.configured.Clash(sets.given); err != nil {
			return sets, err
		}
	}
	return sets, f.checkParameters(ctx, sets, parameters)
}

func (f *Loader) loadSet(ctx context.Context, files []File, data map[string]any) (*Set, error) {
	if len(files) == 0 {
		return nil, nil
	}
	return Load(ctx, Config{Files: files, Data: data, ReservedIDs: f.Reserved, Trace: f.Trace, Lazy: f.Lazy})
}

// givenFiles returns the files of the policies that flags list.
func (f *Loader) givenFiles() (files []File, err error) {
	for _, name := range slices.Compact(slices.Sorted(slices.Values(f.Packs))) {
		if !slices.Contains(PackNames(), name) {
			return nil, fmt.Errorf("--pack: unknown pack %q; expected %s", name, strings.Join(PackNames(), ", "))
		}
		pack, err := PackFiles(name)
		if err != nil {
			return nil, err
		}
		files = append(files, pack...)
	}
	for _, path := range f.Paths {
		list, err := filesAt(path)
		if err != nil {
			return nil, fmt.Errorf("--policy: %w", err)
		}
		files = append(files, list...)
	}
	return files, nil
}

// configuredFiles returns the files of the policies that the configuration
// lists, or that are loaded by default.
func (f *Loader) configuredFiles() (files []File, err error) {
	packs, err := f.configuredPacks()
	if err != nil {
		return nil, err
	}
	for _, name := range packs {
		if slices.Contains(f.Packs, name) || f.NoDefaultPack && name == DefaultPack {
			continue
		}
		pack, err := PackFiles(name)
		if err != nil {
			return nil, err
		}
		files = append(files, pack...)
	}
	if f.Project.Config == nil {
		return files, nil
	}
	for _, p := range f.Project.Policies {
		list, err := projectFiles(&f.Project, p.Value)
		if err != nil {
			return nil, f.Project.Wrong(p.Place, "policies: %v", err)
		}
		files = append(files, list...)
	}
	return files, nil
}

// configuredPacks returns the shipped packs of the configuration, each once.
func (f *Loader) configuredPacks() ([]string, error) {
	if f.AllPacks {
		return PackNames(), nil
	}
	if f.Project.Config == nil || f.Project.Packs == nil {
		return []string{DefaultPack}, nil
	}
	var packs []string
	for _, p := range f.Project.Packs {
		if !slices.Contains(PackNames(), p.Value) {
			hint := "expected " + strings.Join(PackNames(), ", ")
			if near := (Parameters{Names: PackNames()}).Nearest(p.Value); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, f.Project.Wrong(p.Place, "packs: unknown pack; %s", hint)
		}
		packs = append(packs, p.Value)
	}
	slices.Sort(packs)
	return slices.Compact(packs), nil
}

// parameterGiven is a parameter of policies that --data gives.
type parameterGiven struct{ name, file string }

// readData reads the files of --data.
func (f *Loader) readData(data map[string]any) (parameters []parameterGiven, err error) {
	for _, path := range f.Data {
		names, err := ReadData(data, path)
		if err != nil {
			return nil, fmt.Errorf("--data: %w", err)
		}
		for _, name := range names {
			parameters = append(parameters, parameterGiven{name, path})
		}
	}
	return parameters, nil
}

// checkParameters rejects parameters that no policy reads.
func (f *Loader) checkParameters(ctx context.Context, sets Sets, parameters []parameterGiven) error {
	if len(parameters) == 0 && (f.Project.Config == nil || len(f.Project.DataKeys) == 0) {
		return nil // and compiling need not be waited for
	}
	given, err := sets.given.Parameters()
	if err != nil {
		return err
	}
	configured, err := sets.configured.Parameters()
	if err != nil {
		return err
	}
	both := given.With(configured)
	for _, p := range parameters {
		if !both.Has(p.name) {
			return fmt.Errorf("--data %s: %w", printable.Text(p.file), f.unreadParameter(ctx, both, p.name, true))
		}
	}
	if f.Project.Config == nil {
		return nil
	}
	var off Parameters // of what a flag switches off
	if packs, err := f.configuredPacks(); err == nil && f.NoDefaultPack && slices.Contains(packs, DefaultPack) {
		if off, err = packParameters(ctx, DefaultPack); err != nil {
			return err
		}
	}
	for _, key := range f.Project.DataKeys {
		switch {
		case configured.Has(key.Value), off.Has(key.Value):
		case given.Has(key.Value):
			return f.Project.Wrong(key.Place, "data: the parameter is used only by policies from the command line, which do not read it from the configuration; set it with --data")
		default:
			return f.Project.Wrong(key.Place, "data: %v", f.unreadParameter(ctx, configured, key.Value, f.Project.QuotesKeys))
		}
	}
	return nil
}

// unreadParameter returns the error for a parameter that no policy reads.
func (f *Loader) unreadParameter(ctx context.Context, known Parameters, name string, quote bool) error {
	for _, pack := range PackNames() {
		if p, err := packParameters(ctx, pack); err == nil && p.Has(name) {
			return fmt.Errorf("unused parameter %s; load its pack with --pack %s", name, pack)
		}
	}
	return known.Unknown(name, quote)
}

// packParameters returns the parameters of a shipped pack.
func packParameters(ctx context.Context, pack string) (Parameters, error) {
	files, err := PackFiles(pack)
	if err != nil {
		return Parameters{}, err
	}
	return ParametersOf(ctx, files)
}

// mergeDefaults adds the parameters of the configuration that flags do not set.
func mergeDefaults(data, parameters map[string]any) map[string]any {
	if len(parameters) == 0 {
		return data
	}
	merged := maps.Clone(parameters)
	if data == nil {
		data = map[string]any{}
	}
	if given, ok := data["config"].(map[string]any); ok {
		maps.Copy(merged, given)
	}
	data["config"] = merged
	return data
}

// PackFiles returns the files of a shipped pack, without its tests.
func PackFiles(pack string) ([]File, error) {
	folder := strings.ReplaceAll(pack, "-", "_")
	entries, err := policies.FS.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	files := make([]File, len(entries))
	for i, e := range entries {
		file := e.Name() + "/" + e.Name() + ".rego"
		text, err := policies.FS.ReadFile(folder + "/" + file)
		if err != nil {
			return nil, err
		}
		files[i] = File{Name: "policies/" + folder + "/" + file, Path: file, Text: text, Shipped: true}
	}
	return files, nil
}

// filesAt returns the files of one --policy.
func filesAt(path string) ([]File, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, localfile.DescribeError(path, err)
	} else if info.IsDir() {
		files, done, err := directoryFiles(path)
		done()
		return files, err
	}
	text, err := localfile.Read(path, localfile.MaxSize)
	if err != nil {
		return nil, err
	}
	return namedFile(path, text)
}

// directoryFiles returns the files of a directory of policies, with the
// directory held open. Links do not lead out of it.
func directoryFiles(path string) (files []File, done func(), err error) {
	real, err := localfile.Follow(path, false)
	if err != nil {
		return nil, func() {}, localfile.DescribeError(path, err)
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return nil, func() {}, localfile.DescribeError(path, err)
	}
	files, err = filesOf(root.FS(), path)
	return files, func() { root.Close() }, err
}

// filesOf returns the files of a directory of policies, with a path for
// messages.
func filesOf(fsys fs.FS, path string) ([]File, error) {
	files, err := Files(fsys, func(file string) string { return filepath.Join(path, filepath.FromSlash(file)) })
	if err == nil && !slices.ContainsFunc(files, func(f File) bool { return filepath.Ext(f.Path) == ".rego" }) {
		err = fmt.Errorf("%s: no .rego files in the directory", path)
	}
	return files, err
}

// namedFile returns the content of a file that is named.
func namedFile(path string, text []byte) ([]File, error) {
	switch name := strings.ToLower(filepath.Base(path)); {
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return Unpack(path, text)
	case filepath.Ext(name) == ".rego":
		return []File{{Name: path, Path: filepath.Base(path), Text: text}}, nil
	}
	return nil, fmt.Errorf("%s: unsupported policy file; expected a .rego file, a directory, or a bundle (.tar.gz)", path)
}

// projectFiles returns the files of one path of policies in the configuration.
func projectFiles(f *config.Project, name string) ([]File, error) {
	file := f.Absolute(name)
	root, inside, err := f.OpenRoot(file)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(inside)
	if err != nil {
		return nil, f.DescribeError(file, err)
	}
	if info.IsDir() {
		directory, err := fs.Sub(root.FS(), filepath.ToSlash(inside))
		if err != nil {
			return nil, f.DescribeError(file, err)
		}
		return filesOf(directory, f.ShortPath(file))
	}
	text, err := f.ReadFile(file, localfile.MaxSize)
	if err != nil {
		return nil, err
	}
	return namedFile(f.ShortPath(file), text)
}

// ReadData reads one --data, and returns its parameters.
func ReadData(data map[string]any, path string) (parameters []string, err error) {
	text, err := localfile.Read(path, localfile.MaxSize)
	if err != nil {
		return nil, err
	}
	if parameters, err = ParseData(data, text); err != nil {
		err = fmt.Errorf("%s: %w", printable.Text(path), err)
	}
	return parameters, err
}

// Warnings returns the notes on the policies.
func (s Sets) Warnings() (notes []string) {
	for _, set := range s.all() {
		notes = append(notes, set.Warnings()...)
	}
	return notes
}

// shippedFiles returns the files of the shipped policies, without their tests.
func shippedFiles() []string {
	files, err := fs.Glob(policies.FS, "*/*/*.rego")
	if err != nil {
		panic(err) // it is part of the program
	}
	return slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, "_test.rego") })
}

// shippedTitle reads the title of a shipped policy from its METADATA, without
// the work of compiling it.
func shippedTitle(file string) string {
	text, err := policies.FS.ReadFile(file)
	if err != nil {
		panic(err) // it is part of the program
	}
	_, after, _ := strings.Cut(string(text), "\n# title: ")
	title, _, _ := strings.Cut(after, "\n")
	return title
}

// TestFiles returns the files of a path to test, with the directory that their
// tests may read; links do not lead out of it.
func TestFiles(path string) (files []File, done func(), err error) {
	done = func() {}
	info, err := os.Stat(path)
	if err != nil {
		return nil, done, localfile.DescribeError(path, err)
	}
	if info.IsDir() {
		return directoryFiles(path)
	}
	if files, err = filesAt(path); err != nil || filepath.Ext(path) != ".rego" {
		return files, done, err
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, done, localfile.DescribeError(filepath.Dir(path), err)
	}
	files[0].TestFS = root.FS()
	return files, func() { root.Close() }, nil
}

// ShippedTitles yields the IDs of the shipped policies with their titles.
func ShippedTitles() iter.Seq2[string, string] {
	return func(yield func(id, title string) bool) {
		for _, file := range shippedFiles() {
			if !yield(strings.ReplaceAll(path.Base(path.Dir(file)), "_", "-"), shippedTitle(file)) {
				return
			}
		}
	}
}
