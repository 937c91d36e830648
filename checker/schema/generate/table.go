package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fact is what payloads.json and declarations.json say of a type or a key. What
// is not listed here does not go into the table.
type fact struct {
	Type       string
	Required   bool
	Default    any
	Allowed    []any
	Min, Max   *json.Number
	Repetition *struct{ Min, Max *int }
	Format     string
	AssetTypes []string // the declarations that a reference may name
	Open       bool     // nests in itself, so that it ends here
	Platforms  map[string]platform
	Keys       map[string]*fact
	Items      *fact
	AnyKey     json.RawMessage // true, or what each further key holds
}

// platform is what the facts say of one platform.
type platform struct {
	Introduced, Deprecated, Removed                  string
	Multiple, DeviceChannel, UserChannel, Supervised bool
}

// platforms are the names in the order of the table.
var platforms = []string{"iOS", "macOS", "tvOS", "watchOS", "visionOS"}

// kinds are the types of values, each with its mark in the table.
var kinds = map[string]string{
	"any": "?", "string": "s", "integer": "i", "real": "r", "boolean": "b",
	"date": "t", "data": "d", "array": "a", "dictionary": "o",
}

// makeTable writes the facts as a table. A line is a type, after "=", or a key,
// after one space for each dictionary or array around it; "[]" is what an array
// holds and "*" what further keys of a dictionary hold. Its fields are separated
// by tabs: the name; for keys the kind, with "!" where it is required; then
// attributes that begin with their mark.
func makeTable(facts []byte) ([]byte, error) {
	var types map[string]*fact
	if err := json.Unmarshal(facts, &types); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(types)) {
		t := types[name]
		if strings.ContainsAny(name, "\t\n") {
			return nil, fmt.Errorf("type %q holds a separator", name)
		}
		b.WriteString("=" + name)
		writePlatforms(&b, t.Platforms)
		if anyKey(t) {
			b.WriteString("\t*")
		}
		b.WriteByte('\n')
		if err := writeKeys(&b, t, 1); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return b.Bytes(), nil
}

// anyKey reports whether a dictionary may hold further keys of any kind.
func anyKey(f *fact) bool {
	return string(f.AnyKey) == "true" || len(f.AnyKey) == 0 && f.Keys["ANY"] != nil && f.Keys["ANY"].Type == "any"
}

// writeKeys writes what is inside a dictionary or an array.
func writeKeys(b *bytes.Buffer, f *fact, depth int) error {
	for _, name := range slices.Sorted(maps.Keys(f.Keys)) {
		if name == "ANY" { // stands for any key; AnyKey says the same where there is one
			continue
		}
		if err := writeKey(b, name, f.Keys[name], depth); err != nil {
			return err
		}
	}
	if f.Items != nil {
		if err := writeKey(b, "[]", f.Items, depth); err != nil {
			return err
		}
	}
	further := f.Keys["ANY"]
	if len(f.AnyKey) > 0 && f.AnyKey[0] == '{' {
		further = new(fact)
		if err := json.Unmarshal(f.AnyKey, further); err != nil {
			return err
		}
	}
	if further != nil && !anyKey(f) {
		return writeKey(b, "*", further, depth)
	}
	return nil
}

func writeKey(b *bytes.Buffer, name string, f *fact, depth int) error {
	kind, ok := kinds[f.Type]
	if !ok {
		return fmt.Errorf("key %q has the unknown type %q", name, f.Type)
	}
	b.WriteString(strings.Repeat(" ", depth) + name + "\t" + kind)
	if f.Required && name != "[]" && name != "*" {
		b.WriteByte('!')
	}
	field := func(mark, value string) error {
		if strings.ContainsAny(value, "\t\n") {
			return fmt.Errorf("key %q holds a separator", name)
		}
		b.WriteString("\t" + mark + value)
		return nil
	}
	if strings.ContainsAny(name, "\t\n") || strings.HasPrefix(name, " ") {
		return fmt.Errorf("key %q holds a separator", name)
	}
	if f.Default != nil && f.Type != "dictionary" && f.Type != "array" {
		if err := field("=", text(f.Default, f.Type)); err != nil {
			return err
		}
	}
	if len(f.Allowed) > 0 {
		var values []string
		for _, v := range f.Allowed {
			value := text(v, f.Type)
			if strings.Contains(value, "|") {
				return fmt.Errorf("key %q has the value %q with a separator", name, value)
			}
			values = append(values, value)
		}
		if err := field("v", strings.Join(values, "|")); err != nil {
			return err
		}
	}
	if f.Min != nil {
		b.WriteString("\t>" + f.Min.String())
	}
	if f.Max != nil {
		b.WriteString("\t<" + f.Max.String())
	}
	if r := f.Repetition; r != nil && r.Min != nil && r.Max != nil {
		fmt.Fprintf(b, "\t#%d-%d", *r.Min, *r.Max)
	}
	if f.Format != "" {
		if err := field("~", f.Format); err != nil {
			return err
		}
	}
	if len(f.AssetTypes) > 0 {
		if err := field("&", strings.Join(f.AssetTypes, "|")); err != nil {
			return err
		}
	}
	writePlatforms(b, f.Platforms)
	if anyKey(f) || f.Open {
		b.WriteString("\t*")
	}
	b.WriteByte('\n')
	if f.Open {
		return nil
	}
	return writeKeys(b, f, depth+1)
}

// text writes a value as property lists do. Versions such as 1.0 may have been
// read as numbers.
func text(v any, kind string) string {
	switch v := v.(type) {
	case float64:
		if kind == "string" {
			return strconv.FormatFloat(v, 'f', 1, 64)
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case nil:
		return "None" // as YAML reads it
	}
	return fmt.Sprint(v)
}

// writePlatforms writes, for each platform that the facts have something to say
// of, the versions in which something was introduced, deprecated, and removed,
// then letters: m for several payloads in a profile, d and u for the device and
// the user channel, s where it needs supervision.
func writePlatforms(b *bytes.Buffer, list map[string]platform) {
	for _, name := range platforms {
		p, ok := list[name]
		if !ok {
			continue
		}
		letters := ""
		for i, is := range []bool{p.Multiple, p.DeviceChannel, p.UserChannel, p.Supervised} {
			if is {
				letters += "mdus"[i : i+1]
			}
		}
		fields := strings.TrimRight(strings.Join([]string{p.Introduced, p.Deprecated, p.Removed, letters}, ":"), ":")
		if fields != "" {
			b.WriteString("\t@" + name + ":" + fields)
		}
	}
}
