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
	"github.com/sceplint/sceplint/policies"
	"github.com/sceplint/sceplint/rules"
)

// baseline is the pack that is on unless it is switched off.
const baseline = "baseline"

// policyFlags say which policies are loaded.
type policyFlags struct {
	paths, packs, data []string
	noBaseline         bool
	trace              string
	config             configuration
	lazy               bool           // nobody asks what the policies are about
	also               []checker.Rule // beside the built-in ones
}

func (f *policyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.paths, "policy", nil, "load the policies of `PATH`: a .rego file, a directory, or a bundle.tar.gz (repeatable)")
	flags.StringArrayVar(&f.packs, "pack", nil, "load a shipped pack of policies: `NAME` is one of "+strings.Join(packNames(), ", ")+" (repeatable)")
	flags.BoolVar(&f.noBaseline, "no-baseline", false, "do not load the pack baseline, which is loaded otherwise")
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

// load reads what the flags name; nil if that is nothing.
func (f *policyFlags) load(ctx context.Context) (*policy.Set, error) {
	config := policy.Config{Taken: ruleIDs(rules.All()), Trace: f.trace, Lazy: f.lazy}
	packs, err := f.chosenPacks()
	if err != nil {
		return nil, err
	}
	for _, name := range packs {
		files, err := shipped(name)
		if err != nil {
			return nil, err
		}
		config.Files = append(config.Files, files...)
	}
	for _, p := range f.config.policies() {
		files, err := policyFiles(f.config.file(p.Value))
		if err != nil {
			return nil, f.config.Wrong(p.Place, "policies: %v", err)
		}
		config.Files = append(config.Files, files...)
	}
	for _, path := range f.paths {
		files, err := policyFiles(path)
		if err != nil {
			return nil, fmt.Errorf("--policy: %w", err)
		}
		config.Files = append(config.Files, files...)
	}
	for _, path := range f.data {
		if err := addData(&config, path); err != nil {
			return nil, fmt.Errorf("--data: %w", err)
		}
	}
	if f.config.Config != nil {
		config.Data = underlay(config.Data, f.config.Data)
	}
	if len(config.Files) == 0 {
		if len(f.data) > 0 {
			return nil, errors.New("--data gives parameters, but no policies are loaded")
		}
		return nil, nil
	}
	return policy.Load(ctx, config)
}

// chosenPacks are the shipped packs that the configuration and the flags name,
// each once.
func (f *policyFlags) chosenPacks() ([]string, error) {
	packs, known := slices.Clone(f.packs), packNames()
	for _, name := range packs {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("--pack: no pack is called %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	if f.config.Config == nil || f.config.Packs == nil {
		packs = append(packs, baseline)
	} else {
		for _, p := range f.config.Packs {
			if !slices.Contains(known, p.Value) {
				return nil, f.config.Wrong(p.Place, "packs: no pack is called %q; there are %s", p.Value, strings.Join(known, ", "))
			}
			packs = append(packs, p.Value)
		}
	}
	if f.noBaseline && !slices.Contains(f.packs, baseline) {
		packs = slices.DeleteFunc(packs, func(name string) bool { return name == baseline })
	}
	return slices.Compact(slices.Sorted(slices.Values(packs))), nil
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
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, plain(path, err)
	case info.IsDir():
		files, err := policy.Files(os.DirFS(path), func(file string) string { return filepath.Join(path, filepath.FromSlash(file)) })
		if err == nil && !slices.ContainsFunc(files, func(f policy.File) bool { return filepath.Ext(f.Path) == ".rego" }) {
			err = fmt.Errorf("%s: no .rego file is in the directory", path)
		}
		return files, err
	}
	text, err := readGiven(path, maxGiven)
	if err != nil {
		return nil, err
	}
	switch name := strings.ToLower(filepath.Base(path)); {
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return policy.Unpack(path, text)
	case filepath.Ext(name) == ".rego":
		return []policy.File{{Name: path, Path: filepath.Base(path), Text: text}}, nil
	}
	return nil, fmt.Errorf("%s: not a .rego file, a directory or a bundle.tar.gz", path)
}

// addData reads one --data.
func addData(config *policy.Config, path string) error {
	text, err := readGiven(path, maxGiven)
	if err != nil {
		return err
	}
	if config.Data == nil {
		config.Data = map[string]any{}
	}
	if err := policy.ParseData(config.Data, text); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// all gives the built-in rules and the policies that the flags name, with what
// there is to say of those.
func (f *policyFlags) all(ctx context.Context) (all []checker.Rule, notes []string, err error) {
	if err := f.config.read(); err != nil {
		return nil, nil, err
	}
	set, err := f.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	all = append(rules.All(), f.also...)
	if set != nil {
		all, notes = append(all, set.Rules()...), set.Notes()
	}
	return all, notes, nil
}
