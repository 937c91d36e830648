package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker"
)

// want is an error that is expected on a line of a bad file:
//
//	key: value # want COLUMN[:LINES UP] "expression"
var want = regexp.MustCompile(`# want (\d+)(?::(\d+))? "(.*)"$`)

func samples(t *testing.T, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/config/" + pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = string(text)
	}
	return texts
}

func TestBad(t *testing.T) {
	for name, text := range samples(t, "bad*.yaml") {
		_, err := Parse(name, []byte(text), true)
		var got []*Error
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, err := range joined.Unwrap() {
				got = append(got, err.(*Error))
			}
		} else if one := new(Error); errors.As(err, &one) {
			got = append(got, one)
		}
		for i, line := range strings.Split(text, "\n") {
			m := want.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			up, _ := strconv.Atoi("0" + m[2])
			column, _ := strconv.Atoi(m[1])
			if m[2] != "" { // COLUMN:LINES UP, for a second error of a line
				up = 1
			}
			at, found := Place{i + 1 - up, column}, false
			for j, e := range got {
				if e.Place == at && regexp.MustCompile("^"+m[3]).MatchString(e.Message) {
					got, found = append(got[:j:j], got[j+1:]...), true
					break
				}
			}
			if !found {
				t.Errorf("%s:%d:%d: no error %q", name, at.Line, at.Column, m[3])
			}
		}
		for _, e := range got {
			t.Errorf("not expected: %v", e)
		}
	}
}

func TestGood(t *testing.T) {
	for name, text := range samples(t, "good*.yaml") {
		if _, err := Parse(name, []byte(text), true); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := Parse("x", []byte(samples(t, "good-all.yaml")["good-all.yaml"]), true)
	if err != nil {
		t.Fatal(err)
	}
	targets := checker.Targets{{System: "ios", Version: "17"}, {System: "macos", Version: "14.2"}, {System: "tvos", Version: "17"}, {System: "watchos"}, {System: "visionos"}}
	if diff := cmp.Diff(targets, c.Targets); diff != "" {
		t.Error(diff)
	}
	if len(c.Packs) != 2 || len(c.Policies) != 2 || len(c.Rules) != 4 || len(c.Exclude) != 4 || len(c.Ignore) != 2 || len(c.Overrides) != 2 ||
		c.FailOn != "warning" || c.Baseline != "known.json" || !c.VerifySignatures || len(c.Trust) != 1 || len(c.Data) != 3 {
		t.Errorf("something is lost: %+v", c)
	}
}

// TestSchema holds the schema against the reader: both take and refuse the same
// files, but for what a schema cannot see.
func TestSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("schema", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range samples(t, "*.yaml") {
		if strings.HasPrefix(text, "# schema: ") {
			continue
		}
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != strings.HasPrefix(name, "good") {
			t.Errorf("%s: the schema says %v", name, err)
		}
	}
	// Every value of the bad files that the reader refuses is refused by the
	// schema on its own as well.
	for key, value := range map[string]any{
		"packs": "baseline", "policies": []any{1}, "targets": map[string]any{"windows": "11"}, "rules": map[string]any{"scep-url": "fatal"},
		"exclude": []any{"../outside"}, "ignore": []any{map[string]any{"rules": []any{"x"}}}, "overrides": []any{map[string]any{"files": []any{}}},
		"fail-on": "fatal", "baseline": 12, "verify-signatures": "yess", "data": []any{1}, "trust": "pem", "unknown": 1,
	} {
		if schema.Validate(map[string]any{key: value}) == nil {
			t.Errorf("the schema takes %s: %v", key, value)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, file string
		want          bool
	}{
		{"vendor/**", "vendor/a/b.mobileconfig", true},
		{"vendor", "vendor/a/b.mobileconfig", true},
		{"vendor/", "deep/vendor/b.mobileconfig", true},
		{"/vendor", "deep/vendor/b.mobileconfig", false},
		{"a/vendor", "deep/a/vendor/b", false},
		{"*.tmp.mobileconfig", "a/b.tmp.mobileconfig", true},
		{"*.tmp.mobileconfig", "a/b.mobileconfig", false},
		{"a/*.mobileconfig", "a/b/c.mobileconfig", false},
		{"a/**/c.mobileconfig", "a/c.mobileconfig", true},
		{"**", "a", true},
		{"**", "../a", false},
		{"**", "/a", false},
		{"{a,b}/x", "b/x", true},
		{"A", "a", false},
		{"a", "a.mobileconfig", false},
	} {
		pattern, ok := anchored(test.pattern)
		if !ok {
			t.Errorf("%s is refused", test.pattern)
		}
		if got := Match([]string{pattern}, test.file); got != test.want {
			t.Errorf("%s on %s: %v", test.pattern, test.file, got)
		}
	}
}

func TestParseHostile(t *testing.T) {
	for name, text := range map[string]string{
		"deep":     strings.Repeat("[", 100_000),
		"deep ok":  "data: {a: " + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "}",
		"bomb":     "a: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]",
		"big":      strings.Repeat("#", maxSize+1),
		"NUL":      "packs: [\x00]",
		"tag":      "packs: !!binary xxxx\nrules: !!python/object {}\n",
		"infinite": "data: {a: .nan}",
		"keys":     "data: {1: 2, [a]: b}",
		"merge":    "<<: {packs: [x]}",
	} {
		if _, err := Parse("x", []byte(text), true); err == nil && name != "deep ok" {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestQuotesNothing has Parse read other files, as those that links lead to, and
// holds that no error quotes them; keys alone are quoted, where that is allowed.
func TestQuotesNothing(t *testing.T) {
	const secret, key = "S3CRETvalue", "S3CRETkey"
	for name, text := range map[string]string{
		"netrc":       "machine ca.example.com login me password " + secret,
		"netrc lines": "machine ca.example.com\n  login me\n  password " + secret + "\n",
		"hosts":       key + ":\n  oauth_token: " + secret + "\n",
		"ini":         "[http]\n\tauthorization = " + secret + "\n",
		"properties":  "token=" + secret + "\n",
		"env":         "TOKEN: " + secret + "\nTOKEN: " + secret + "\n",
		"key":         "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n",
		"anchor":      "a: *" + secret + "\n",
		"alias":       "a: &" + secret + " 1\nb: *" + secret + "\n",
		"cycle":       "a: &" + secret + " [*" + secret + "]\n",
		"tag":         "a: !!float " + secret + "\n",
		"custom tag":  "a: !" + secret + " " + secret + "\n",
		"tag handle":  "a: !" + secret + "!x " + secret + "\n",
		"escape":      "a: \"\\q" + secret + "\"\n",
		"directive":   "%" + secret + "\n---\na: 1\n",
		"data tag":    "data: {a: !!float " + secret + "}\n",
		"data key":    "data: {[" + secret + "]: 1, ? {" + secret + ": 1} : 2}\n",
		"data twice":  "data: {" + key + ": 1, " + key + ": 2}\n",
		"data":        "data: " + secret + "\n",
		"packs":       "packs: " + secret + "\npolicies: {" + key + ": " + secret + "}\n",
		"rules":       "rules: {" + key + ": " + secret + "}\nfail-on: " + secret + "\n",
		"pattern":     "rules: {\"[" + key + "\": off}\nexclude: [\"[" + secret + "\", \"../" + secret + "\"]\n",
		"targets":     "targets: {ios: " + secret + ", " + key + ": " + secret + ", macos: [" + secret + "]}\n",
		"ignore":      "ignore: [" + secret + ", {" + key + ": " + secret + "}]\noverrides: [" + secret + "]\n",
		"boolean":     "verify-signatures: " + secret + "\nbaseline: [" + secret + "]\ntrust: " + secret + "\n",
	} {
		for _, quoteKeys := range []bool{true, false} {
			_, err := Parse("x", []byte(text), quoteKeys)
			switch {
			case err == nil:
				t.Errorf("%s: no error", name)
			case strings.Contains(err.Error(), secret):
				t.Errorf("%s: a value is quoted: %v", name, err)
			case !quoteKeys && strings.Contains(strings.ToLower(err.Error()), strings.ToLower(key)):
				t.Errorf("%s: a key is quoted: %v", name, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../../testdata/config/*.yaml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("x", text, true)
		if err == nil {
			Match(c.Exclude, "a/b")
		}
	})
}
