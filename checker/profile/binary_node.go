package profile

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"time"
)

// ParseBinary builds the tree of a binary property list. Its values have no
// place in a text; dicts are in the order of their keys.
func ParseBinary(s *Source) (*Node, *SyntaxError) {
	s.Form = FormBinary
	if len(s.Text) > maxBinary {
		return nil, s.Errorf("the file has %d bytes; %d is the most that is read of a binary property list; convert it to XML", len(s.Text), maxBinary)
	}
	value, duplicates, err := decodeBinary(s.Text)
	if err != nil {
		return nil, s.Errorf("%v", err)
	}
	s.Duplicates = duplicates
	root, ok := nodeOf(value)
	if !ok {
		return nil, s.Errorf("binary property list holds a value of a type that profiles do not have")
	}
	return root, nil
}

// nodeOf turns a decoded value into a node. The guard in front of the decoder
// bounds its depth.
func nodeOf(value any) (*Node, bool) {
	n := &Node{start: -1, keyStart: -1}
	switch v := value.(type) {
	case map[string]any:
		n.Kind = Dict
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if !n.adopt(k, v[k]) {
				return nil, false
			}
		}
	case []any:
		n.Kind = Array
		for _, c := range v {
			if !n.adopt("", c) {
				return nil, false
			}
		}
	case string:
		n.Kind, n.text = String, v
	case uint64:
		n.Kind, n.text = Integer, strconv.FormatUint(v, 10)
	case int64:
		n.Kind, n.text = Integer, strconv.FormatInt(v, 10)
	case float64:
		n.Kind, n.text = Real, formatReal(v, 64)
	case float32:
		n.Kind, n.text = Real, formatReal(float64(v), 32)
	case bool:
		n.Kind, n.text = Boolean, strconv.FormatBool(v)
	case time.Time:
		n.Kind, n.text = Date, v.UTC().Format(time.RFC3339)
	case []byte:
		n.Kind, n.text = Data, base64.StdEncoding.EncodeToString(v)
	default:
		return nil, false
	}
	return n, true
}

func (n *Node) adopt(key string, value any) bool {
	c, ok := nodeOf(value)
	if !ok {
		return false
	}
	c.Key = key
	n.appendChild(c)
	return true
}

func formatReal(f float64, bits int) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, bits)
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}
