package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/util"
	"go.yaml.in/yaml/v3"
)

// Limits on data. Each value takes some hundred bytes of memory, and YAML is read
// in a time that grows with the square of the keys of an object.
const (
	maxDataValues = 250_000
	maxYAML       = 1 << 20 // bytes
	maxYAMLKeys   = 5_000   // of an object
)

// parseObject parses an object in JSON or YAML, and subtracts the number of its
// values from the limit. Its errors quote nothing, since a link or a mistake may
// have replaced the file with another one.
func parseObject(text []byte, left *int) (map[string]any, error) {
	n, err := countValues(text)
	if err != nil {
		return nil, err
	}
	if *left -= n; *left < 0 {
		return nil, fmt.Errorf("more than %d values in data", maxDataValues)
	}
	var value map[string]any
	if err := util.Unmarshal(text, &value); err != nil {
		return nil, errors.New("not a JSON or YAML object")
	}
	return value, nil
}

// countValues counts the values of a document before memory is allocated for
// them.
func countValues(text []byte) (int, error) {
	if json.Valid(text) {
		return countJSON(text), nil
	}
	first := bytes.TrimLeft(text, " \t\r\n")
	braced := len(first) > 0 && (first[0] == '{' || first[0] == '[') // JSON, or YAML that looks like it
	switch {
	case len(text) > maxYAML && braced:
		return 0, fmt.Errorf("%snot a JSON object", lineOfJSON(text))
	case len(text) > maxYAML:
		return 0, fmt.Errorf("YAML larger than %d MiB; use JSON", maxYAML>>20)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		place := lineOfYAML(err)
		if braced {
			place = lineOfJSON(text)
		}
		return 0, fmt.Errorf("%snot a JSON or YAML object", place)
	}
	return countYAML(&document, map[*yaml.Node]int{})
}

// countJSON counts the values of a JSON text.
func countJSON(text []byte) int {
	n, quoted := 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && (c == ',' || c == '[' || c == '{'):
			n++
		}
	}
	return n
}

// countYAML counts the values of a YAML document with its aliases expanded.
func countYAML(n *yaml.Node, known map[*yaml.Node]int) (int, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.MappingNode && len(n.Content) > 2*maxYAMLKeys {
		return 0, fmt.Errorf("line %d: YAML object with more than %d keys; use JSON", n.Line, maxYAMLKeys)
	}
	sum, ok := known[n]
	if ok {
		return sum, nil
	}
	known[n] = maxDataValues + 1 // for an anchor that is used inside itself
	sum = 1
	for _, child := range n.Content {
		c, err := countYAML(child, known)
		if err != nil {
			return 0, err
		}
		sum = min(sum+c, maxDataValues+1)
	}
	known[n] = sum
	return sum, nil
}

// lineOfJSON returns the line where a text stops being JSON, with a colon.
func lineOfJSON(text []byte) string {
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal(text, new(json.RawMessage)), &syntax) {
		return ""
	}
	return fmt.Sprintf("line %d: ", 1+bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")))
}

// lineOfYAML returns the line that an error of the YAML parser states, with a
// colon.
func lineOfYAML(err error) string {
	var line int
	if _, scanned := fmt.Sscanf(err.Error(), "yaml: line %d: ", &line); scanned != nil {
		return ""
	}
	return fmt.Sprintf("line %d: ", line)
}
