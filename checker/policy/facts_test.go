package policy

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
)

// rowPaths returns the paths of all fields of the rows of a section, those of objects
// among them, and one that no row has.
func rowPaths(t *testing.T, section string) []string {
	t.Helper()
	var list []string
	var add func(path string, n *schemaNode)
	add = func(path string, n *schemaNode) {
		if path != "" {
			list = append(list, path)
			path += "\x00"
		}
		for _, name := range n.names {
			add(path+name, n.Properties[name])
		}
	}
	add("", inputSchema(t).Properties[section].Items)
	return append(list, "no such field", "url\x00no such field", "paths\x00no such key")
}

// eachDocument calls a function with the documents of many profiles.
func eachDocument(t *testing.T, do func(d *document)) {
	t.Helper()
	inputs := append(factInputs(t), narrowedInputs(t)...)
	files, err := filepath.Glob("../../testdata/*/bad*")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data", err)
	}
	for _, file := range files {
		inputs = append(inputs, fileInput(file))
	}
	c := &checker.Checker{Now: checkertest.Now, Jobs: 1}
	c.Rules = []checker.Rule{{Meta: checker.Meta{ID: "each", Severity: checker.Error, Documents: checker.AnyDocument}, Check: func(pass *checker.Pass) error {
		do(newDocument(pass))
		return nil
	}}}
	for r := range c.Run(context.Background(), slices.Values(inputs)) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
}

// TestFactEncodings holds that facts are the encodings of the values that the document
// has, which in turn can be told apart.
func TestFactEncodings(t *testing.T) {
	scepPaths, certificatePaths := rowPaths(t, "scep"), rowPaths(t, "certificates")
	terms := map[string]*ast.Term{}
	rows := 0
	check := func(path string, fact []byte, row *ast.Term) {
		value := find(row, path)
		if want := appendTerm(nil, value); !bytes.Equal(fact, want) {
			t.Errorf("fact %q is %q; expected %q", path, fact, want)
		}
		if other, seen := terms[string(fact)]; !seen {
			terms[string(fact)] = value
		} else if (other == nil) != (value == nil) || value != nil && value.Value.Compare(other.Value) != 0 {
			t.Errorf("%v and %v have one encoding", value, other)
		}
	}
	eachDocument(t, func(d *document) {
		for _, s := range d.scepRows() {
			rows++
			row := d.scep(s)
			for _, path := range scepPaths {
				check(path, scepFactOf(path)(newDocument(d.pass), s, nil), row)
			}
		}
		certificates := d.p.Certificates()
		for i := range certificates {
			rows++
			row := d.certificate(&certificates[i])
			for _, path := range certificatePaths {
				check(path, certificateFactOf(path)(newDocument(d.pass), &certificates[i], nil), row)
			}
		}
	})
	if rows < 100 || len(terms) < 500 {
		t.Errorf("only %d rows with %d values", rows, len(terms))
	}
	for _, value := range terms {
		for i := range 3 {
			if value == nil {
				break
			}
			longer := appendTerm(nil, ast.ArrayTerm(value, ast.InternedTerm(i)))
			if bytes.HasPrefix(longer, appendTerm(nil, ast.ArrayTerm(value))) {
				t.Errorf("the encoding of an array begins that of another: %v", value)
			}
		}
	}
}

// TestGuards holds that a policy that is not evaluated, since no row meets the
// conditions that its rules begin with, finds nothing when it is: for all fields and
// all conditions, with values that profiles have.
func TestGuards(t *testing.T) {
	samples := map[string][]*ast.Term{} // by the section and the path
	scepPaths, certificatePaths := rowPaths(t, "scep"), rowPaths(t, "certificates")
	sample := func(section, path string, row *ast.Term) {
		value := find(row, path)
		if key := section + "\x00" + path; value != nil && len(samples[key]) < 2 && !slices.ContainsFunc(samples[key], value.Equal) && ast.IsScalar(value.Value) {
			samples[key] = append(samples[key], value)
		}
	}
	everything := narrowedInputs(t)
	c := &checker.Checker{Now: checkertest.Now, Jobs: 1, Rules: []checker.Rule{{Meta: checker.Meta{ID: "each", Severity: checker.Error, Documents: checker.AnyDocument}, Check: func(pass *checker.Pass) error {
		d := newDocument(pass)
		for _, s := range d.scepRows() {
			row := d.scep(s)
			for _, path := range scepPaths {
				sample("scep", path, row)
			}
		}
		for _, certificate := range d.p.Certificates() {
			row := d.certificate(&certificate)
			for _, path := range certificatePaths {
				sample("certificates", path, row)
			}
		}
		return nil
	}}}}
	for r := range c.Run(context.Background(), slices.Values(everything)) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	var files []File
	add := func(lines ...string) {
		name := fmt.Sprintf("guard%d", len(files))
		files = append(files, File{Name: name + ".rego", Path: name + ".rego", Text: fmt.Appendf(nil, "package policies.test.%s\n\nfixed := 2048\n\ndefault least := 4096\n\nleast := data.config.least\n\ndefault given := true\n\ngiven := data.config.given\n\nwarn contains msg if {\n\t%s\n\tmsg := \"found\"\n}\n", name, strings.Join(lines, "\n\t"))})
	}
	for key, values := range samples {
		section, path, _ := strings.Cut(key, "\x00")
		row, ref := "some row in input."+section, "row"
		for step := range strings.SplitSeq(path, "\x00") {
			ref += fmt.Sprintf("[%q]", step)
		}
		add(row, ref)
		add(row, "not "+ref)
		for _, value := range values {
			operators := []string{"==", "!="}
			if _, ok := value.Value.(ast.Number); ok {
				operators = append(operators, "<", "<=", ">", ">=")
			}
			for _, operator := range operators {
				add(row, ref+" "+operator+" "+value.String())
			}
		}
	}
	fields := len(files)
	for _, operator := range []string{"==", "!=", "<", "<=", ">", ">="} {
		for _, name := range []string{"fixed", "least"} {
			add("some row in input.scep", "row.keysize.value "+operator+" "+name)
			add("some row in input.scep", "row.keysize.set", "value := row.keysize.value", "value "+operator+" "+name)
			add("given == true", "some row in input.scep", "row.keysize.value "+operator+" "+name)
		}
		for _, limit := range []string{"1024", "2048", "4096"} {
			add("some row in input.scep", "row.keys.Keysize "+operator+" "+limit) // it may be a string
			add("some row in input.scep", "not row.keysize.value "+operator+" "+limit)
			add("some row in input.scep", "row.keysize.value "+operator+" least with data.config.least as "+limit)
			add("some row in input.scep", "every x in [1, 2] { x "+operator+" row.index }", "row.keysize.value "+operator+" "+limit)
		}
	}
	for i, data := range []map[string]any{nil, {"least": 2048, "given": false}, {"least": "2048", "given": 1}} {
		if i == 1 {
			files = files[fields:] // the others have no parameters
		}
		whole, narrowed := guarded(t, files, everything, data, true), guarded(t, files, everything, data, false)
		if diff := cmp.Diff(whole, narrowed); diff != "" {
			t.Errorf("(-evaluated +guarded):\n%s", diff)
		}
		if len(whole) < len(files)/2 {
			t.Errorf("%d policies have only %d findings", len(files), len(whole))
		}
	}
}

// guarded returns what policies find, most of which have guards.
func guarded(t *testing.T, files []File, inputs []checker.Input, parameters map[string]any, plain bool) (found []string) {
	t.Helper()
	set, err := Load(context.Background(), Config{Files: files, Data: map[string]any{"config": parameters}})
	if err != nil {
		t.Fatal(err)
	}
	set.disableCache = plain
	guards := 0
	for _, p := range set.policies {
		if len(p.checks) > 0 {
			guards++
		}
		p.dependencies.pure = false // each is evaluated each time that its guards let it be
	}
	if guards < len(files)/4 {
		t.Errorf("of %d policies %d have guards", len(files), guards)
	}
	c := &checker.Checker{Rules: set.Rules(), Now: checkertest.Now, Jobs: 1}
	for r := range c.Run(context.Background(), slices.Values(inputs)) {
		if r.Err != nil {
			t.Error(r.Err)
		}
		for _, f := range r.Findings {
			found = append(found, r.File+" "+f.Rule.ID)
		}
	}
	return found
}
