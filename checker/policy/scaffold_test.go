package policy

import (
	"path"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

// TestStarter holds the templates to what opa fmt writes, and directories to
// the names of packages.
func TestStarter(t *testing.T) {
	files, err := Starter("my_pack")
	if err != nil {
		t.Fatal(err)
	}
	modules := 0
	for _, f := range files {
		if strings.Contains(f.Path+string(f.Text), ScaffoldPack) {
			t.Errorf("%s: the pack is not renamed everywhere", f.Path)
		}
		if path.Ext(f.Path) != ".rego" {
			continue
		}
		modules++
		formatted, err := format.SourceWithOpts(f.Path, f.Text, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		if string(formatted) != string(f.Text) {
			t.Errorf("%s is not as opa fmt writes it:\n%s", f.Path, formatted)
		}
		m := ast.MustParseModuleWithOpts(string(f.Text), parserOptions(ast.RegoV1, true))
		name := strings.TrimSuffix(strings.TrimPrefix(m.Package.Path.String(), "data."), "_test")
		if want := path.Dir(f.Path); strings.ReplaceAll(name, ".", "/") != want {
			t.Errorf("%s: package %s is not the directory %s", f.Path, name, want)
		}
	}
	if modules != 2 {
		t.Errorf("%d modules, not a policy and its test", modules)
	}
}

func TestPackName(t *testing.T) {
	for name, want := range map[string]string{
		"fleet": "fleet", "My Profiles": "my_profiles", "mdm.corp-EU": "mdm_corp_eu", "a__b": "a_b", "_x_": "x",
		"": "acme", "/": "acme", "..": "acme", "2026": "acme", "Ünïcode": "n_code", "import": "acme", "in": "acme",
		strings.Repeat("a", 200): "acme", "x\n\x1b[31m": "x_31m",
	} {
		if got := PackName(name); got != want {
			t.Errorf("PackName(%q) = %q, want %q", name, got, want)
		}
		if _, err := Starter(PackName(name)); err != nil {
			t.Errorf("PackName(%q): %v", name, err)
		}
	}
}
