package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/policies"
	"github.com/sceplint/sceplint/rules"
)

// defaultPack is the pack that is on unless it is switched off.
const defaultPack = "recommended"

// policyFlags say which policies are loaded.
type policyFlags struct {
	paths, packs, data []string
	noDefaultPack      bool
	trace              string
	config             configuration
	lazy               bool           // what the policies are about is not needed
	allPacks           bool           // of those that are shipped, wherever they are loaded
	also               []checker.Rule // beside the built-in ones
}

func (f *policyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.paths, "policy", nil, "load the policies of `PATH`: a .rego file, a directory, or a bundle.tar.gz (repeatable)")
	flags.StringArrayVar(&f.packs, "pack", nil, "load a shipped pack of policies: `NAME` is one of "+strings.Join(packNames(), ", ")+" (repeatable)")
	flags.BoolVar(&f.noDefaultPack, "no-default-pack", false, "do not load the pack recommended, which is loaded by default")
	flags.StringArrayVar(&f.data, "data", nil, "`FILE` of JSON or YAML with the parameters of policies: {config: {…}}, or the parameters alone (repeatable)")
	complete(cmd, "pack", packNames()...)
	f.config.add(cmd)
}

// packNames are the shipped packs, with the dashes of IDs.
var packNames = sync.OnceValue(func() (names []string) {
	entries, err := policies.FS.ReadDir(".")
	if err != nil {
		panic(err) // it is part of the program
	}
	for _, e := range entries {
		names = append(names, strings.ReplaceAll(e.Name(), "_", "-"))
	}
	return names
})

// shippedIDs are the IDs of all shipped policies, loaded or not.
func shippedIDs() (ids []string) {
	folders, err := fs.Glob(policies.FS, "*/*")
	if err != nil {
		panic(err) // it is part of the program
	}
	for _, folder := range folders {
		ids = append(ids, strings.ReplaceAll(path.Base(folder), "_", "-"))
	}
	return ids
}

// policySets are the policies of a run: those that the command line loads, and those
// that the configuration does. They are compiled apart, so that a repository cannot
// change what the command line brings: not its packages, and not its data.
type policySets struct{ given, configured *policy.Set } // nil where there are none

// all gives the sets that there are.
func (s policySets) all() []*policy.Set {
	return slices.DeleteFunc([]*policy.Set{s.given, s.configured}, func(set *policy.Set) bool { return set == nil })
}

// Rules gives the policies as rules, ordered by pack and ID.
func (s policySets) Rules() (list []checker.Rule) {
	for _, set := range s.all() {
		list = append(list, set.Rules()...)
	}
	slices.SortStableFunc(list, func(a, b checker.Rule) int { return strings.Compare(a.Pack+"/"+a.ID, b.Pack+"/"+b.ID) })
	return list
}

// load reads the policies that the flags and the configuration name.
func (f *policyFlags) load(ctx context.Context) (sets policySets, err error) {
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
	if len(given)+len(configured) == 0 && len(f.data) > 0 {
		return sets, errors.New("--data gives parameters, but no policies are loaded")
	}
	if sets.given, err = f.loadSet(ctx, given, maps.Clone(data)); err != nil {
		return sets, err
	}
	if f.config.Config != nil {
		data = underlay(data, f.config.Data)
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

func (f *policyFlags) loadSet(ctx context.Context, files []policy.File, data map[string]any) (*policy.Set, error) {
	if len(files) == 0 {
		return nil, nil
	}
	return policy.Load(ctx, policy.Config{Files: files, Data: data, Taken: append(ruleIDs(rules.All()), probe.IDs()...), Trace: f.trace, Lazy: f.lazy})
}

// givenFiles are the files of the policies that flags name.
func (f *policyFlags) givenFiles() (files []policy.File, err error) {
	for _, name := range slices.Compact(slices.Sorted(slices.Values(f.packs))) {
		if !slices.Contains(packNames(), name) {
			return nil, fmt.Errorf("--pack: no pack is called %q; there are %s", name, strings.Join(packNames(), ", "))
		}
		pack, err := shipped(name)
		if err != nil {
			return nil, err
		}
		files = append(files, pack...)
	}
	for _, path := range f.paths {
		list, err := policyFiles(path)
		if err != nil {
			return nil, fmt.Errorf("--policy: %w", err)
		}
		files = append(files, list...)
	}
	return files, nil
}

// configuredFiles are the files of the policies that the configuration names, or
// that are loaded without one.
func (f *policyFlags) configuredFiles() (files []policy.File, err error) {
	packs, err := f.configuredPacks()
	if err != nil {
		return nil, err
	}
	for _, name := range packs {
		if slices.Contains(f.packs, name) || f.noDefaultPack && name == defaultPack {
			continue
		}
		pack, err := shipped(name)
		if err != nil {
			return nil, err
		}
		files = append(files, pack...)
	}
	for _, p := range f.config.policies() {
		list, err := f.config.policyFiles(p.Value)
		if err != nil {
			return nil, f.config.Wrong(p.Place, "policies: %v", err)
		}
		files = append(files, list...)
	}
	return files, nil
}

// configuredPacks are the shipped packs of the configuration, each once.
func (f *policyFlags) configuredPacks() ([]string, error) {
	if f.allPacks {
		return packNames(), nil
	}
	if f.config.Config == nil || f.config.Packs == nil {
		return []string{defaultPack}, nil
	}
	var packs []string
	for _, p := range f.config.Packs {
		if !slices.Contains(packNames(), p.Value) {
			hint := "there are " + strings.Join(packNames(), ", ")
			if near := (policy.Parameters{Names: packNames()}).Nearest(p.Value); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, f.config.Wrong(p.Place, "packs: unknown pack; %s", hint)
		}
		packs = append(packs, p.Value)
	}
	slices.Sort(packs)
	return slices.Compact(packs), nil
}

// parameterGiven is a parameter of policies that --data gives.
type parameterGiven struct{ name, file string }

// readData reads the files of --data.
func (f *policyFlags) readData(data map[string]any) (parameters []parameterGiven, err error) {
	for _, path := range f.data {
		names, err := addData(data, path)
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
func (f *policyFlags) checkParameters(ctx context.Context, sets policySets, parameters []parameterGiven) error {
	if len(parameters) == 0 && (f.config.Config == nil || len(f.config.DataKeys) == 0) {
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
			return fmt.Errorf("--data %s: %w", checker.Printable(p.file), f.unreadParameter(ctx, both, p.name, true))
		}
	}
	if f.config.Config == nil {
		return nil
	}
	var off policy.Parameters // of what a flag switches off
	if packs, err := f.configuredPacks(); err == nil && f.noDefaultPack && slices.Contains(packs, defaultPack) {
		if off, err = packParameters(ctx, defaultPack); err != nil {
			return err
		}
	}
	for _, key := range f.config.DataKeys {
		switch {
		case configured.Has(key.Value), off.Has(key.Value):
		case given.Has(key.Value):
			return f.config.Wrong(key.Place, "data: the parameter is read by policies of the command line alone, which do not take it from a configuration; give it with --data")
		default:
			return f.config.Wrong(key.Place, "data: %v", f.unreadParameter(ctx, configured, key.Value, f.config.QuotesKeys))
		}
	}
	return nil
}

// unreadParameter is the error for a parameter that no policy reads.
func (f *policyFlags) unreadParameter(ctx context.Context, known policy.Parameters, name string, quote bool) error {
	for _, pack := range packNames() {
		if p, err := packParameters(ctx, pack); err == nil && p.Has(name) {
			return fmt.Errorf("no policy reads the parameter %s; the pack %s, which has it, is not loaded", name, pack)
		}
	}
	return known.Unknown(name, quote)
}

// packParameters gives the parameters of a shipped pack.
func packParameters(ctx context.Context, pack string) (policy.Parameters, error) {
	files, err := shipped(pack)
	if err != nil {
		return policy.Parameters{}, err
	}
	return policy.ParametersOf(ctx, files)
}

// underlay puts the parameters of the configuration below those that were given
// by flags.
func underlay(data, parameters map[string]any) map[string]any {
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

// shipped are the files of a shipped pack, without its tests.
func shipped(pack string) ([]policy.File, error) {
	folder := strings.ReplaceAll(pack, "-", "_")
	sub, err := fs.Sub(policies.FS, folder)
	if err != nil {
		return nil, err
	}
	files, err := policy.Files(sub, func(path string) string { return "policies/" + folder + "/" + path })
	for i := range files {
		files[i].Shipped = true
	}
	return slices.DeleteFunc(files, func(f policy.File) bool { return strings.HasSuffix(f.Path, "_test.rego") }), err
}

// policyFiles are the files of one --policy.
func policyFiles(path string) ([]policy.File, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, plain(path, err)
	} else if info.IsDir() {
		files, done, err := policyDirectory(path)
		done()
		return files, err
	}
	text, err := readGiven(path, maxGiven)
	if err != nil {
		return nil, err
	}
	return policyFile(path, text)
}

// policyDirectory are the files of a directory of policies, with the directory
// held open. Links do not lead out of it.
func policyDirectory(path string) (files []policy.File, done func(), err error) {
	real, err := follow(path, false)
	if err != nil {
		return nil, func() {}, plain(path, err)
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return nil, func() {}, plain(path, err)
	}
	files, err = filesOf(root.FS(), path)
	return files, func() { root.Close() }, err
}

// filesOf are the files of a directory of policies that messages call by a path.
func filesOf(fsys fs.FS, path string) ([]policy.File, error) {
	files, err := policy.Files(fsys, func(file string) string { return filepath.Join(path, filepath.FromSlash(file)) })
	if err == nil && !slices.ContainsFunc(files, func(f policy.File) bool { return filepath.Ext(f.Path) == ".rego" }) {
		err = fmt.Errorf("%s: no .rego file is in the directory", path)
	}
	return files, err
}

// policyFile is what a file holds that is named.
func policyFile(path string, text []byte) ([]policy.File, error) {
	switch name := strings.ToLower(filepath.Base(path)); {
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return policy.Unpack(path, text)
	case filepath.Ext(name) == ".rego":
		return []policy.File{{Name: path, Path: filepath.Base(path), Text: text}}, nil
	}
	return nil, fmt.Errorf("%s: not a .rego file, a directory or a bundle.tar.gz", path)
}

// policyFiles are the files of one path of policies in the configuration.
func (f *configuration) policyFiles(name string) ([]policy.File, error) {
	file := f.file(name)
	root, inside, err := f.inRoot(file)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(inside)
	if err != nil {
		return nil, f.unreadable(file, err)
	}
	if info.IsDir() {
		directory, err := fs.Sub(root.FS(), filepath.ToSlash(inside))
		if err != nil {
			return nil, f.unreadable(file, err)
		}
		return filesOf(directory, f.shown(file))
	}
	text, err := f.readFile(file, maxGiven)
	if err != nil {
		return nil, err
	}
	return policyFile(f.shown(file), text)
}

// addData reads one --data, and gives the parameters in it.
func addData(data map[string]any, path string) (parameters []string, err error) {
	text, err := readGiven(path, maxGiven)
	if err != nil {
		return nil, err
	}
	if parameters, err = policy.ParseData(data, text); err != nil {
		err = fmt.Errorf("%s: %w", checker.Printable(path), err)
	}
	return parameters, err
}

// all gives the built-in rules and the policies that are loaded, with notes on
// those.
func (f *policyFlags) all(ctx context.Context) (all []checker.Rule, notes []string, err error) {
	if err := f.config.read(); err != nil {
		return nil, nil, err
	}
	sets, err := f.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, set := range sets.all() {
		notes = append(notes, set.Notes()...)
	}
	return slices.Concat(rules.All(), f.also, sets.Rules()), notes, nil
}
