package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const exportsDir = "../../testdata/exports/"

// secretsOfExports are in all of the exports.
var secretsOfExports = []string{"Tr0ub4dor", "plover-Umbrella"}

// foundInside is a finding without its place.
type foundInside struct{ Rule, Severity, Message, Path string }

// inside gives the findings of a run by file, and where they stand in its text.
func inside(t *testing.T, args ...string) (found map[string][]foundInside, texts map[foundInside]string) {
	t.Helper()
	found, texts = map[string][]foundInside{}, map[foundInside]string{}
	for _, f := range checkJSON(t, append([]string{"--disable", "fileset-*", "--disable", "challenge-shared"}, args...)...).Findings {
		k := foundInside{f.Rule, f.Severity, f.Message, fmt.Sprint(f.Path)}
		found[f.File] = append(found[f.File], k)
		if f.Fix != nil && !strings.HasSuffix(f.File, "plain.mobileconfig") {
			t.Errorf("%s: a fix is offered for %s", f.File, f.Rule)
		}
		if f.Start == nil {
			continue
		}
		text, err := os.ReadFile(f.File)
		if err != nil {
			continue // in an archive
		}
		texts[k] = string(text[f.Start.Offset:f.End.Offset])
		if line := 1 + bytes.Count(text[:f.Start.Offset], []byte("\n")); line != f.Start.Line {
			t.Errorf("%s: %s is said to be on line %d, and is on %d", f.File, f.Rule, f.Start.Line, line)
		}
	}
	for _, list := range found {
		slices.SortFunc(list, func(a, b foundInside) int {
			return cmp.Or(strings.Compare(a.Rule, b.Rule), strings.Compare(a.Path, b.Path), strings.Compare(a.Message, b.Message))
		})
	}
	return found, texts
}

// TestExports holds that an export draws the findings of the plain profile in
// it, and that they have the right places where its text is there. The exports
// are made by testdata/exports/make.
func TestExports(t *testing.T) {
	plain, places := inside(t, exportsDir+"plain.mobileconfig")
	want := plain[exportsDir+"plain.mobileconfig"]
	if len(want) < 6 {
		t.Fatalf("only %d findings", len(want))
	}
	asJSON := func(text string) string {
		var s string
		if err := json.Unmarshal([]byte(`"`+text+`"`), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	same := func(text string) string { return text }
	for _, x := range []struct {
		file   string
		decode func(string) string // nil: there are no places
		at     string              // of scep-keysize
	}{
		{"profiles-show.xml", same, "57:7"},
		{"profiles-show-inner.xml", same, "59:8"},
		{"profiles-old.plist", same, "57:7"},
		{"system-profiler.xml", nil, ""},
		{"system-profiler.json", nil, ""},
		{"install-profile.plist", nil, ""},
		{"jamf.xml", html.UnescapeString, "45:5"},
		{"jamf-mobile.xml", html.UnescapeString, "45:5"},
		{"jamf-cdata.xml", same, "45:5"},
		{"jamf.json", asJSON, "8:1144"},
		{"intune-custom.json", nil, ""},
	} {
		file := exportsDir + x.file
		got, texts := inside(t, file)
		if diff := gocmp.Diff(want, got[file]); diff != "" {
			t.Errorf("%s: plain (-) and the export (+) differ:\n%s", x.file, diff)
		}
		if x.decode == nil {
			if len(texts) > 0 {
				t.Errorf("%s: there are places: %v", x.file, texts)
			}
			continue
		}
		for k, text := range texts {
			if got := x.decode(text); got != places[k] {
				t.Errorf("%s: %s stands at %q, not at %q", x.file, k.Rule, got, places[k])
			}
		}
		if len(texts) != len(places) {
			t.Errorf("%s: %d places, not %d", x.file, len(texts), len(places))
		}
		_, out, _ := sceplint(t, "check", file)
		if line := x.file + ":" + x.at + ": error: unsupported `Keysize` 3072"; !strings.Contains(out, line) {
			t.Errorf("%q is not in:\n%s", line, out)
		}
	}
}

// TestContainers holds the same of archives and streams, as files and on
// standard input.
func TestContainers(t *testing.T) {
	plain, _ := inside(t, exportsDir+"plain.mobileconfig")
	want := plain[exportsDir+"plain.mobileconfig"]
	for file, names := range map[string][]string{
		"fleet.tar":    {"fleet/b/enrol.mobileconfig", "fleet/a/jamf.xml"},
		"fleet.tar.gz": {"fleet/b/enrol.mobileconfig", "fleet/a/jamf.xml"},
		"fleet.zip":    {"fleet/enrol.mobileconfig", "fleet/jamf.xml"},
		"stream.jsonl": {"enroll.mobileconfig", "packed.mobileconfig"},
		"fleet.yml":    {"plain.mobileconfig"},
	} {
		got, _ := inside(t, exportsDir+file)
		for _, name := range names {
			name = exportsDir + file + "/" + name
			if file == "fleet.yml" {
				name = exportsDir + names[0]
			}
			name = filepath.Clean(name)
			if diff := gocmp.Diff(want, got[name]); diff != "" {
				t.Errorf("%s: plain (-) and the entry (+) differ:\n%s", name, diff)
			}
		}
		if file == "fleet.yml" {
			if len(got) != 2 {
				t.Errorf("%s: %d files, not 2", file, len(got))
			}
			continue
		}
		if len(got) != len(names) {
			t.Errorf("%s: %d entries, not %d", file, len(got), len(names))
		}
		text, err := os.ReadFile(exportsDir + file)
		if err != nil {
			t.Fatal(err)
		}
		named, piped := runWith(t, nil, exportsDir+file), runWith(t, text, "-")
		if piped = strings.ReplaceAll(piped, "<stdin>", filepath.Clean(exportsDir+file)); named != piped || named == "" {
			t.Errorf("%s: named (-) and on standard input (+) differ:\n%s", file, gocmp.Diff(named, piped))
		}
	}
}

func runWith(t *testing.T, stdin []byte, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	run(context.Background(), append([]string{"check"}, args...), bytes.NewReader(stdin), &out, &errOut)
	return out.String()
}

// TestIntuneSCEP holds how a SCEP profile of Intune is understood.
func TestIntuneSCEP(t *testing.T) {
	_, out, errOut := sceplint(t, "check", exportsDir+"intune-scep.json")
	for _, line := range []string{
		"intune-scep.json:10:14: error: `keySize` 1024 is below the minimum of 2048",
		"intune-scep.json:13:5: error: `scepServerUrls` \"ftp://ca.corp.example/scep\" has an unsupported scheme",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is not in:\n%s", line, out)
		}
	}
	if strings.Count(out, "intune-scep.json:") != 2 {
		t.Errorf("more is found than is known:\n%s%s", out, errOut)
	}
	_, out, _ = sceplint(t, "input", exportsDir+"intune-scep.json")
	var input struct {
		SCEP []struct {
			URL       struct{ Value string }
			Keysize   struct{ Value int }
			Key_usage struct{ Value int }
			Challenge struct{ Kind string }
			Retries   struct {
				Value    *int
				Variable bool
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &input); err != nil || len(input.SCEP) != 1 {
		t.Fatal(err, out)
	}
	s := input.SCEP[0]
	if s.URL.Value != "ftp://ca.corp.example/scep" || s.Keysize.Value != 1024 || s.Key_usage.Value != 5 || s.Challenge.Kind != "variable" || s.Retries.Value != nil || !s.Retries.Variable {
		t.Errorf("%+v", s)
	}
	for _, part := range []string{`"1.2.840.113549.1.9.1"`, `{{EmailAddress}}`, `Corp, Inc`, `{{AAD_Device_ID}}`} {
		if !strings.Contains(out, part) {
			t.Errorf("%s is not in the input document", part)
		}
	}
}

// TestNothingInside holds that inputs without settings draw no findings, and
// that it is said what they are.
func TestNothingInside(t *testing.T) {
	for file, says := range map[string]string{
		"profiles-none.xml":         "the output of profiles show on a device without profiles",
		"profile-list.xml":          "lists profiles (1, 1 of them with SCEP) without their settings",
		"jamf-names.xml":            "names of profiles but not their content",
		"system-profiler-none.json": "the output of system_profiler on a device without profiles",
	} {
		code, out, errOut := sceplint(t, "check", exportsDir+file)
		if out != "" || code != exitFailed || !strings.Contains(errOut, says) || !strings.Contains(errOut, "no profiles found") {
			t.Errorf("%s: exit code %d, %q, %q", file, code, out, errOut)
		}
		code, out, errOut = sceplint(t, "check", "--no-default-pack", "--disable", "*", "--enable", "profile-*", "--enable", "payload-*", "--enable", "plist-*", exportsDir+file, exportsDir+"plain.mobileconfig")
		if code != 0 || out != "" {
			t.Errorf("%s beside a profile: exit code %d, %q, %q", file, code, out, errOut)
		}
	}
}

// TestBrokenInside holds that one bad profile of a list is named, and that the
// others are judged.
func TestBrokenInside(t *testing.T) {
	plain, _ := inside(t, exportsDir+"plain.mobileconfig")
	want := plain[exportsDir+"plain.mobileconfig"]
	for file, says := range map[string]string{
		"jamf-list.xml":    `in the profile "Broken & old": <key> in the <array> opened on line 15`,
		"intune-list.json": `in the profile "Broken": <key> in the <array> opened on line 6`,
	} {
		got, _ := inside(t, exportsDir+file)
		list := got[exportsDir+file]
		for _, k := range want {
			if !slices.Contains(list, k) {
				t.Errorf("%s: %s is not found", file, k.Rule)
			}
		}
		if !slices.ContainsFunc(list, func(k foundInside) bool { return k.Rule == "plist-syntax" && strings.HasPrefix(k.Message, says) }) {
			t.Errorf("%s: %q is not said: %v", file, says, list)
		}
		code, _, _ := sceplint(t, "check", exportsDir+file)
		if code != exitFindings {
			t.Errorf("%s: exit code %d", file, code)
		}
		code, out, errOut := sceplint(t, "input", exportsDir+file)
		if code != exitFailed || !strings.Contains(errOut, says) || !strings.Contains(out, `"keysize"`) {
			t.Errorf("input %s: exit code %d, %s", file, code, errOut)
		}
	}
	// One that is truncated.
	text, err := os.ReadFile(exportsDir + "jamf-list.xml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cut.xml")
	if err := os.WriteFile(file, text[:len(text)-60], 0o600); err != nil {
		t.Fatal(err)
	}
	_, out, _ := sceplint(t, "check", file)
	for _, part := range []string{"export of Jamf Pro is malformed", "`Keysize` 3072"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in:\n%s", part, out)
		}
	}
}

// TestSecretsInside holds that no output about an export shows a secret, even
// where all of it is one line.
func TestSecretsInside(t *testing.T) {
	files, err := filepath.Glob(exportsDir + "*")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, file := range slices.Clone(files) {
		switch filepath.Ext(file) {
		case ".xml", ".json", ".plist":
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			line := filepath.Join(dir, "line-"+filepath.Base(file))
			if err := os.WriteFile(line, bytes.ReplaceAll(text, []byte("\n"), []byte(" ")), 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, line)
		}
	}
	flags := []string{"--pack", "strict", "--pack", "fleet"}
	shown := 0
	for _, file := range files {
		if filepath.Base(file) == "make" {
			continue
		}
		for _, format := range []string{"text", "json", "jsonl"} {
			_, out, errOut := sceplint(t, append([]string{"check", "--format", format, file}, flags...)...)
			shown += len(out)
			hidden(t, file+" as "+format, out+errOut)
		}
		_, out, errOut := sceplint(t, "input", file)
		hidden(t, "input "+file, out+errOut)
	}
	if shown == 0 {
		t.Error("nothing was printed")
	}
	if _, out, _ := sceplint(t, "check", "--show-secrets", exportsDir+"jamf.json"); !strings.Contains(out, "Tr0ub4dor") {
		t.Error("secrets are not shown to those who ask for them")
	}
}

func hidden(t *testing.T, what, out string) {
	t.Helper()
	for _, secret := range secretsOfExports {
		for shift := range 3 {
			packed := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			if strings.Contains(out, secret) || strings.Contains(out, packed[4:12]) {
				t.Errorf("%s shows a secret", what)
				return
			}
		}
	}
}
