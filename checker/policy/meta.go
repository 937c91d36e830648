package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/keyname"
)

var snakeCase = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`) })

// addModule adds a module: as a policy, as a library, or as tests.
func (s *Set) addModule(f File, m *ast.Module) error {
	steps := m.Package.Path[1:] // without data
	names := make([]string, len(steps))
	for i, step := range steps {
		names[i] = string(step.Value.(ast.String))
	}
	found := setsOf(m)
	place := fmt.Sprintf("%s:%d", f.Name, m.Package.Location.Row)
	isTest := f.isTest() || strings.HasSuffix(names[len(names)-1], "_test")
	if isTest && len(found) > 0 {
		return fmt.Errorf("%s: rule set %s in a test is never evaluated; remove the suffix _test from the file and the package", at(f, found[0].Location), found[0].Head.Name)
	}
	if isTest {
		s.testFiles[f.Name] = m
		return nil
	}
	if names[0] != "policies" {
		if len(found) > 0 {
			return fmt.Errorf("%s: package %s defines %s, but is never evaluated; rename it to policies.<pack>.<id>", place, strings.Join(names, "."), found[0].Head.Name)
		}
		s.modules[f.Name] = m // a library
		return nil
	}
	if len(names) != 3 {
		return fmt.Errorf("%s: invalid package name %s; use policies.<pack>.<id>, or lib.%s for a library", place, strings.Join(names, "."), names[len(names)-1])
	}
	for _, name := range names[1:] {
		if !snakeCase().MatchString(name) {
			return fmt.Errorf("%s: invalid package name: %q is not in snake case; use lower-case letters, digits, and _", place, name)
		}
	}
	if err := checkRuleSets(f, m, found); err != nil {
		return err
	}
	p := &policy{module: m, file: f.Name, line: m.Package.Location.Row, shipped: f.Shipped}
	for _, set := range setSeverities {
		if slices.ContainsFunc(found, func(r *ast.Rule) bool { return string(r.Head.Name) == set.name }) {
			p.sets = append(p.sets, set.name)
			p.Severity = max(p.Severity, set.severity)
		}
	}
	p.ID, p.Pack = toRuleID(names[2]), toRuleID(names[1])
	p.Defers = f.Shipped
	p.Title = strings.ReplaceAll(names[2], "_", " ")
	if f.Shipped {
		p.described = sync.OnceValue(func() *checker.Meta { return p.describedLater(f) })
		if bytes.Contains(f.Text, []byte("\n#   relaxes:")) { // which has to be known at once
			p.Relaxes = p.described().Relaxes
		}
	} else {
		meta, err := p.describe(m)
		if err != nil {
			return err
		}
		p.described = func() *checker.Meta { return meta }
	}
	p.crossProfile = readsOtherProfiles(m)
	p.types = requiredTypes(m)
	s.policies = append(s.policies, p)
	s.modules[f.Name] = m
	return nil
}

func toRuleID(name string) string { return strings.ReplaceAll(name, "_", "-") }

// at returns a location in a file.
func at(f File, l *ast.Location) string { return fmt.Sprintf("%s:%d:%d", f.Name, l.Row, l.Col) }

// setsOf finds the rules named deny, warn, or info.
func setsOf(m *ast.Module) (found []*ast.Rule) {
	for _, r := range m.Rules {
		for _, set := range setSeverities {
			if ref := r.Head.Ref(); len(ref) > 0 && ref[0].Value.Compare(ast.Var(set.name)) == 0 {
				found = append(found, r)
			}
		}
	}
	return found
}

// checkRuleSets rejects what would never be evaluated: sets of another form, and
// sets with unknown names.
func checkRuleSets(f File, m *ast.Module, found []*ast.Rule) error {
	for _, r := range found {
		name := r.Head.Ref()[0].Value.String()
		if r.Head.RuleKind() != ast.MultiValue || len(r.Head.Ref()) > 1 {
			return fmt.Errorf("%s: %s must be a set of messages; use %s contains msg if { … }", at(f, r.Location), name, name)
		}
	}
	for _, r := range m.Rules {
		name := string(r.Head.Name)
		base, _, more := strings.Cut(name, "_")
		alien := base == "violation" || more && (base == "deny" || base == "warn" || base == "info")
		if alien && r.Head.RuleKind() == ast.MultiValue {
			return fmt.Errorf("%s: rule set %s is never evaluated; use deny, warn, or info", at(f, r.Location), name)
		}
	}
	if len(found) > 0 {
		return nil
	}
	line := fmt.Sprintf("%s:%d", f.Name, m.Package.Location.Row)
	for _, r := range m.Rules {
		name := string(r.Head.Name)
		if near := keyname.Nearest(name, []string{"deny", "warn", "info"}); near != "" {
			return fmt.Errorf("%s: policy defines none of deny, warn, and info; rename %s to %s", at(f, r.Location), name, near)
		}
	}
	return fmt.Errorf("%s: policy defines none of deny, warn, and info; rename a library to lib.<name>", line)
}

// describedLater reads the METADATA of a shipped policy, which is valid.
func (p *policy) describedLater(f File) *checker.Meta {
	if i := bytes.Index(f.Text, []byte("\npackage ")); i > 0 { // what follows takes most of the time
		end := bytes.IndexByte(f.Text[i+1:], '\n')
		f.Text = f.Text[:i+1+end+1]
	}
	m, err := parseModule(f, true)
	if err == nil {
		var meta *checker.Meta
		if meta, err = p.describe(m); err == nil {
			return meta
		}
	}
	panic(err) // it is part of the program, and tests read it
}

// describe adds the METADATA of the package to the description of the policy.
func (p *policy) describe(module *ast.Module) (*checker.Meta, error) {
	meta := p.Meta
	var a *ast.Annotations
	for _, x := range module.Annotations {
		if x.Scope == "package" {
			a = x
		}
	}
	if a == nil {
		return &meta, nil
	}
	if title := clean(a.Title); title != "" {
		meta.Title = title
	}
	meta.Doc = clean(a.Description)
	for _, r := range a.RelatedResources {
		title := clean(r.Description)
		if title == "" {
			title = r.Ref.String()
		}
		meta.Refs = append(meta.Refs, checker.Ref{Title: title, URL: clean(r.Ref.String())})
	}
	var custom struct {
		Help, Varies, Avoid, Prefer, Scope string
		Relaxes, Explains                  []string
		Parameters                         map[string]struct {
			Default     any
			Description string
		}
	}
	if err := checkKeys(module, a); err != nil {
		return nil, err
	}
	text, err := json.Marshal(a.Custom)
	if err == nil {
		err = json.Unmarshal(text, &custom)
	}
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return nil, wrongType(module, a, mismatch)
	}
	if err != nil {
		return nil, fmt.Errorf("%s:%d: METADATA: custom: %w", p.file, p.line, err)
	}
	scopes := map[string]checker.Scope{"": checker.ScopeSCEP, "scep": checker.ScopeSCEP, "payload": checker.ScopePayload, "profile": checker.ScopeProfile, "document": checker.ScopeDocument}
	scope, ok := scopes[custom.Scope]
	if !ok {
		return nil, fmt.Errorf("%s:%d: METADATA: custom: invalid scope %q; expected scep, payload, profile, or document", p.file, p.line, custom.Scope)
	}
	meta.Help, meta.Varies = clean(custom.Help), clean(custom.Varies)
	meta.Example = checker.Example{Scope: scope, Bad: clean(custom.Avoid), Good: clean(custom.Prefer)}
	meta.Relaxes = nil // it may be known already
	for _, id := range custom.Relaxes {
		meta.Relaxes = append(meta.Relaxes, clean(id))
	}
	for _, id := range custom.Explains {
		meta.Explains = append(meta.Explains, clean(id))
	}
	for name, x := range custom.Parameters {
		meta.Parameters = append(meta.Parameters, checker.Parameter{Name: clean(name), Default: x.Default, Doc: clean(x.Description)})
	}
	slices.SortFunc(meta.Parameters, func(a, b checker.Parameter) int { return strings.Compare(a.Name, b.Name) })
	return &meta, nil
}

// wrongType returns the error for a key of METADATA whose value has another type.
func wrongType(m *ast.Module, a *ast.Annotations, mismatch *json.UnmarshalTypeError) error {
	key, _, _ := strings.Cut(strings.TrimPrefix(mismatch.Field, "."), ".")
	key = strings.ToLower(key)
	expected := map[reflect.Kind]string{reflect.String: "a string", reflect.Slice: "an array", reflect.Map: "an object", reflect.Struct: "an object with default and description"}[mismatch.Type.Kind()]
	found, _, _ := strings.Cut(mismatch.Value, " ")
	return fmt.Errorf("%s:%d: METADATA: custom: invalid value of %s: found %s; expected %s", m.Package.Location.File, rowOf(m, metadataLines(m, a), key), key, found, expected)
}

// rowOf returns the line of a key of METADATA, or that of the package.
func rowOf(m *ast.Module, lines []metadataLine, key string) int {
	row := m.Package.Location.Row
	for _, line := range slices.Backward(lines) {
		if name, _, ok := strings.Cut(line.text, ":"); ok && strings.Trim(name, `"'`) == key {
			row = line.row
		}
	}
	return row
}

// CustomKey is a key that policies may have under custom in their METADATA.
type CustomKey struct{ Name, Doc string }

// CustomKeys are all of them, in the order of the guide.
var CustomKeys = []CustomKey{
	{"help", "how to fix what the policy finds, in one imperative"},
	{"varies", "when the severity differs"},
	{"avoid", "an example that the policy reports"},
	{"prefer", "an example that it does not report"},
	{"scope", "what the examples are: `scep` for keys of a SCEP payload (default), `payload`, `profile`, or `document`"},
	{"parameters", "the parameters, each with `default` and `description`"},
	{"config", "the parameters that the examples need"},
	{"targets", "the targets that the examples need, as for `--target`"},
	{"explains", "IDs of policies that report nothing at a key where this one has a finding"},
	{"relaxes", "IDs of rules that this policy replaces; they run only if a severity is set for them"},
}

// The other keys of METADATA.
var (
	metadataKeys = []string{"title", "description", "custom", "related_resources", "scope", "authors", "organizations", "schemas", "entrypoint", "compile", "labels"}
	settingKeys  = []string{"default", "description"} // of a parameter
)

// checkKeys rejects keys of METADATA that nothing reads.
func checkKeys(m *ast.Module, a *ast.Annotations) error {
	known := make([]string, len(CustomKeys))
	for i, k := range CustomKeys {
		known[i] = k.Name
	}
	lines := metadataLines(m, a)
	for _, line := range lines {
		key, _, ok := strings.Cut(line.text, ":")
		if ok && line.indent == 0 && !slices.Contains(metadataKeys, key) && keyname.Nearest(key, metadataKeys) != "" {
			return unknownKey(m, lines, key, "METADATA", metadataKeys)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(a.Custom)) {
		if !slices.Contains(known, key) {
			return unknownKey(m, lines, key, "METADATA: custom", known)
		}
	}
	parameters, _ := a.Custom["parameters"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		parameter, _ := parameters[name].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(parameter)) {
			if !slices.Contains(settingKeys, key) {
				return unknownKey(m, lines, key, "METADATA: custom: parameters: "+clean(name), settingKeys)
			}
		}
	}
	return nil
}

// unknownKey returns the error for a key of METADATA that nothing reads.
func unknownKey(m *ast.Module, lines []metadataLine, key, where string, known []string) error {
	row := rowOf(m, lines, key)
	hint := "expected " + strings.Join(known, ", ")
	if near := keyname.Nearest(strings.ToLower(key), known); near != "" {
		hint = fmt.Sprintf("did you mean %s? (%s)", near, hint)
	}
	return fmt.Errorf("%s:%d: %s: unknown key %q; %s", m.Package.Location.File, row, where, clean(key), hint)
}

// metadataLine is a line of METADATA.
type metadataLine struct {
	row, indent int
	text        string // without its indent
}

// metadataLines returns the lines of an annotation.
func metadataLines(m *ast.Module, a *ast.Annotations) (lines []metadataLine) {
	next := a.Location.Row
	for _, c := range m.Comments {
		if c.Location.Row != next {
			continue
		}
		next++
		text := strings.TrimPrefix(string(c.Text), " ")
		bare := strings.TrimLeft(text, " ")
		lines = append(lines, metadataLine{c.Location.Row, len(text) - len(bare), bare})
	}
	return lines
}

// clean removes characters that could deceive on a terminal.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, text))
}

// checkParameters rejects parameters of another type than documented.
func (s *Set) checkParameters() error {
	config := s.config.Data["config"].(map[string]any)
	if len(config) == 0 {
		return nil
	}
	for _, p := range s.policies {
		for _, x := range p.described().Parameters {
			value, given := config[x.Name]
			if have, want := jsonType(value), jsonType(x.Default); given && have != want {
				return fmt.Errorf("data: parameter %s must be of type %s, found %s", x.Name, want, have)
			}
		}
	}
	return nil
}

func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "number"
}
