package main

import (
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/config"
)

// configKeys has, for each key of the schema, a configuration with it and one
// without, which must not come to the same, and what is checked.
var configKeys = map[string]struct{ with, without, args string }{
	"packs":                   {"packs: []", "", "weak.mobileconfig"},
	"policies":                {"policies: [policies]", "", "weak.mobileconfig"},
	"data":                    {"data: {keysize_minimum: 1024}", "", "weak.mobileconfig"},
	"targets":                 {`targets: {ios: "16"}`, "", "weak.mobileconfig"},
	"rules":                   {"rules: {keysize-minimum: off}", "", "weak.mobileconfig"},
	"exclude":                 {"exclude: [weak.mobileconfig]", "", "."},
	"ignore":                  {"ignore: [{rules: [keysize-minimum], reason: old}]", "", "weak.mobileconfig"},
	"ignore.rules":            {"ignore: [{rules: [keysize-minimum], reason: old}]", "ignore: [{rules: [url-https], reason: old}]", "weak.mobileconfig"},
	"ignore.files":            {"ignore: [{rules: [keysize-minimum], files: [other], reason: old}]", "ignore: [{rules: [keysize-minimum], reason: old}]", "weak.mobileconfig"},
	"ignore.reason":           {"ignore: [{rules: [keysize-minimum], reason: old}]", "ignore: [{rules: [keysize-minimum], reason: other}]", "--show-suppressed weak.mobileconfig"},
	"overrides":               {"overrides: [{files: [weak.mobileconfig], rules: {keysize-minimum: off}}]", "", "weak.mobileconfig"},
	"overrides.files":         {"overrides: [{files: [weak.mobileconfig], rules: {keysize-minimum: off}}]", "overrides: [{files: [other], rules: {keysize-minimum: off}}]", "weak.mobileconfig"},
	"overrides.rules":         {"overrides: [{files: [weak.mobileconfig], rules: {keysize-minimum: off}}]", "overrides: [{files: [weak.mobileconfig]}]", "weak.mobileconfig"},
	"overrides.targets":       {`overrides: [{files: [weak.mobileconfig], targets: {ios: "16"}}]`, "overrides: [{files: [weak.mobileconfig]}]", "weak.mobileconfig"},
	"fail-on":                 {"fail-on: never", "", "weak.mobileconfig"},
	"baseline":                {"baseline: known.json", "", "weak.mobileconfig"},
	"verify-signatures":       {"verify-signatures: true\ntrust: [root.pem]", "", "tampered.mobileconfig"},
	"trust":                   {"verify-signatures: true\ntrust: [root.pem]", "verify-signatures: true\ntrust: [other.pem]", "--now 2026-06-01T00:00:00Z signed.mobileconfig"},
	"$defs/targets/ios":       {`targets: {ios: "17"}`, `targets: {macos: "14"}`, "weak.mobileconfig"},
	"verify-signatures/audit": {"verify-signatures: true\ntrust: [root.pem]", "", "audit tampered.mobileconfig"},
	"trust/missing":           {"verify-signatures: true\ntrust: [missing.pem]", "verify-signatures: true\ntrust: [root.pem]", "signed.mobileconfig"},
	"trust/alone":             {"trust: [root.pem]", "", "signed.mobileconfig"},
}

// TestConfigKeys holds that each key of the schema changes a run.
func TestConfigKeys(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(config.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	keys := schemaKeys("", schema)
	for _, key := range keys {
		if _, ok := configKeys[key]; !ok {
			t.Errorf("no run shows what %s is for", key)
		}
	}
	if len(keys) < 12 {
		t.Errorf("the schema has only the keys %v", keys)
	}
	signatures, err := filepath.Abs("../../testdata/profile-signature")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	profile := scepOf("<key>URL</key><string>https://ca.corp.invalid/scep</string><key>Keysize</key><integer>1024</integer><key>Key Usage</key><integer>5</integer>" +
		"<key>AllowAllAppsAccess</key><true/>")
	files := map[string]string{
		"weak.mobileconfig":  profile,
		"other.mobileconfig": profile,
		"policies/own.rego":  "package policies.acme.own\n\ndeny contains \"own\" if input.file\n",
	}
	for to, from := range map[string]string{"tampered.mobileconfig": "bad-content.mobileconfig", "signed.mobileconfig": "good-chain.mobileconfig", "root.pem": "root.pem"} {
		text, err := os.ReadFile(filepath.Join(signatures, from))
		if err != nil {
			t.Fatal(err)
		}
		files[to] = string(text)
	}
	files["other.pem"] = string(certified(1, pkix.Name{CommonName: "other"}, nil).Raw)
	for name, text := range files {
		lay(".", name, []byte(text))
	}
	if code, _, says := sceplint(t, "check", "--write-baseline", "known.json", "weak.mobileconfig"); code != exitClean {
		t.Fatal(says)
	}
	for _, key := range slices.Sorted(maps.Keys(configKeys)) {
		test := configKeys[key]
		outcome := func(text string) string {
			lay(".", config.Name, []byte(text))
			args := strings.Fields(test.args)
			if args[0] != "audit" {
				args = append([]string{"check"}, args...)
			}
			code, out, says := sceplint(t, args...)
			return fmt.Sprintf("exit code %d\n%s%s", code, out, says)
		}
		with, without := outcome(test.with), outcome(test.without)
		if with == without {
			t.Errorf("%s: %q and %q come to the same:\n%.2000s", key, test.with, test.without, with)
		}
	}
}

// schemaKeys gives the keys of an object of the schema, and those of the objects
// of its lists, as ignore.rules.
func schemaKeys(prefix string, object map[string]any) (keys []string) {
	properties, _ := object["properties"].(map[string]any)
	for key, value := range properties {
		keys = append(keys, prefix+key)
		if items, ok := value.(map[string]any)["items"].(map[string]any); ok {
			keys = append(keys, schemaKeys(prefix+key+".", items)...)
		}
	}
	return keys
}
