package plist

import (
	"testing"
)

// TestPlain holds that asking values for variables does not hide those of the
// values in them from whoever passes over what is plain.
func TestPlain(t *testing.T) {
	for name, text := range map[string]string{
		"XML":  `<plist><dict><key>a</key><array><string>$FLEET_VAR_HOST_UUID</string></array><key>b</key><array><string>b</string></array></dict></plist>`,
		"JSON": `{"URL": "https://a.b", "Keysize": 2048, "Subject": [], "a": ["$FLEET_VAR_HOST_UUID"], "b": ["b"]}`,
	} {
		read := ParseXML
		if name == "JSON" {
			read = ParseJSON
		}
		root, err := read(NewSource(name, []byte(text)))
		if err != nil {
			t.Fatal(name, err)
		}
		for _, n := range []*Node{root, root.Get("a"), root.Get("b")} {
			if n.HasVariable() || len(n.Variables()) > 0 {
				t.Errorf("%s: a dict or array has no text", name)
			}
		}
		if root.NoVariables() || root.Get("a").NoVariables() {
			t.Errorf("%s: a variable is hidden", name)
		}
		if s := root.At("a", 0); !s.HasVariable() || s.NoVariables() {
			t.Errorf("%s: the variable itself is not found", name)
		}
		if s := root.At("b", 0); s.HasVariable() || !s.NoVariables() {
			t.Errorf("%s: what was found is not remembered", name)
		}
	}
}
