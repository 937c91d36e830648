package policy_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/policy"
)

const keysizeProfile = `<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>PayloadType</key>
<string>com.apple.security.scep</string><key>PayloadContent</key><dict><key>Keysize</key><integer>1024</integer></dict></dict></array></dict></plist>`

// findingsOf runs a policy with the given bodies of deny over the profile.
func findingsOf(t *testing.T, text string, bodies ...string) ([]checker.Finding, error) {
	t.Helper()
	module := "# METADATA\n# title: a title\n# entrypoint: true\n# custom:\n#   help: general help\npackage policies.test.some_policy\n"
	for _, body := range bodies {
		module += "\n" + body + "\n"
	}
	set, err := policy.Load(context.Background(), policy.Config{Files: []policy.File{{Name: "a.rego", Path: "a.rego", Text: []byte(module)}}})
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := export.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return checker.Check(context.Background(), set.Rules(), profiles)
}

// TestMemberHelp holds that a member may have help of its own, and that what no
// member has is an error.
func TestMemberHelp(t *testing.T) {
	for member, want := range map[string]string{
		`{"msg": "wrong", "path": []}`:                         "general help",
		`{"msg": "wrong", "path": [], "help": "use 2048"}`:     "use 2048",
		`{"msg": "wrong", "path": [], "help": ""}`:             "general help",
		`{"msg": "wrong", "path": [], "args": ["Keysize", 1]}`: "general help",
		`{"msg": "wrong", "path": [], "help": 1}`:              "! help must be a string, found 1",
		`{"msg": "wrong", "path": [], "args": "Keysize"}`:      `! args must be an array, found "Keysize"`,
		`{"msg": "wrong", "path": [], "args": [1.5]}`:          "! args must hold only strings and whole numbers, found 1.5",
		`{"msg": "wrong", "path": "Keysize"}`:                  `! path must be an array such as scep.paths.URL, found "Keysize"`,
		`{"msg": "wrong", "path": [], "severity": "error"}`:    `! unknown key "severity" in a member; expected msg, path, help, or args`,
		`{"path": []}`: `! member {"path": []} is missing required key msg`,
		`{"msg": " "}`: "! msg is empty",
		`["wrong"]`:    `! member ["wrong"] must be a string or an object with msg and path`,
	} {
		findings, err := findingsOf(t, keysizeProfile, "deny contains "+member+" if input.scep")
		if problem, isError := strings.CutPrefix(want, "! "); isError {
			if err == nil || !strings.Contains(err.Error(), problem) {
				t.Errorf("%s: %v", member, err)
			}
			continue
		}
		if err != nil || len(findings) != 1 || findings[0].Help != want || findings[0].Message != "wrong" {
			t.Errorf("%s: %v, %v", member, findings, err)
		}
	}
}

// TestMemberFingerprint holds that the findings of a policy are identified by
// their set, path, and value, or by their arguments, in whatever words.
func TestMemberFingerprint(t *testing.T) {
	const at = ` if some scep in input.scep`
	printOf := func(text, body string) string {
		t.Helper()
		findings, err := findingsOf(t, text, body)
		if err != nil || len(findings) != 1 {
			t.Fatalf("%s: %v, %v", body, findings, err)
		}
		return findings[0].Fingerprint
	}
	for _, test := range []struct {
		what string
		a, b string
		text string // the profile for b; "" for the same one
		same bool
	}{
		{"other words about a value", `deny contains {"msg": "a", "path": scep.paths.Keysize}`, `deny contains {"msg": "b", "path": scep.paths.Keysize, "help": "c"}`, "", true},
		{"another set", `deny contains {"msg": "a", "path": scep.paths.Keysize}`, `warn contains {"msg": "a", "path": scep.paths.Keysize}`, "", false},
		{"another value", `deny contains {"msg": "a", "path": scep.paths.Keysize}`, `deny contains {"msg": "a", "path": scep.paths.Keysize}`, strings.Replace(keysizeProfile, "1024", "512", 1), false},
		{"other words about a dictionary", `deny contains {"msg": "a", "path": scep.path}`, `deny contains {"msg": "b", "path": scep.path}`, "", false},
		{"other words with arguments", `deny contains {"msg": "a", "path": scep.path, "args": ["CN"]}`, `deny contains {"msg": "b", "path": scep.path, "args": ["CN"]}`, "", true},
		{"other arguments", `deny contains {"msg": "a", "path": scep.path, "args": ["CN"]}`, `deny contains {"msg": "a", "path": scep.path, "args": ["O"]}`, "", false},
	} {
		text := test.text
		if text == "" {
			text = keysizeProfile
		}
		if same := printOf(keysizeProfile, test.a+at) == printOf(text, test.b+at); same != test.same {
			t.Errorf("%s: the same fingerprint: %v", test.what, same)
		}
	}
}
