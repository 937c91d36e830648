package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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

// parseObject reads an object in JSON or YAML. Its errors quote nothing, for a
// link or a mistake may have put another file in its place.
func parseObject(text []byte) (map[string]any, error) {
	isJSON := json.Valid(text)
	if err := boundData(text, isJSON); err != nil {
		return nil, err
	}
	var value map[string]any
	if err := util.Unmarshal(text, &value); err != nil {
		return nil, errors.New("not an object in JSON or YAML")
	}
	return value, nil
}

func boundData(text []byte, isJSON bool) error {
	if isJSON {
		if countJSON(text) > maxDataValues {
			return fmt.Errorf("more than %d values", maxDataValues)
		}
		return nil
	}
	if first := bytes.TrimSpace(text); len(first) > 0 && (first[0] == '{' || first[0] == '[') && len(text) > maxYAML {
		return fmt.Errorf("%snot an object in JSON", lineOfJSON(text))
	}
	if len(text) > maxYAML {
		return fmt.Errorf("more than %d MiB of YAML; write such data in JSON", maxYAML>>20)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		place := lineOfJSON(text)
		if !strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
			place = lineOfYAML(err)
		}
		return fmt.Errorf("%snot an object in JSON or YAML", place)
	}
	return boundYAML(&document)
}

// countJSON counts the values of a JSON text, and the keys that hold them not.
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

func boundYAML(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode && len(n.Content) > 2*maxYAMLKeys {
		return fmt.Errorf("line %d: an object of more than %d keys in YAML; write such data in JSON", n.Line, maxYAMLKeys)
	}
	for _, child := range n.Content {
		if err := boundYAML(child); err != nil {
			return err
		}
	}
	return nil
}

// lineOfJSON gives the line where a text is no more JSON, with a colon.
func lineOfJSON(text []byte) string {
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal(text, new(json.RawMessage)), &syntax) {
		return ""
	}
	return fmt.Sprintf("line %d: ", 1+bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")))
}

// lineOfYAML gives the line that an error of the YAML parser names, with a colon.
func lineOfYAML(err error) string {
	var line int
	if _, scanned := fmt.Sscanf(err.Error(), "yaml: line %d: ", &line); scanned != nil {
		return ""
	}
	return fmt.Sprintf("line %d: ", line)
}
