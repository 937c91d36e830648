package config

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
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
			r.wrong(n, "%s is %s, not keys with values", what, kind(n))
		case n.Tag != "!!null":
			r.wrong(n, "the file is %s, not keys with values", kind(n))
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
			hint := "there are " + strings.Join(names, ", ")
			if name := near(key.Value, names); name != "" {
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
			r.wrong(n, "%s is missing from %s", name, what)
		}
	}
}

// pairs yields the keys and values of a mapping; doubled keys are wrong.
func (r *reader) pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch {
			case key.Kind != yaml.ScalarNode:
				r.wrong(key, "the key is %s, not a name", kind(key))
				continue
			case key.Tag == "!!merge":
				r.wrong(key, "merging (<<) is not supported; write the keys out")
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
		r.wrong(n, "%s where a list belongs; write [a, b], or - a, one a line", kind(n))
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
			r.wrong(item, "an empty text in a list; take it out")
		}
	}
	return list
}

func (r *reader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.wrong(n, "%s where a text belongs; write it in quotes", kind(n))
		return ""
	}
	return n.Value
}

func (r *reader) boolean(n *yaml.Node) (value bool) {
	if n.Tag != "!!bool" || n.Decode(&value) != nil {
		r.wrong(n, "%s where true or false belongs", kind(n))
	}
	return value
}

// oneOf reads a word out of a few.
func (r *reader) oneOf(n *yaml.Node, words ...string) string {
	if n.Kind != yaml.ScalarNode || !slices.Contains(words, n.Value) {
		r.wrong(n, "unsupported value; expected %s", strings.Join(words[:len(words)-1], ", ")+", or "+words[len(words)-1])
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
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "a truth value"
	case "!!int", "!!float":
		return "a number"
	}
	return "a text"
}

// maxKeys is how many keys an object of data may have: the decoder compares each
// with all others.
const maxKeys = 5000

// tooMany refuses an object with too many keys.
func (r *reader) tooMany(n *yaml.Node) bool {
	if n.Kind == yaml.MappingNode && len(n.Content) > 2*maxKeys {
		r.wrong(n, "an object of data has more than %d keys; give such data with --data, in JSON", maxKeys)
		return true
	}
	for _, child := range n.Content {
		if r.tooMany(child) {
			return true
		}
	}
	return false
}
