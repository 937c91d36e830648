package main

import (
	"bytes"
	"context"
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
)

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
	before := listFrom
	t.Cleanup(func() { listFrom = before })
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
				archive := archiveOf(in, packed{name: "a/" + kind + name, text: text}, packed{name: "b.mobileconfig", text: plain})
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
	said := func(stdin []byte, args ...string) string {
		var out, errOut bytes.Buffer
		code := run(context.Background(), args, bytes.NewReader(stdin), &out, &errOut)
		return fmt.Sprintf("%d\n%s%s", code, &out, &errOut)
	}
	t.Chdir(t.TempDir()) // without configuration
	for _, file := range append(files, dir) {
		runs := [][]string{{"check", "--format", "json", file}, {"audit", "--format", "json", file}}
		if strings.HasSuffix(file, "jamf.xml") || strings.HasSuffix(file, "graph.json") {
			runs = append(runs, []string{"check", file, file}, []string{"check", "--format", "sarif", "--pack", "strict", file}, []string{"check", "--fix", file}, []string{"check", "-"})
		}
		for _, args := range runs {
			stdin := []byte(nil)
			if args[len(args)-1] == "-" {
				if stdin, err = os.ReadFile(file); err != nil {
					t.Fatal(err)
				}
			}
			listFrom = 1 << 40
			whole := said(stdin, args...)
			listFrom = 0
			parts := said(stdin, args...)
			if diff := cmp.Diff(whole, parts); diff != "" {
				t.Errorf("%s: as a whole (-) and by entries (+) differ:\n%.3000s", args, diff)
			}
		}
	}
}

// TestListedNothing holds that an export in which there is nothing to check is
// named.
func TestListedNothing(t *testing.T) {
	before := listFrom
	t.Cleanup(func() { listFrom = before })
	listFrom = 0
	for _, command := range []string{"check", "audit"} {
		code, out, errOut := sceplint(t, command, exportsDir+"jamf-names.xml")
		if code != exitFailed || out != "" || !strings.Contains(errOut, "jamf-names.xml: skipped: an export whose entries hold no profiles") {
			t.Errorf("%s: exit code %d: %s%s", command, code, out, errOut)
		}
	}
}
