package policy

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// validator gives the schema to a validator other than OPA's.
func validator(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("input.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("input.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// inputOf gives the document of a profile, as JSON has it.
func inputOf(t testing.TB, name string, text []byte, c checker.Checker) (document any, written []byte) {
	t.Helper()
	profiles, err := export.Parse(name, bytes.Clone(text))
	if err != nil {
		return nil, nil
	}
	c.Now = checkertest.Now
	c.Prepare()
	written, err = InputJSON(c.Pass(profiles[0]))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	document, err = jsonschema.UnmarshalJSON(bytes.NewReader(written))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return document, written
}

// TestSchema holds the document of every profile there is against its schema,
// and that the schema is closed.
func TestSchema(t *testing.T) {
	schema := validator(t)
	seen := 0
	for _, pattern := range []string{"../../testdata/*/*", "../../../shared/corpus/*/*", "../../../shared/corpus/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil || strings.HasSuffix(file, ".txtar") {
				continue
			}
			for _, show := range []bool{false, true} {
				document, _ := inputOf(t, file, text, checker.Checker{ShowSecrets: show, Targets: checker.Targets{{System: "ios", Version: "17.4"}, {System: "macos"}}})
				if document == nil {
					break
				}
				seen++
				if err := schema.Validate(document); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}
	for seed := range uint64(100) {
		document, _ := inputOf(t, "generated", profiletest.Generate(seed), checker.Checker{})
		seen++
		if err := schema.Validate(document); err != nil {
			t.Errorf("generated %d: %v", seed, err)
		}
	}
	if seen < 300 {
		t.Errorf("only %d documents were looked at", seen)
	}
	open := map[string]any{"file": "x", "time": "x", "targets": []any{}, "profile": map[string]any{}, "scep": []any{}, "acme": []any{}, "certificates": []any{}, "references": []any{}}
	if err := schema.Validate(open); err != nil {
		t.Error(err)
	}
	open["more"] = true
	if schema.Validate(open) == nil {
		t.Error("the schema is open: it lets a name through that it lacks")
	}
}

// TestInput holds the facts of one profile that has something of everything.
func TestInput(t *testing.T) {
	text, err := os.ReadFile("testdata/input.mobileconfig")
	if err != nil {
		t.Fatal(err)
	}
	_, got := inputOf(t, "input.mobileconfig", text, checker.Checker{Targets: checker.Targets{{System: "ios", Version: "17.4"}, {System: "macos"}}})
	golden(t, "testdata/input.json", got)
	if strings.Contains(string(got), "hunter2-hunter2") {
		t.Error("the document shows a secret")
	}
	_, shown := inputOf(t, "input.mobileconfig", text, checker.Checker{ShowSecrets: true})
	if !strings.Contains(string(shown), `"value": "hunter2-hunter2"`) {
		t.Error("the document lacks the secret that was asked for")
	}
}

var update = flag.Bool("update", false, "write the expected documents anew")

// golden compares with a file, which -update writes anew.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestSections holds that a document with parts left out has the others as the
// whole one does.
func TestSections(t *testing.T) {
	text, err := os.ReadFile("testdata/input.mobileconfig")
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := export.Parse("input.mobileconfig", text)
	if err != nil {
		t.Fatal(err)
	}
	c := checker.Checker{Now: checkertest.Now}
	c.Prepare()
	pass := c.Pass(profiles[0])
	whole := newDocument(pass).build(allSections).(ast.Object)
	for which := range allSections + 1 {
		part := newDocument(pass).build(which).(ast.Object)
		part.Foreach(func(key, value *ast.Term) {
			if !whole.Get(key).Equal(value) {
				t.Errorf("sections %b: %v differs", which, key)
			}
		})
	}
}

// TestRawDuplicates holds that a key that stands twice has the value a device
// keeps, and that very many of them are no burden.
func TestRawDuplicates(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<plist version="1.0"><dict>`)
	for range 100_000 {
		b.WriteString("<key>a</key><integer>1</integer>")
	}
	b.WriteString(`<key>a</key><integer>2</integer></dict></plist>`)
	_, got := inputOf(t, "twice", []byte(b.String()), checker.Checker{})
	var document struct{ Profile map[string]int }
	if err := json.Unmarshal(got, &document); err != nil {
		t.Fatal(err)
	}
	if document.Profile["a"] != 2 {
		t.Errorf("a is %d", document.Profile["a"])
	}
}
