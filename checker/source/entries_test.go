package source

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/source/sourcetest"
)

const exportsDir = "../../testdata/exports/"

// exportsOf are the lists in which other systems write profiles down, by file name.
func exportsOf(profiles ...[]byte) map[string][]byte {
	var elements, objects, configurations bytes.Buffer
	for i, text := range profiles {
		comma := ","
		if i == 0 {
			comma = ""
		}
		quoted, _ := json.Marshal(string(text))
		fmt.Fprintf(&elements, "<os_x_configuration_profile><general><name>é %d</name><level>System</level><payloads>%s</payloads></general></os_x_configuration_profile>\n", i, html.EscapeString(string(text)))
		fmt.Fprintf(&objects, `%s{"general": {"name": "é %d", "payloads": %s}, "scope": {}}`, comma, i, quoted)
		fmt.Fprintf(&configurations, "%s\n\t"+`{"@odata.type": "#microsoft.graph.macOSCustomConfiguration", "displayName": "é %d", "payload": "%s"}`, comma, i, base64.StdEncoding.EncodeToString(text))
	}
	return map[string][]byte{
		"jamf.xml":   []byte("<?xml version=\"1.0\"?>\n<os_x_configuration_profiles><size>3</size>\n" + elements.String() + "</os_x_configuration_profiles>\n"),
		"jamf.json":  []byte(`{"os_x_configuration_profiles": [` + objects.String() + `]}`),
		"graph.json": []byte(`{"@odata.context": "https://graph.microsoft.com", "value": [` + configurations.String() + "]}\n"),
	}
}

// TestListed holds that an export is judged the same whether it is read as a
// whole or entry by entry: as a file, in a directory, on standard input, and in
// archives.
func TestListed(t *testing.T) {
	before := minExportStream
	t.Cleanup(func() { minExportStream = before })
	dir := t.TempDir()
	for _, file := range []string{"jamf.xml", "jamf.json", "jamf-list.xml", "jamf-mobile.xml", "jamf-cdata.xml", "intune-list.json", "intune-scep.json", "plain.mobileconfig"} {
		text, err := os.ReadFile(exportsDir + file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "data-"+file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain, err := os.ReadFile(exportsDir + "plain.mobileconfig")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range exportsOf(plain, profiletest.Generate(1), plain, profiletest.Generate(3)) { // two are the same
		for kind, text := range map[string][]byte{"": text, "cut-": text[:len(text)*2/3], "ended-": text[:len(text)-4]} {
			for _, in := range []string{".tar", ".tar.gz", ".zip"} {
				if kind == "cut-" {
					continue
				}
				archive := sourcetest.Archive(in, sourcetest.Entry{Name: "a/" + kind + name, Text: text}, sourcetest.Entry{Name: "b.mobileconfig", Text: plain})
				if err := os.WriteFile(filepath.Join(dir, kind+name+in), archive, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, kind+name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, file := range append(files, dir) {
		stdin, _ := os.ReadFile(file)
		runs := [][]string{{file}}
		if strings.HasSuffix(file, "jamf.xml") || strings.HasSuffix(file, "graph.json") {
			runs = append(runs, []string{file, file}, []string{"-"})
		}
		for _, paths := range runs {
			minExportStream = 1 << 40
			_, whole := checkPaths(t, stdin, paths...)
			minExportStream = 0
			_, entries := checkPaths(t, stdin, paths...)
			if diff := cmp.Diff(whole, entries); diff != "" {
				t.Errorf("%s %s: as a whole (-) and by entries (+) differ:\n%.3000s", file, paths, diff)
			}
		}
	}
}

// TestListedNothing holds that an export in which there is nothing to check is
// named.
func TestListedNothing(t *testing.T) {
	before := minExportStream
	t.Cleanup(func() { minExportStream = before })
	minExportStream = 0
	if code, text := checkPaths(t, nil, exportsDir+"jamf-names.xml"); code != 2 || !strings.Contains(text, "jamf-names.xml: skipped: export without profiles") {
		t.Errorf("exit code %d: %s", code, text)
	}
}
