package main

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"
)

// TestTables makes the tables again where the facts are present, beside the
// repository or in the directory that SCHEMA names, and compares them.
func TestTables(t *testing.T) {
	from := cmp.Or(os.Getenv("SCHEMA"), filepath.Join("..", "..", "..", "..", "shared", "schema"))
	if _, err := os.Stat(from); err != nil {
		t.Skip("the facts of the schema are not present")
	}
	to := t.TempDir()
	if err := generate(from, to); err != nil {
		t.Fatal(err)
	}
	for _, name := range tables {
		made, err := os.ReadFile(filepath.Join(to, name+".tsv"))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(filepath.Join("..", name+".tsv"))
		if err != nil {
			t.Fatal(err)
		}
		if string(made) != string(kept) {
			t.Errorf("%s.tsv differs from what the facts make; run go run ./checker/schema/generate DIR", name)
		}
	}
}

func TestTable(t *testing.T) {
	const facts = `{"com.example.b": {"docs": "x.md", "platforms": {"macOS": {"introduced": "10.7", "multiple": true, "devicechannel": true, "userchannel": false}},
		"keys": {
			"ANY": {"type": "any"},
			"Mode": {"type": "string", "required": true, "allowed": ["A", null, 1.0], "default": "A", "from": "both"},
			"List": {"type": "array", "items": {"type": "integer", "required": true, "min": 1, "max": 2.5}, "repetition": {"min": 2, "max": 3}},
			"Set": {"type": "dictionary", "anykey": {"type": "string"}, "keys": {"In": {"type": "date", "platforms": {"iOS": {"introduced": "5", "deprecated": "6", "removed": "7", "supervised": true}}}}}}},
		"com.example.a": {"platforms": {}, "keys": {}, "anykey": true}}`
	const want = "=com.example.a\t*\n" +
		"=com.example.b\t@macOS:10.7:::md\t*\n" +
		" List\ta\t#2-3\n" +
		"  []\ti\t>1\t<2.5\n" +
		" Mode\ts!\t=A\tvA|None|1.0\n" +
		" Set\to\n" +
		"  In\tt\t@iOS:5:6:7:s\n" +
		"  *\ts\n"
	got, err := makeTable([]byte(facts))
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\nexpected\n%s", err, got, want)
	}
	for _, bad := range []string{`{`, `{"t": {"keys": {"A": {"type": "other"}}}}`, `{"t": {"keys": {"A\tB": {"type": "any"}}}}`, `{"t\n": {}}`,
		`{"t": {"keys": {"A": {"type": "string", "allowed": ["a|b"]}}}}`} {
		if _, err := makeTable([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
