package source

import (
	"bytes"
	"cmp"
	"encoding/json"
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
	"github.com/sceplint/sceplint/checker/localfile"
)

// What is looked into, in bytes.
const (
	maxFleetFile     = 4 << 20 // YAML
	maxFleetResponse = 1 << 20 // JSON
)

// describeYAMLError words an error of reading YAML for people.
func describeYAMLError(err error) error {
	return fmt.Errorf("invalid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// readSmall reads a file of at most so many bytes.
func readSmall(name string, length, most int64) ([]byte, error) {
	if length > most {
		return nil, errors.New("larger than " + localfile.FormatSize(most))
	}
	return readFile(name)
}

// fleetFiles yields the profiles that a YAML file of Fleet references, if it is
// one. Paths are relative to the file.
func (in *Inputs) fleetFiles(name string, size int64, named bool, yield yielder) (is, more bool) {
	if in.counting { // the files that it names are counted themselves
		return !named, true
	}
	if size > maxFleetFile {
		return false, true
	}
	text, err := readFile(name)
	if err != nil {
		return true, yield(errorInput(name, err), name)
	}
	if !named && !mentionsFleet(text) {
		return false, true
	}
	found, err := readFleet(text)
	list, answer, is := found.profiles, found.isResponse, found.is
	skip := func(reason string) (is, more bool) {
		return true, yield(checker.Input{Name: name, Skip: checker.Skip{Reason: reason}}, name)
	}
	switch {
	case !is && err != nil && slices.ContainsFunc(fleetKeys, func(k [2]string) bool { return bytes.Contains(text, []byte(k[0])) }):
		return true, yield(errorInput(name, describeYAMLError(err)), "")
	case !is && named && found.empty && err == nil:
		return skip(noAppleProfiles)
	case !is:
		return false, true
	case answer:
		return skip(fleetResponseReason)
	case !named && found.bare && len(found.controls) == 0: // found where it is named
		return true, yield(checker.Input{Name: name, Skip: skipControls}, name)
	case len(list)+len(found.controls)+len(found.errors) == 0 && err == nil:
		return skip(noAppleProfiles)
	}
	root, rootErr := fleetRoot(name)
	if rootErr != nil {
		return true, yield(errorInput(name, rootErr), "")
	}
	failures := 0
	failed := func(from string, line int, err error) bool {
		if failures++; failures > maxFleetFailures {
			err = fmt.Errorf("more than %d invalid paths; the rest was not checked", maxFleetFailures)
		}
		err = fmt.Errorf("%s:%d: %w", from, line, err)
		return yield(checker.Input{Name: name, Read: func() ([]byte, error) { return nil, err }}, "") && failures <= maxFleetFailures
	}
	if err != nil && !yield(errorInput(name, describeYAMLError(err)), "") {
		return true, false
	}
	paths := newFleetPaths(root)
	for _, p := range found.controls {
		controls, from, err := p.controls(filepath.Dir(name), paths)
		if err != nil && !failed(name, p.line, err) {
			return true, failures > maxFleetFailures
		}
		for i := range controls.profiles {
			controls.profiles[i].from = from
		}
		for _, f := range controls.errors {
			if !failed(from, f.line, f.err) {
				return true, failures > maxFleetFailures
			}
		}
		list = append(list, controls.profiles...)
	}
	for _, f := range found.errors {
		if !failed(name, f.line, f.err) {
			return true, failures > maxFleetFailures
		}
	}
	seen := map[string]bool{}
	for _, p := range list {
		files, err := paths.files(p, filepath.Dir(name))
		if p.from != "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, errFleetOut) || err == nil && len(files) == 0) {
			files, err = paths.files(p, filepath.Dir(p.from))
		}
		if err != nil && !failed(cmp.Or(p.from, name), p.line, err) {
			return true, failures > maxFleetFailures
		}
		if err == nil && len(files) == 0 {
			pattern := filepath.Join(filepath.Dir(name), filepath.FromSlash(printableName(p.path)))
			if !yield(checker.Input{Name: pattern, Skip: checker.Skip{Reason: fmt.Sprintf("no file matches the pattern on line %d of %s", p.line, cmp.Or(p.from, name))}}, pattern) {
				return true, false
			}
		}
		for _, file := range files {
			if seen[file] {
				continue
			}
			seen[file] = true
			optional := isOptional(file) && (p.glob || strings.EqualFold(filepath.Ext(file), ".json")) // a declaration about something else
			input := fileInput(file, optional)
			if in.Excluded(file) {
				input = checker.Input{Name: file, Excluded: true}
			}
			if !yield(input, file) {
				return true, false
			}
		}
	}
	return true, true
}

// controls reads the file of controls that a path means, and gives its name. As fleetctl
// resolves them, its paths are relative to the file that names it; those that are not
// there are looked for beside the file of controls.
func (p fleetPath) controls(dir string, paths *fleetPaths) (found fleetFile, from string, err error) {
	files, err := paths.files(p, dir)
	if err != nil {
		return found, "", err
	}
	from = files[0]
	var text []byte
	info, err := os.Stat(from)
	if err == nil {
		text, err = readSmall(from, info.Size(), maxFleetFile)
	}
	if err != nil {
		return found, from, err
	}
	found, err = readFleet(text)
	switch {
	case err != nil:
		err = fmt.Errorf("%s: %w", printableName(p.path), describeYAMLError(err))
	case found.path > 0:
		err = fmt.Errorf("%s: path on line %d is not followed: Fleet does not support nested paths here", printableName(p.path), found.path)
	}
	return found, from, err
}

const noAppleProfiles = "Fleet file without profiles for Apple devices"

// fleetRoot returns the directory that the paths of a file of Fleet may not lead
// out of: the top of the file's Git repository, or else the working directory if
// the file is below it, or else the parent of the file's directory. Links are
// followed to their targets.
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
		if work, err = filepath.EvalSymlinks(work); err == nil && localfile.IsBelow(work, real) {
			return work, nil
		}
	}
	return filepath.Dir(dir), nil
}

var skipControls = checker.Skip{Reason: "Fleet controls, whose paths are relative to the file that references them", Kind: checker.SkipFound}

var errFleetOut = errors.New("is outside the repository and the working directory")

// missingFile is the error for a file that is not there.
type missingFile struct{ name string }

func (e *missingFile) Error() string        { return e.name + ": no such file or directory" }
func (e *missingFile) Is(target error) bool { return target == fs.ErrNotExist }

// What the paths of one file of Fleet may mean.
const (
	maxFleetFiles    = 100_000 // files that patterns match, together
	maxFleetPatterns = 1000    // each of which may go through many directories
	maxFleetPath     = 1024    // bytes
	maxFleetFailures = 1000    // paths that cannot be followed
)

// fleetPaths finds the files that the paths of a file of Fleet mean.
type fleetPaths struct {
	root              string              // that they must not lead out of
	real              map[string]realDir  // the directories that were looked up, by name
	found             map[string][]string // what paths mean that are no patterns, if they can be read
	patterns, matches int
	lookups           int // of the file system
}

// realDir is where a directory lies. One that does not exist lies where its name says.
type realDir struct {
	path   string
	exists bool
}

func newFleetPaths(root string) *fleetPaths {
	return &fleetPaths{root: root, real: map[string]realDir{}, found: map[string][]string{}}
}

// directory follows the links of a directory, whose path is absolute and clean.
// Each is resolved once.
func (r *fleetPaths) directory(dir string) realDir {
	const separator = string(filepath.Separator)
	up, root := dir, len(filepath.VolumeName(dir))
	found, ok := r.real[up]
	for !ok {
		i := strings.LastIndex(up, separator)
		if i <= root {
			up, found = up[:min(root+1, len(up))], realDir{dir[:min(root+1, len(dir))], true}
			break
		}
		up = up[:i]
		found, ok = r.real[up]
	}
	for rest := strings.TrimPrefix(dir[len(up):], separator); rest != ""; {
		name, below, _ := strings.Cut(rest, separator)
		r.lookups++
		real := filepath.Join(found.path, name)
		info, err := os.Lstat(real)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			real, err = filepath.EvalSymlinks(real)
		}
		if err != nil {
			return realDir{filepath.Join(found.path, rest), false}
		}
		found = realDir{real, true}
		r.real[dir[:len(dir)-len(rest)+len(name)]] = found
		rest = below
	}
	return found
}

// files returns the files that a path references, by their names from the
// working directory.
func (r *fleetPaths) files(p fleetPath, dir string) ([]string, error) {
	if len(p.path) > maxFleetPath {
		return nil, fmt.Errorf("path %q is longer than %d bytes", printableName(p.path[:32]+"…"), maxFleetPath)
	}
	if strings.Contains(p.path, "$") {
		return nil, fmt.Errorf("path %q contains a variable, which cannot be resolved here", printableName(p.path))
	}
	if filepath.IsAbs(p.path) || strings.HasPrefix(p.path, "/") {
		return nil, fmt.Errorf("path %q %w; use a path relative to this file", printableName(p.path), errFleetOut)
	}
	path := filepath.Join(dir, filepath.FromSlash(p.path))
	if files := r.found[path]; files != nil && !p.glob {
		return files, nil
	}
	full, err := filepath.Abs(path)
	if err != nil || !localfile.IsBelow(r.root, filepath.Join(r.directory(filepath.Dir(full)).path, filepath.Base(full))) {
		return nil, fmt.Errorf("path %q %w", printableName(p.path), errFleetOut)
	}
	matches := []string{path}
	if p.glob {
		if r.patterns++; r.patterns > maxFleetPatterns {
			return nil, fmt.Errorf("more than %d patterns in one file; this one was skipped", maxFleetPatterns)
		}
		matches, err = globFiles(path, doublestar.WithNoHidden(), doublestar.WithFilesOnly(), doublestar.WithNoFollow())
		if r.matches += len(matches); err == nil && r.matches > maxFleetFiles {
			err = errors.New("too many files match")
		}
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", printableName(p.path), err)
		}
		slices.Sort(matches)
	}
	for i, file := range matches {
		if err := r.file(p, file); err != nil {
			return matches[:i], err
		}
		matches[i] = filepath.Clean(file)
	}
	if !p.glob {
		r.found[path] = matches
	}
	return matches, nil
}

// file returns why a file cannot be read.
func (r *fleetPaths) file(p fleetPath, file string) error {
	full, err := filepath.Abs(file)
	if err != nil {
		return localfile.DescribeError(printableName(p.path), err)
	}
	dir := r.directory(filepath.Dir(full))
	real := filepath.Join(dir.path, filepath.Base(full))
	info, err := fs.FileInfo(nil), fs.ErrNotExist
	if dir.exists {
		r.lookups++
		info, err = os.Lstat(real)
	}
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if real, err = filepath.EvalSymlinks(real); err == nil {
			info, err = os.Lstat(real)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &missingFile{printableName(p.path)}
	case err != nil:
		return localfile.DescribeError(printableName(p.path), err)
	case !localfile.IsBelow(r.root, real):
		return fmt.Errorf("path %q %w", printableName(p.path), errFleetOut)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", printableName(p.path))
	}
	return nil
}

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

// fleetResponseReason says what can be checked instead of what the server says.
// https://fleetdm.com/docs/rest-api/rest-api#configuration-profiles
const fleetResponseReason = "output of fleetctl get or the Fleet API, which does not contain profiles; check the files for fleetctl gitops, " +
	"the output of fleetctl generate-gitops, or profiles downloaded with alt=media"

// isFleetResponse reports whether JSON is what fleetctl get --json writes of a
// team or of the organization, or the list of profiles that the API returns.
func isFleetResponse(text []byte) bool {
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

// mentionsFleet reports whether a text may be a file of Fleet that references
// profiles.
func mentionsFleet(text []byte) bool {
	return bytes.Contains(text, []byte("controls")) ||
		slices.ContainsFunc(fleetKeys, func(k [2]string) bool { return bytes.Contains(text, []byte(k[0])) })
}

// fleetFile is what a YAML file of Fleet says of profiles.
type fleetFile struct {
	is         bool // it has one of the keys
	empty      bool // it has the form of a file of Fleet, with none of the keys
	isResponse bool // it is what the server says, and not what the repository holds
	bare       bool // the keys are at its top, as in a file of controls
	profiles   []fleetPath
	controls   []fleetPath  // files that hold the controls in its place
	path       int          // the line of a path instead of all paths of the file; 0: none
	errors     []fleetError // what cannot be followed
}

type fleetError struct {
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
			r.document(resolveAlias(document.Content[0]))
		}
		if r.steps < 0 {
			r.addError(1, "aliases and merges expand to too many values")
		}
		if err == io.EOF {
			err = nil
		} else if err == nil && r.steps >= 0 {
			continue
		}
		return r.fleetFile, err
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
		if r.valueOf(root, key) != nil {
			count++
		}
	}
	if controls := r.valueOf(root, "controls"); controls != nil && (controls.Kind == yaml.MappingNode || controls.Tag == "!!null") {
		count += 2
	}
	for _, top := range []*yaml.Node{root, r.valueOf(root, "controls")} {
		for _, key := range []string{"windows_settings", "android_settings", "macos_updates", "windows_updates", "enable_disk_encryption"} {
			if r.valueOf(top, key) != nil {
				count += 2
			}
		}
	}
	return count >= 2
}

func (r *fleetReader) document(root *yaml.Node) {
	r.isResponse = r.isResponse || r.valueOf(root, "apiVersion") != nil && r.valueOf(root, "kind") != nil
	r.empty = r.empty || r.hasForm(root)
	if n := r.valueOf(root, "path"); n != nil {
		r.path = n.Line
	}
	if n := r.valueOf(r.valueOf(root, "controls"), "path"); n != nil {
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
			settings := r.valueOf(r.valueOf(n, keys[0]), keys[1])
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
			r.reportDuplicates(n)
		}
		for i := first; i < len(n.Content); i += step {
			if value := resolveAlias(n.Content[i]); value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode {
				todo = append(todo, value)
			}
		}
	}
}

func (r *fleetReader) addError(line int, format string, args ...any) {
	r.errors = append(r.errors, fleetError{line, fmt.Errorf(format, args...)})
}

// resolveAlias returns the node that an alias stands for.
func resolveAlias(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// valueOf returns the value of a key of a mapping, or nil.
func (r *fleetReader) valueOf(n *yaml.Node, key string) *yaml.Node { return r.mergedValueOf(n, key, 0) }

func (r *fleetReader) mergedValueOf(n *yaml.Node, key string, depth int) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		if r.steps--; r.steps < 0 {
			return nil
		}
		switch name := resolveAlias(n.Content[i]).Value; name {
		case key:
			return resolveAlias(n.Content[i+1])
		case "<<":
			merges = true
		}
	}
	for i := 0; merges && i+1 < len(n.Content); i += 2 {
		if resolveAlias(n.Content[i]).Value != "<<" {
			continue
		}
		from := []*yaml.Node{resolveAlias(n.Content[i+1])}
		if from[0].Kind == yaml.SequenceNode {
			from = from[0].Content
		}
		for _, one := range from {
			if depth == maxMerges {
				r.steps = -1
				return nil
			}
			if value := r.mergedValueOf(resolveAlias(one), key, depth+1); value != nil {
				return value
			}
		}
	}
	return nil
}

// reportDuplicates reports the duplicate keys of a mapping: it is not known
// which one is used.
func (r *fleetReader) reportDuplicates(n *yaml.Node) {
	known := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolveAlias(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			continue
		}
		if known[key.Value] && key.Value != "<<" {
			r.addError(n.Content[i].Line, "duplicate key %q", printableName(key.Value))
		}
		known[key.Value] = true
	}
}

// pathOf returns the path in a value.
func (r *fleetReader) pathOf(n *yaml.Node) (fleetPath, bool) {
	value := resolveAlias(n)
	if value.Kind != yaml.ScalarNode || value.Value == "" || value.Tag == "!!null" {
		r.addError(n.Line, "path must be a non-empty string")
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
		r.addError(settings.Line, "profiles must be a list of paths")
		return
	}
	for _, item := range settings.Content {
		value := resolveAlias(item)
		if value.Kind == yaml.ScalarNode { // as older versions have it
			add(item, false)
			continue
		}
		path, paths := r.valueOf(value, "path"), r.valueOf(value, "paths")
		if path == nil && paths == nil {
			r.addError(item.Line, "entry of the profiles is missing a path")
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
