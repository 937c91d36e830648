package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker"
)

// maxSize bounds a configuration file, in bytes.
const maxSize = 1 << 20

// Parse parses a configuration file. It returns all problems at once, as errors
// of type *Error. They quote no values, since a link or a mistake may have
// replaced the file with another one; they quote keys if quoteKeys is set.
func Parse(file string, text []byte, quoteKeys bool) (*Config, error) {
	c := &Config{File: file, QuotesKeys: quoteKeys}
	if len(text) > maxSize {
		return nil, c.Wrong(Place{1, 1}, "file is larger than %d bytes", maxSize)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return c, nil // nothing but comments
		}
		return nil, c.syntax(err, string(text))
	}
	r := &reader{config: c}
	if err := decoder.Decode(&yaml.Node{}); err == nil {
		r.wrong(&document, "file contains several YAML documents; expected one")
	}
	root := document.Content[0]
	r.refuseAliases(root)
	if len(r.errs) == 0 {
		r.file(root)
	}
	return c, errors.Join(r.errs...)
}

// syntax places an error of the YAML parser.
func (c *Config) syntax(err error, text string) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if name, ok := strings.CutPrefix(message, "unknown anchor '"); ok { // the name is content
		name, _, _ = strings.Cut(name, "'")
		lines := strings.SplitAfter(text, "\n")
		line := sort.Search(len(lines)-1, func(i int) bool { // the error begins with the line of the alias
			e := yaml.Unmarshal([]byte(strings.Join(lines[:i+1], "")), new(yaml.Node))
			return e != nil && e.Error() == err.Error()
		})
		before, _, _ := strings.Cut(lines[line], "*"+name)
		return c.Wrong(Place{line + 1, utf8.RuneCountInString(before) + 1}, "aliases (*) are not supported; repeat the value")
	}
	var line int
	if _, e := fmt.Sscanf(message, "line %d: ", &line); e == nil {
		_, message, _ = strings.Cut(message, ": ")
		if strings.HasPrefix(message, "did not find expected") {
			line++ // what the grammar refuses is counted from 0, and placed where the block begins
		}
	}
	return c.Wrong(Place{max(line, 1), 1}, "invalid YAML: %s", message)
}

// reader turns the nodes of a file into a Config and collects what is wrong.
type reader struct {
	config *Config
	errs   []error
}

func place(n *yaml.Node) Place { return Place{max(n.Line, 1), max(n.Column, 1)} }

func (r *reader) wrong(n *yaml.Node, format string, args ...any) {
	r.errs = append(r.errs, r.config.Wrong(place(n), format, args...))
}

// refuseAliases finds anchors that would make a short file a large one.
func (r *reader) refuseAliases(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		r.wrong(n, "aliases (*) are not supported; repeat the value")
		return
	}
	for _, child := range n.Content {
		r.refuseAliases(child)
	}
}

func (r *reader) file(root *yaml.Node) {
	c := r.config
	r.object(root, "", []field{
		{"packs", func(n *yaml.Node) {
			if c.Packs = r.texts(n); c.Packs == nil {
				c.Packs = []Text{}
			}
		}},
		{"policies", func(n *yaml.Node) { c.Policies = r.texts(n) }},
		{"data", func(n *yaml.Node) { c.Data = r.data(n) }},
		{"targets", func(n *yaml.Node) { c.Targets = r.targets(n) }},
		{"rules", func(n *yaml.Node) { c.Rules = r.levels(n) }},
		{"exclude", func(n *yaml.Node) { c.Exclude = r.globs(n) }},
		{"ignore", func(n *yaml.Node) {
			for _, n := range r.items(n) {
				c.Ignore = append(c.Ignore, r.ignore(n))
			}
		}},
		{"overrides", func(n *yaml.Node) {
			for _, n := range r.items(n) {
				c.Overrides = append(c.Overrides, r.override(n))
			}
		}},
		{"fail-on", func(n *yaml.Node) { c.FailOn = r.oneOf(n, "error", "warning", "info", "never") }},
		{"baseline", func(n *yaml.Node) { c.Baseline = r.text(n) }},
		{"verify-signatures", func(n *yaml.Node) { c.VerifySignatures = r.boolean(n) }},
		{"trust", func(n *yaml.Node) { c.Trust = r.texts(n) }},
	})
}

func (r *reader) ignore(n *yaml.Node) *Ignore {
	g := &Ignore{Place: place(n)}
	r.object(n, "an entry of ignore", []field{
		{"rules", func(n *yaml.Node) {
			if g.Rules = r.texts(n); len(g.Rules) == 0 {
				r.wrong(n, "`rules` is empty; list rule IDs")
			}
			for _, t := range g.Rules {
				r.pattern(n, t.Value)
			}
		}},
		{"files", func(n *yaml.Node) { g.Files = r.globs(n) }},
		{"reason", func(n *yaml.Node) {
			if g.Reason = strings.TrimSpace(r.text(n)); g.Reason == "" {
				r.wrong(n, "`reason` is empty; explain why the findings do not apply")
			}
		}},
	}, "rules", "reason")
	return g
}

func (r *reader) override(n *yaml.Node) (o Override) {
	r.object(n, "an entry of overrides", []field{
		{"files", func(n *yaml.Node) {
			if o.Files = r.globs(n); len(o.Files) == 0 {
				r.wrong(n, "`files` is empty; list patterns, such as [\"ios/**\"]")
			}
		}},
		{"rules", func(n *yaml.Node) { o.Rules = r.levels(n) }},
		{"targets", func(n *yaml.Node) { o.Targets = r.targets(n) }},
	}, "files")
	return o
}

// levels reads rules: {ID: LEVEL}.
func (r *reader) levels(n *yaml.Node) (list []Level) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "`rules` must be a mapping, found %s; use ID: LEVEL, one per line", kind(n))
		return nil
	}
	for key, value := range r.pairs(n) {
		r.pattern(key, key.Value)
		level := r.oneOf(value, "error", "warning", "info", "off", "on")
		list = append(list, Level{Text{key.Value, place(key)}, level})
	}
	return list
}

// pattern holds that the ID of a rule, or a pattern of IDs, can be matched.
func (r *reader) pattern(n *yaml.Node, pattern string) {
	if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
		r.wrong(n, "invalid rule pattern; expected an ID, or a pattern such as scep-*")
	}
}

// targets reads targets: {ios: "17"}.
func (r *reader) targets(n *yaml.Node) (list checker.Targets) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "`targets` must be a mapping, found %s; use PLATFORM: \"VERSION\", such as ios: \"17\"", kind(n))
		return nil
	}
	list = checker.Targets{}
	for key, value := range r.pairs(n) {
		spec := key.Value
		if value.Tag != "!!null" {
			if value.Kind != yaml.ScalarNode || slices.Contains([]string{"!!bool", "!!timestamp"}, value.Tag) {
				r.wrong(value, `version must be a string, found %s; use, for example, ios: "17.2"`, kind(value))
				continue
			}
			if value.Value != "" {
				spec += "=" + value.Value
			}
		}
		t, err := checker.ParseTargets(spec)
		switch {
		case err != nil && r.config.QuotesKeys && !slices.Contains(checker.Systems, strings.ToLower(key.Value)):
			_, err = checker.ParseTargets(key.Value) // without the version
			r.wrong(key, "%v", err)
		case err != nil:
			r.wrong(key, `invalid target; expected a platform and a version, such as ios: "17.2"`)
		case list.Has(t[0].System):
			r.wrong(key, "duplicate target %s", t[0].System)
		default:
			list = append(list, t...)
		}
	}
	return list
}

// data reads parameters of policies.
func (r *reader) data(n *yaml.Node) (values map[string]any) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "`data` must be a mapping, found %s; use NAME: VALUE, one per line", kind(n))
		return nil
	}
	if r.tooMany(n) {
		return nil
	}
	// As numbers, keys and times are in JSON, for policies know nothing else.
	var raw map[string]any
	err := n.Decode(&raw)
	var text []byte
	if err == nil {
		text, err = json.Marshal(raw)
	}
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		err = decoder.Decode(&values)
	}
	if err != nil {
		r.wrong(n, "`data` contains a key or a value that JSON does not support")
	}
	for key := range r.pairs(n) {
		r.config.DataKeys = append(r.config.DataKeys, Text{key.Value, place(key)})
	}
	return values
}

func (r *reader) globs(n *yaml.Node) (list []string) {
	for _, t := range r.texts(n) {
		if Alternatives(t.Value) > MaxAlternatives {
			r.errs = append(r.errs, r.config.Wrong(t.Place, "braces expand to more than %d patterns; use several patterns", MaxAlternatives))
			continue
		}
		pattern, ok := anchored(t.Value)
		if !ok {
			r.errs = append(r.errs, r.config.Wrong(t.Place, "invalid file pattern; expected one relative to the configuration, such as vendor/**"))
			continue
		}
		list = append(list, pattern)
	}
	return list
}
