package main

import (
	"bytes"
	"encoding/json"
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
const fleetNames = "it is what fleetctl get or the API of Fleet writes, which names profiles and does not hold them; check the files that fleetctl gitops applies, " +
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

// fleetFile is what a YAML file of Fleet says of profiles.
type fleetFile struct {
	is       bool // it has one of the keys
	answer   bool // it is what the server says, and not what the repository holds
	profiles []fleetPath
	controls []fleetPath // files that hold the controls in its place
	path     int         // the line of a path in the place of all the file has; 0: none
}

func fleetPaths(text []byte) (found fleetFile, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var document yaml.Node
		if err := decoder.Decode(&document); err != nil {
			if err == io.EOF {
				err = nil
			}
			return found, err
		}
		if len(document.Content) == 0 {
			continue
		}
		root := document.Content[0]
		found.answer = found.answer || member(root, "apiVersion") != nil && member(root, "kind") != nil
		if n := member(root, "path"); n != nil {
			found.path = n.Line
		}
		if n := member(member(root, "controls"), "path"); n != nil && n.Kind == yaml.ScalarNode && n.Value != "" {
			found.is = true
			found.controls = append(found.controls, fleetPath{path: n.Value, line: n.Line})
		}
		for todo := []*yaml.Node{root}; len(todo) > 0; todo = todo[1:] {
			for _, keys := range fleetKeys {
				if settings := member(member(todo[0], keys[0]), keys[1]); settings != nil {
					found.is = true
					found.profiles = append(found.profiles, pathsOf(settings)...)
				}
			}
			for i := 1; todo[0].Kind == yaml.MappingNode && i < len(todo[0].Content); i += 2 {
				todo = append(todo, todo[0].Content[i]) // aliases are not followed
			}
		}
	}
}

// member is the value of a key of a mapping, or nil.
func member(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func pathsOf(settings *yaml.Node) (list []fleetPath) {
	if settings.Kind != yaml.SequenceNode {
		return nil
	}
	for _, item := range settings.Content {
		if item.Kind == yaml.ScalarNode && item.Value != "" { // as older versions have it
			list = append(list, fleetPath{path: item.Value, line: item.Line})
		}
		for _, key := range []string{"path", "paths"} {
			switch n := member(item, key); {
			case n == nil:
			case n.Kind == yaml.ScalarNode && n.Value != "":
				list = append(list, fleetPath{path: n.Value, glob: key == "paths", line: n.Line})
			case n.Kind == yaml.SequenceNode:
				for _, one := range n.Content {
					if one.Kind == yaml.ScalarNode && one.Value != "" {
						list = append(list, fleetPath{path: one.Value, glob: true, line: one.Line})
					}
				}
			}
		}
	}
	return list
}
