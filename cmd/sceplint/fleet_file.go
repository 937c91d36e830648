package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// fleetKeys are the keys that hold the profiles of Apple devices in the files of
// Fleet: as GitOps has them under controls, and fleetctl get under mdm.
// https://fleetdm.com/docs/configuration/yaml-files
var fleetKeys = [][2]string{{"macos_settings", "custom_settings"}, {"apple_settings", "configuration_profiles"}}

// fleetPath is a path that a file of Fleet names.
type fleetPath struct {
	path string
	glob bool
	line int
	from string // the file that names it, if it is the one of the controls
}

// fleetNames says what can be checked in the place of what the server says.
// https://fleetdm.com/docs/rest-api/rest-api#configuration-profiles
const fleetNames = "what fleetctl get or the API of Fleet writes, which names profiles and does not hold them; check the files that fleetctl gitops applies, " +
	"or those that fleetctl generate-gitops writes, or download each profile with alt=media"

// fleetAnswer reports whether JSON is what fleetctl get --json writes of a team or
// of the organisation, or the list of profiles that the API gives.
func fleetAnswer(text []byte) bool {
	if !bytes.Contains(text, []byte(`"apiVersion"`)) && !bytes.Contains(text, []byte(`"profile_uuid"`)) {
		return false
	}
	var answer struct {
		Kind, APIVersion string
		Profiles         []struct {
			UUID string `json:"profile_uuid"`
		}
	}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&answer); err != nil { // of several objects, the first
		return false
	}
	return answer.Kind != "" && answer.APIVersion != "" && slices.ContainsFunc(fleetKeys, func(k [2]string) bool { return bytes.Contains(text, []byte(`"`+k[0]+`"`)) }) ||
		len(answer.Profiles) > 0 && answer.Profiles[0].UUID != ""
}

// mentionsFleet reports whether a text may be a file of Fleet that names profiles.
func mentionsFleet(text []byte) bool {
	return bytes.Contains(text, []byte("controls")) ||
		slices.ContainsFunc(fleetKeys, func(k [2]string) bool { return bytes.Contains(text, []byte(k[0])) })
}

// fleetFile is what a YAML file of Fleet says of profiles.
type fleetFile struct {
	is       bool // it has one of the keys
	empty    bool // it has the form of a file of Fleet, with none of the keys
	answer   bool // it is what the server says, and not what the repository holds
	bare     bool // the keys are at its top, as in a file of controls
	profiles []fleetPath
	controls []fleetPath  // files that hold the controls in its place
	path     int          // the line of a path in the place of all the file has; 0: none
	faults   []fleetFault // what cannot be followed
}

type fleetFault struct {
	line int
	err  error
}

// fleetReader reads a file of Fleet. Aliases and merges are followed, each node is
// gone through once, and the work is bounded by the length of the file.
type fleetReader struct {
	fleetFile
	steps int                 // that are left
	seen  map[*yaml.Node]bool // nodes with an anchor
	lists map[*yaml.Node]bool // lists of profiles
}

// maxMerges is how many merges may be inside one another.
const maxMerges = 32

// maxFleetValues is how many values a file of Fleet may hold: each takes some hundred bytes
// of memory.
const maxFleetValues = 1 << 19

var errFleetValues = fmt.Errorf("more than %d values", maxFleetValues)

func readFleet(text []byte) (fleetFile, error) {
	values := 0
	for _, c := range text {
		switch c {
		case '\n', ',', ':', '-', '[', '{':
			values++
		}
	}
	if values > maxFleetValues {
		return fleetFile{}, errFleetValues
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	r := &fleetReader{steps: 8*len(text) + 1<<16, seen: map[*yaml.Node]bool{}, lists: map[*yaml.Node]bool{}}
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if err == nil && len(document.Content) > 0 {
			r.document(target(document.Content[0]))
		}
		if r.steps < 0 {
			r.fault(1, "aliases and merges stand for more than can be followed")
		}
		if err == io.EOF {
			err = nil
		} else if err == nil && r.steps >= 0 {
			continue
		}
		return r.fleetFile, err
	}
}

func (r *fleetReader) document(root *yaml.Node) {
	r.answer = r.answer || r.member(root, "apiVersion") != nil && r.member(root, "kind") != nil
	r.empty = r.empty || r.hasForm(root)
	if n := r.member(root, "path"); n != nil {
		r.path = n.Line
	}
	if n := r.member(r.member(root, "controls"), "path"); n != nil {
		r.is = true
		if p, ok := r.pathOf(n); ok {
			r.controls = append(r.controls, p)
		}
	}
	for todo := []*yaml.Node{root}; len(todo) > 0 && r.steps >= 0; todo = todo[1:] {
		n := todo[0]
		if n.Anchor != "" {
			if r.seen[n] {
				continue
			}
			r.seen[n] = true
		}
		for _, keys := range fleetKeys {
			settings := r.member(r.member(n, keys[0]), keys[1])
			if settings == nil {
				continue
			}
			r.is, r.bare = true, r.bare || n == root
			if !r.lists[settings] {
				r.lists[settings] = true
				r.pathsOf(settings)
			}
		}
		first, step := 0, 1 // the values
		if n.Kind == yaml.MappingNode {
			first, step = 1, 2
			r.duplicates(n)
		}
		for i := first; i < len(n.Content); i += step {
			if value := target(n.Content[i]); value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode {
				todo = append(todo, value)
			}
		}
	}
}

// fleetForm are keys at the top of the files of Fleet.
// https://fleetdm.com/docs/configuration/yaml-files
var fleetForm = []string{"controls", "policies", "queries", "reports", "agent_options", "software", "team_settings", "settings", "org_settings", "labels"}

// hasForm reports whether a mapping has the keys of a file of Fleet: controls, several
// of the others, or those that controls have.
func (r *fleetReader) hasForm(root *yaml.Node) bool {
	count := 0
	for _, key := range fleetForm {
		if r.member(root, key) != nil {
			count++
		}
	}
	if controls := r.member(root, "controls"); controls != nil && (controls.Kind == yaml.MappingNode || controls.Tag == "!!null") {
		count += 2
	}
	for _, top := range []*yaml.Node{root, r.member(root, "controls")} {
		for _, key := range []string{"windows_settings", "android_settings", "macos_updates", "windows_updates", "enable_disk_encryption"} {
			if r.member(top, key) != nil {
				count += 2
			}
		}
	}
	return count >= 2
}

func (r *fleetReader) fault(line int, format string, args ...any) {
	r.faults = append(r.faults, fleetFault{line, fmt.Errorf(format, args...)})
}

// target is what an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// member is the value of a key of a mapping, or nil.
func (r *fleetReader) member(n *yaml.Node, key string) *yaml.Node { return r.merged(n, key, 0) }

func (r *fleetReader) merged(n *yaml.Node, key string, depth int) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		if r.steps--; r.steps < 0 {
			return nil
		}
		switch name := target(n.Content[i]).Value; name {
		case key:
			return target(n.Content[i+1])
		case "<<":
			merges = true
		}
	}
	for i := 0; merges && i+1 < len(n.Content); i += 2 {
		if target(n.Content[i]).Value != "<<" {
			continue
		}
		from := []*yaml.Node{target(n.Content[i+1])}
		if from[0].Kind == yaml.SequenceNode {
			from = from[0].Content
		}
		for _, one := range from {
			if depth == maxMerges {
				r.steps = -1
				return nil
			}
			if value := r.merged(target(one), key, depth+1); value != nil {
				return value
			}
		}
	}
	return nil
}

// duplicates reports the duplicate keys of a mapping: nothing tells which one is used.
func (r *fleetReader) duplicates(n *yaml.Node) {
	known := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := target(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			continue
		}
		if known[key.Value] && key.Value != "<<" {
			r.fault(n.Content[i].Line, "duplicate key %q", printable(key.Value))
		}
		known[key.Value] = true
	}
}

// pathOf is the path that a value holds.
func (r *fleetReader) pathOf(n *yaml.Node) (fleetPath, bool) {
	value := target(n)
	if value.Kind != yaml.ScalarNode || value.Value == "" || value.Tag == "!!null" {
		r.fault(n.Line, "a path must be a string that is not empty")
		return fleetPath{}, false
	}
	return fleetPath{path: value.Value, line: n.Line}, true
}

func (r *fleetReader) pathsOf(settings *yaml.Node) {
	add := func(n *yaml.Node, glob bool) {
		if p, ok := r.pathOf(n); ok {
			p.glob = glob
			r.profiles = append(r.profiles, p)
		}
	}
	switch {
	case settings.Kind == yaml.ScalarNode && settings.Tag == "!!null":
		return
	case settings.Kind != yaml.SequenceNode:
		r.fault(settings.Line, "the profiles must be a list of paths")
		return
	}
	for _, item := range settings.Content {
		value := target(item)
		if value.Kind == yaml.ScalarNode { // as older versions have it
			add(item, false)
			continue
		}
		path, paths := r.member(value, "path"), r.member(value, "paths")
		if path == nil && paths == nil {
			r.fault(item.Line, "an entry of the profiles names no path")
		}
		if path != nil {
			add(path, false)
		}
		switch {
		case paths == nil:
		case paths.Kind == yaml.SequenceNode:
			for _, one := range paths.Content {
				add(one, true)
			}
		default:
			add(paths, true)
		}
	}
}
