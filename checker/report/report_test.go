package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain é 漢字\t":         "plain é 漢字\t",
		"\x1b[31mred":          `\u{1b}[31mred`,
		"a\u202eb\u2066c":      `a\u{202e}b\u{2066}c`,
		"a\nb\x00":             `a\u{a}b\u{0}`,
		"\u0085\u2028":         `\u{85}\u{2028}`,
		"emoji 👩\u200d💻":       `emoji 👩\u{200d}💻`,
		"a\u200bb\ufeff":       `a\u{200b}b\u{feff}`,
		"\u3164\uffa0\u115f":   `\u{3164}\u{ffa0}\u{115f}`,
		"\u2800\U0001d159":     `\u{2800}\u{1d159}`,
		"so\u00adft\u034f":     `so\u{ad}ft\u{34f}`,
		"tag\U000e0041":        `tag\u{e0041}`,
		"❤\ufe0f\u180b":        `❤\u{fe0f}\u{180b}`,
		"Key\u00a0Usage\u2003": `Key\u{a0}Usage\u{2003}`,
		"\u17b4\u2060\u180e":   `\u{17b4}\u{2060}\u{180e}`,
		"apple \uf8ff \ufffe":  `apple \u{f8ff} \u{fffe}`,
	} {
		if got := printable.Text(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func TestPathText(t *testing.T) {
	path := []any{"PayloadContent", 0, "PayloadContent", "Key Usage", 12, ""}
	if got, want := PathText(path), `PayloadContent[0].PayloadContent."Key Usage"[12].""`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// finding is one with everything.
func finding() checker.Finding {
	return checker.Finding{
		Rule:     &checker.Meta{ID: "some-rule", Severity: checker.Error},
		Severity: checker.Warning, Message: `value "漢字" is wrong`, Help: "fix it", File: "dir/a \x1b b.mobileconfig",
		Path: []any{"PayloadContent", 1, "Name"}, Placed: true,
		Profile: checker.Identity{Identifier: "id", UUID: "uuid"},
		Payload: &checker.PayloadIdentity{Index: 1, Type: "type", Identifier: "pid", UUID: "puuid"},
		Start:   plist.Position{Line: 7, Column: 4, Offset: 99}, End: plist.Position{Line: 7, Column: 23, Offset: 120},
		Line:        checker.Line{Text: "\t\té<string>漢字</string> <!-- -->", Start: 4, End: 27},
		Fingerprint: "0011",
		Fix:         &checker.Fix{Message: "write it", Safe: true, Edits: []checker.TextEdit{{Start: 99, End: 120, Text: "<x>"}}},
	}
}

func write(t *testing.T, format Format, results ...*checker.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := format(&b, &Report{Version: "1", Results: slices.Values(results)}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	unplaced := finding()
	unplaced.Placed, unplaced.Fix, unplaced.File = false, nil, "b"
	got := write(t, Text, &checker.Result{Findings: []checker.Finding{finding(), unplaced}})
	want := `dir/a \u{1b} b.mobileconfig:7:4: warning: value "漢字" is wrong [some-rule]
    7 | é<string>漢字</string> <!-- -->
      |  ^~~~~~~~~~~~~~~~~~~~~
  fix: write it (--fix)

b: warning: value "漢字" is wrong [some-rule]
  at PayloadContent[1].Name
  help: fix it

`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRuleLink holds that a rule is a link on a terminal, to a page that is known.
func TestRuleLink(t *testing.T) {
	unknown := finding()
	unknown.Rule = &checker.Meta{ID: "own", Pack: "own", Refs: []checker.Ref{{URL: "https://example.com/\x1b]8;;"}}}
	var b bytes.Buffer
	if err := Concise(&b, &Report{Color: true, Results: slices.Values([]*checker.Result{{Findings: []checker.Finding{finding(), unknown}}})}); err != nil {
		t.Fatal(err)
	}
	if link := "\x1b]8;;" + pages + "rules/README.md#some-rule\x1b\\"; strings.Count(b.String(), "\x1b]8;;") != 2 || !strings.Contains(b.String(), link) {
		t.Errorf("%q", b.String())
	}
	if got := write(t, Concise, &checker.Result{Findings: []checker.Finding{finding()}}); strings.Contains(got, "\x1b") {
		t.Errorf("a link without colors: %q", got)
	}
}

// TestRemedy holds that a finding says once what to do.
func TestRemedy(t *testing.T) {
	fix := &checker.Fix{Message: "rename the key", Safe: true}
	for _, test := range []struct {
		finding             checker.Finding
		help, fix, combined string
	}{
		{checker.Finding{Message: "unknown key"}, "", "", "unknown key"},
		{checker.Finding{Message: "unknown key", Help: "remove the key"}, "remove the key", "", "unknown key; remove the key"},
		{checker.Finding{Message: "unknown key", Help: "rename it", Fix: fix}, "", "rename the key", "unknown key; rename the key"},
		{checker.Finding{Message: "unknown key", Help: "rename it", Fix: &checker.Fix{Message: "x", Secret: true}}, "rename it", "", "unknown key; rename it"},
		{checker.Finding{Message: "unknown key; Remove the `key`", Help: "remove the key"}, "", "", "unknown key; Remove the `key`"},
		{checker.Finding{Message: "unknown key", Help: "remove the key", Suppression: &checker.Suppression{Kind: checker.ByComment}}, "remove the key", "", "unknown key (suppressed by comment)"},
	} {
		f := &test.finding
		does, _ := fixOf(f)
		if help, combined := helpOf(f), withRemedy(f); help != test.help || does != test.fix || combined != test.combined {
			t.Errorf("%+v: help %q, fix %q, %q", *f, help, does, combined)
		}
	}
}

func TestJSON(t *testing.T) {
	secret := finding()
	secret.Fix.Secret = true
	bare := checker.Finding{Rule: &checker.Meta{ID: "bare"}, Severity: checker.Info, File: "b"}
	got := write(t, JSON, &checker.Result{Profiles: 1, Payloads: 2, SCEP: 1, Suppressed: make([]checker.Finding, 3), Findings: []checker.Finding{finding(), secret, bare}})
	var d map[string]any
	if err := json.Unmarshal([]byte(got), &d); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"files": 1.0, "profiles": 1.0, "payloads": 2.0, "scep": 1.0, "errors": 0.0, "warnings": 2.0, "infos": 1.0, "suppressed": 3.0, "fixable": 2.0, "skipped": 0.0, "excluded": 0.0,
	}
	if diff := cmp.Diff(want, d["summary"]); diff != "" {
		t.Error(diff)
	}
	list := d["findings"].([]any)
	first := map[string]any{
		"rule": "some-rule", "severity": "warning", "message": `value "漢字" is wrong`, "file": "dir/a \x1b b.mobileconfig", "help": "fix it",
		"profile": map[string]any{"identifier": "id", "uuid": "uuid"},
		"payload": map[string]any{"index": 1.0, "type": "type", "identifier": "pid", "uuid": "puuid"},
		"path":    []any{"PayloadContent", 1.0, "Name"},
		"start":   map[string]any{"line": 7.0, "column": 4.0, "offset": 99.0},
		"end":     map[string]any{"line": 7.0, "column": 23.0, "offset": 120.0},
		"fix": map[string]any{"message": "write it", "safe": true, "edits": []any{
			map[string]any{"start": 99.0, "end": 120.0, "text": "<x>"},
		}},
		"fingerprint": "0011",
	}
	if diff := cmp.Diff(first, list[0]); diff != "" {
		t.Error(diff)
	}
	if fix := list[1].(map[string]any)["fix"]; fix != nil {
		t.Errorf("a fix that holds a secret is printed: %v", fix)
	}
	for _, key := range []string{"start", "end", "payload", "fix"} {
		if _, ok := list[2].(map[string]any)[key]; ok {
			t.Errorf("%s is there, though there is none", key)
		}
	}
	if path := list[2].(map[string]any)["path"]; len(path.([]any)) != 0 {
		t.Errorf("path is %v", path)
	}
}

func TestJSONLines(t *testing.T) {
	got := write(t, JSONLines, &checker.Result{Findings: []checker.Finding{finding()}}, &checker.Result{Findings: []checker.Finding{finding()}})
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if len(lines) != 2 || !json.Valid([]byte(lines[0])) || !json.Valid([]byte(lines[1])) {
		t.Error(got)
	}
}
