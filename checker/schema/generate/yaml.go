package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A checkout of github.com/apple/device-management has a YAML file for each page of
// the schema; a type may have several.

// page is a YAML file of the schema.
type page struct {
	Payload struct {
		PayloadType     string
		DeclarationType string
		SupportedOS     map[string]platform `yaml:"supportedOS"`
	}
	PayloadKeys []pageKey
}

// pageKey is a key of a page. The only subkey of an array is what it holds.
type pageKey struct {
	Key         string
	Type        string
	Presence    string
	Default     any
	RangeList   []any
	Range       struct{ Min, Max any }
	Repetition  *struct{ Min, Max *int }
	Format      string
	AssetTypes  []string
	SupportedOS map[string]platform `yaml:"supportedOS"`
	SubKeys     []pageKey
}

// checkouts are the directories of a checkout, by table.
var checkouts = map[string]string{
	"payloads":     filepath.Join("mdm", "profiles"),
	"declarations": filepath.Join("declarative", "declarations"),
}

// readPages gives the facts of the pages in a directory, as JSON.
func readPages(dir string) ([]byte, error) {
	types := map[string]*fact{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var p page
		if err := yaml.Unmarshal(text, &p); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		name := p.Payload.PayloadType + p.Payload.DeclarationType
		switch base := strings.TrimSuffix(filepath.Base(path), ".yaml"); {
		case base == "CommonPayloadKeys", base == "TopLevel":
			name = base
		case name == "":
			return nil
		}
		t := &fact{Type: "dictionary", Platforms: p.Payload.SupportedOS}
		addKeys(t, p.PayloadKeys)
		types[name] = union(types[name], t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(types) == 0 {
		return nil, errors.New("no page of the schema in " + dir)
	}
	return json.Marshal(types)
}

// union gives the facts of two pages about the same thing, of which a may be nil:
// the keys of both, of which only those are required that are on both, and the
// values that either allows.
func union(a, b *fact) *fact {
	if a == nil {
		return b
	}
	if len(b.Platforms) == 0 {
		b.Platforms = a.Platforms
	}
	b.Required = b.Required && a.Required
	if len(a.Allowed) == 0 || len(b.Allowed) == 0 {
		b.Allowed = nil // one of the pages allows all values
	} else {
		for _, v := range a.Allowed {
			if !slices.Contains(b.Allowed, v) {
				b.Allowed = append(b.Allowed, v)
			}
		}
	}
	for name, k := range b.Keys {
		if a.Keys[name] == nil {
			k.Required = false
		}
	}
	for name, k := range a.Keys {
		switch {
		case b.Keys == nil:
			b.Keys = a.Keys
		case b.Keys[name] == nil:
			k.Required = false
			b.Keys[name] = k
		default:
			b.Keys[name] = union(k, b.Keys[name])
		}
	}
	return b
}

func addKeys(to *fact, keys []pageKey) {
	to.Keys = map[string]*fact{}
	for i := range keys {
		to.Keys[keys[i].Key] = keys[i].fact()
	}
}

func (k *pageKey) fact() *fact {
	f := &fact{
		Type: strings.Trim(k.Type, "<>"), Required: k.Presence == "required", Default: k.Default, Allowed: k.RangeList,
		Min: pageNumber(k.Range.Min), Max: pageNumber(k.Range.Max), Repetition: k.Repetition, Format: k.Format, AssetTypes: k.AssetTypes, Platforms: k.SupportedOS,
	}
	switch {
	case f.Type == "array" && len(k.SubKeys) == 1:
		f.Items = k.SubKeys[0].fact()
	case f.Type == "dictionary" && len(k.SubKeys) > 0:
		addKeys(f, k.SubKeys)
	}
	return f
}

func pageNumber(v any) *json.Number {
	if v == nil {
		return nil
	}
	n := json.Number(fmt.Sprint(v))
	return &n
}
