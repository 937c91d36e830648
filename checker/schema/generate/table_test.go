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

// TestPages reads a checkout of github.com/apple/device-management, with pages of
// the same type.
func TestPages(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"mdm/profiles/com.example.a.yaml": `
title: A
payload:
  payloadtype: com.example.a
  supportedOS:
    iOS: {introduced: '4.0', multiple: true, sharedipad: {mode: allowed}}
    macOS: {introduced: n/a}
payloadkeys:
- key: Mode
  type: <string>
  presence: required
  rangelist: [A, B]
  default: A
  content: not a fact
- key: Ports
  type: <array>
  subkeys:
  - key: Port
    type: <integer>
    presence: required
    range: {min: 0, max: 65535}
- key: Headers
  type: <dictionary>
  subkeys:
  - {key: ANY, type: <string>}
`,
		"mdm/profiles/com.example.a(other).yaml": `
payload: {payloadtype: com.example.a}
payloadkeys:
- {key: Mode, type: <string>, presence: optional}
- {key: Old, type: <boolean>, supportedOS: {iOS: {introduced: '5.0', deprecated: '9.0'}}}
`,
		"declarative/declarations/assets/x.yaml": `
payload: {declarationtype: com.example.asset, supportedOS: {iOS: {introduced: '15.0'}}}
payloadkeys:
- {key: Reference, type: <string>, presence: required, assettypes: [com.example.other]}
`,
	} {
		file := filepath.Join(from, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := generate(from, to); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"payloads":     "=com.example.a\t@iOS:4.0:::m\t@macOS:n/a\n Headers\to\n  *\ts\n Mode\ts\t=A\n Old\tb\t@iOS:5.0:9.0\n Ports\ta\n  []\ti\t>0\t<65535\n",
		"declarations": "=com.example.asset\t@iOS:15.0\n Reference\ts!\t&com.example.other\n",
	} {
		got, err := os.ReadFile(filepath.Join(to, name+".tsv"))
		if err != nil || string(got) != want {
			t.Errorf("%v\n%s\nexpected\n%s", err, got, want)
		}
	}
	if err := generate(t.TempDir(), to); err == nil {
		t.Error("an empty directory is accepted")
	}
}
