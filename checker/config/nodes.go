package config

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker/keyname"
)

// field is one key of an object and what is done with its value.
type field struct {
	name string
	read func(*yaml.Node)
}

// object reads a mapping whose keys are known. A key without a value is as
// good as none.
func (r *reader) object(n *yaml.Node, what string, fields []field, required ...string) {
	if n.Kind != yaml.MappingNode {
		switch {
		case what != "":
			r.wrong(n, "%s must be a mapping, found %s", what, kind(n))
		case n.Tag != "!!null":
			r.wrong(n, "file must be a mapping, found %s", kind(n))
		}
		return
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	var seen []string
	for key, value := range r.pairs(n) {
		i := slices.Index(names, key.Value)
		if i < 0 {
			where := ""
			if what != "" {
				where = " in " + what
			}
			hint := "expected " + strings.Join(names, ", ")
			if name := keyname.Nearest(strings.ToLower(key.Value), names); name != "" {
				hint = "did you mean " + name + "?"
			}
			r.wrong(key, "unknown key%s%s; %s", r.quoted(key), where, hint)
			continue
		}
		seen = append(seen, key.Value)
		if value.Tag == "!!null" && !slices.Contains(required, key.Value) {
			continue
		}
		fields[i].read(value)
	}
	for _, name := range required {
		if !slices.Contains(seen, name) {
			r.wrong(n, "missing `%s` in %s", name, what)
		}
	}
}

// pairs yields the keys and values of a mapping; duplicate keys are wrong.
func (r *reader) pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch {
			case key.Kind != yaml.ScalarNode:
				r.wrong(key, "key must be a string, found %s", kind(key))
				continue
			case key.Tag == "!!merge":
				r.wrong(key, "merge keys (<<) are not supported; repeat the keys")
				continue
			case seen[key.Value]:
				r.wrong(key, "duplicate key%s", r.quoted(key))
				continue
			}
			seen[key.Value] = true
			if !yield(key, value) {
				return
			}
		}
	}
}

// items gives the entries of a list.
func (r *reader) items(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, "expected a list, found %s; use [a, b], or one `- a` per line", kind(n))
		return nil
	}
	return n.Content
}

// texts reads a list of texts.
func (r *reader) texts(n *yaml.Node) (list []Text) {
	for _, item := range r.items(n) {
		if text := r.text(item); text != "" {
			list = append(list, Text{text, place(item)})
		} else if item.Kind == yaml.ScalarNode && item.Tag == "!!str" {
			r.wrong(item, "empty string in a list; remove it")
		}
	}
	return list
}

func (r *reader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.wrong(n, "expected a string, found %s; add quotation marks", kind(n))
		return ""
	}
	return n.Value
}

func (r *reader) boolean(n *yaml.Node) (value bool) {
	if n.Tag != "!!bool" || n.Decode(&value) != nil {
		r.wrong(n, "expected true or false, found %s", kind(n))
	}
	return value
}

// oneOf reads a word out of a few.
func (r *reader) oneOf(n *yaml.Node, words ...string) string {
	if n.Kind != yaml.ScalarNode || !slices.Contains(words, n.Value) {
		r.wrong(n, "invalid value; expected %s", strings.Join(words[:len(words)-1], ", ")+", or "+words[len(words)-1])
		return ""
	}
	return n.Value
}

// quoted gives a key as errors show it, after a space; "" if they must not.
func (r *reader) quoted(key *yaml.Node) string {
	if !r.config.QuotesKeys {
		return ""
	}
	return fmt.Sprintf(" %q", key.Value)
}

// kind names what a node is, for people.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "a boolean"
	case "!!int", "!!float":
		return "a number"
	}
	return "a string"
}

// maxKeys is how many keys an object of data may have: the decoder compares each
// with all others.
const maxKeys = 5000

// tooMany rejects an object with too many keys.
func (r *reader) tooMany(n *yaml.Node) bool {
	if n.Kind == yaml.MappingNode && len(n.Content) > 2*maxKeys {
		r.wrong(n, "data has a mapping of more than %d keys; move it to a JSON file for --data", maxKeys)
		return true
	}
	for _, child := range n.Content {
		if r.tooMany(child) {
			return true
		}
	}
	return false
}
