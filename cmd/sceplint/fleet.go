package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker"
)

// maxFleetFile is the largest YAML file that is looked into, in bytes.
const maxFleetFile = 16 << 20

// fleetKeys are the keys that hold the profiles of Apple devices in the files of
// Fleet: as GitOps has them under controls, and fleetctl get under mdm.
// https://fleetdm.com/docs/configuration/yaml-files
var fleetKeys = [][2]string{{"macos_settings", "custom_settings"}, {"apple_settings", "configuration_profiles"}}

// fleetPath is a path that a file of Fleet names.
type fleetPath struct {
	path string
	glob bool
	line int
}

// fleet yields the profiles that a YAML file of Fleet names, if it is one. Paths
// are relative to the file.
func (in *inputs) fleet(name string, yield yielder) (is, more bool) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yml", ".yaml":
	default:
		return false, true
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFleetFile {
		return false, true
	}
	text, err := readFile(name)
	if err != nil {
		return false, true
	}
	list, answer, is, err := fleetPaths(text)
	switch {
	case !is && err != nil && slices.ContainsFunc(fleetKeys, func(k [2]string) bool { return bytes.Contains(text, []byte(k[0]+":")) }):
		return true, yield(failing(name, fmt.Errorf("it is no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))), "")
	case !is:
		return false, true
	case answer:
		return true, yield(checker.Input{Name: name, Skip: "it is what fleetctl get writes, which names profiles and does not hold them; check the files of the repository, or download the profiles"}, "")
	case len(list) == 0:
		return true, yield(checker.Input{Name: name, Skip: "it is a file of Fleet that names no profiles of Apple devices"}, "")
	}
	root, err := fleetRoot(name)
	if err != nil {
		return true, yield(failing(name, err), "")
	}
	seen := map[string]bool{}
	for _, p := range list {
		files, err := p.files(filepath.Dir(name), root)
		if err != nil {
			err = fmt.Errorf("%s:%d: %w", name, p.line, err)
			if !yield(checker.Input{Name: name, Read: func() ([]byte, error) { return nil, err }}, "") {
				return true, false
			}
		}
		for _, file := range files {
			if seen[file] {
				continue
			}
			seen[file] = true
			optional := !strings.EqualFold(filepath.Ext(file), ".mobileconfig") // a declaration about something else, for one
			if !in.config.excluded(file) && !yield(fileInput(file, optional), file) {
				return true, false
			}
		}
	}
	return true, true
}

// fleetPaths gives the paths of the profiles that a YAML file names. Is tells
// whether it has one of the keys, answer whether it is what the server says, and
// not what the repository holds.
func fleetPaths(text []byte) (list []fleetPath, answer, is bool, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var document yaml.Node
		if err := decoder.Decode(&document); err != nil {
			if err == io.EOF {
				err = nil
			}
			return list, answer, is, err
		}
		if len(document.Content) == 0 {
			continue
		}
		root := document.Content[0]
		answer = answer || member(root, "apiVersion") != nil && member(root, "kind") != nil
		for todo := []*yaml.Node{root}; len(todo) > 0; todo = todo[1:] {
			for _, keys := range fleetKeys {
				if settings := member(member(todo[0], keys[0]), keys[1]); settings != nil {
					is = true
					list = append(list, pathsOf(settings)...)
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
			list = append(list, fleetPath{item.Value, false, item.Line})
		}
		for _, key := range []string{"path", "paths"} {
			switch n := member(item, key); {
			case n == nil:
			case n.Kind == yaml.ScalarNode && n.Value != "":
				list = append(list, fleetPath{n.Value, key == "paths", n.Line})
			case n.Kind == yaml.SequenceNode:
				for _, one := range n.Content {
					if one.Kind == yaml.ScalarNode && one.Value != "" {
						list = append(list, fleetPath{one.Value, true, one.Line})
					}
				}
			}
		}
	}
	return list
}

// fleetRoot is the directory that the paths of a file of Fleet may not lead out
// of: the top of the file's git repository, or else the working directory if the
// file is below it, or else the directory above the file's own. Links are
// followed to where they lead.
func fleetRoot(name string) (string, error) {
	real, err := filepath.EvalSymlinks(name)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(real)
	for up := dir; up != filepath.Dir(up); up = filepath.Dir(up) {
		if _, err := os.Lstat(filepath.Join(up, ".git")); err == nil {
			return up, nil
		}
	}
	if work, err := os.Getwd(); err == nil {
		if work, err = filepath.EvalSymlinks(work); err == nil && below(work, real) {
			return work, nil
		}
	}
	return filepath.Dir(dir), nil
}

func below(dir, file string) bool {
	rest, err := filepath.Rel(dir, file)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

var errFleetOut = errors.New("leads out of the repository, or of the working directory, and is not read")

// maxFleetFiles is how many files one pattern may match.
const maxFleetFiles = 100_000

// files gives the files that a path means, as they are named from the working
// directory.
func (p fleetPath) files(dir, root string) ([]string, error) {
	if strings.Contains(p.path, "$") {
		return nil, fmt.Errorf("the path %q holds a variable, which is not known here", printable(p.path))
	}
	if filepath.IsAbs(p.path) || strings.HasPrefix(p.path, "/") {
		return nil, fmt.Errorf("the path %q %w; write it relative to this file", printable(p.path), errFleetOut)
	}
	path := filepath.Join(dir, filepath.FromSlash(p.path))
	if full, err := filepath.Abs(path); err != nil || !below(root, resolved(full)) {
		return nil, fmt.Errorf("the path %q %w", printable(p.path), errFleetOut)
	}
	matches := []string{path}
	if p.glob {
		var err error
		matches, err = filesLike(path, doublestar.WithNoHidden(), doublestar.WithFilesOnly(), doublestar.WithNoFollow())
		if err == nil && len(matches) > maxFleetFiles {
			err = errors.New("too many files match")
		}
		if err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", printable(p.path), err)
		}
		slices.Sort(matches)
	}
	for i, file := range matches {
		info, err := os.Stat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return matches[:i], fmt.Errorf("%s: no such file or directory", printable(p.path))
		case err != nil:
			return matches[:i], plain(printable(p.path), err)
		case !info.Mode().IsRegular():
			return matches[:i], fmt.Errorf("%s is no file", printable(p.path))
		}
		real, err := filepath.EvalSymlinks(file)
		if err == nil {
			real, err = filepath.Abs(real)
		}
		if err != nil || !below(root, real) {
			return matches[:i], fmt.Errorf("the path %q %w", printable(p.path), errFleetOut)
		}
		matches[i] = filepath.Clean(file)
	}
	return matches, nil
}

// resolved follows the links of the part of a path that is there.
func resolved(path string) string {
	rest := ""
	for up := path; ; up = filepath.Dir(up) {
		if real, err := filepath.EvalSymlinks(up); err == nil {
			return filepath.Join(real, rest)
		}
		if up == filepath.Dir(up) {
			return path
		}
		rest = filepath.Join(filepath.Base(up), rest)
	}
}
