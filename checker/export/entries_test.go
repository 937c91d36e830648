package export

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
)

// account tells all of a profile that may depend on how its export was read,
// and whether the export is damaged there.
func account(p *profile.Profile) (text string, damage bool) {
	var b strings.Builder
	if p.Err == nil { // else damage may not be told of a profile
		fmt.Fprintf(&b, "%q %q\n", p.Export.Name, p.Export.Level)
	} else {
		fmt.Fprintln(&b, p.Err)
	}
	var walk func(*plist.Node, int)
	walk = func(n *plist.Node, depth int) {
		fmt.Fprintf(&b, "%*s%s %s %q", depth, "", n.Key, n.Kind, n.Text())
		if at := n.Span(); at.Valid() && p.Source.Textual() {
			fmt.Fprintf(&b, " %v %v %d", p.Source.Position(at.Start), p.Source.Position(at.End), p.Source.LineOfFile(at.Start))
		}
		b.WriteByte('\n')
		for c := range n.Children() {
			walk(c, depth+1)
		}
	}
	if p.Root != nil {
		walk(p.Root, 0)
	}
	return b.String(), p.Err != nil && (p.Source.Origin == nil || p.Source.Origin.Outer == nil) && !strings.HasPrefix(p.Err.Message, "payload of the custom") && !strings.HasPrefix(p.Err.Message, "in the profile ")
}

// readBoth gives the accounts of a document read as a whole and in parts; ok tells
// whether it is one that is read in parts. Damaged tells whether the whole is.
func readBoth(t *testing.T, text []byte) (whole, parts []string, damaged, fault, ok bool) {
	t.Helper()
	list := NewEntryReader(text[:min(len(text), HeadSize)], bytes.NewReader(text))
	if list == nil {
		return nil, nil, false, false, false
	}
	profiles, _ := Parse("export", bytes.Clone(text))
	for _, p := range profiles {
		if p.Export == nil {
			return nil, nil, false, false, false
		}
		if p.Export.Nothing != "" {
			continue
		}
		said, damage := account(p)
		whole = append(whole, said)
		damaged = damaged || damage
	}
	last := int64(0)
	for {
		part, err := list.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if part.At < last || part.Size < 0 || part.At+int64(part.Size) > int64(len(text)) {
			t.Fatalf("a part of %d bytes at %d, behind %d, of %d", part.Size, part.At, last, len(text))
		}
		last = part.At + int64(part.Size)
		for _, p := range ParseEntry("export", part, bytes.Clone(text[part.At:last])) {
			said, damage := account(p)
			parts = append(parts, said)
			fault = fault || damage
		}
	}
	return whole, parts, damaged, fault, true
}

// listed are exports that hold several profiles, by name.
func listed(t testing.TB) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	files, err := filepath.Glob("../../testdata/exports/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		switch filepath.Ext(file) {
		case ".xml", ".json":
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found[filepath.Base(file)] = text
		}
	}
	profile := func(name string) string { // é and 漢 are not ASCII
		return "&lt;plist version=\"1.0\"&gt;\r\n&lt;dict&gt;&lt;key&gt;PayloadIdentifier&lt;/key&gt;\n\t&lt;string&gt;é 漢 " + name + "&lt;/string&gt;&lt;key&gt;PayloadContent&lt;/key&gt;&lt;array/&gt;&lt;/dict&gt;&lt;/plist&gt;"
	}
	element := func(name string) string {
		return "<configuration_profile a='>'><general><name>é " + name + "</name><payloads>" + profile(name) + "</payloads></general><scope><a b=\"/>\"/></scope></configuration_profile>"
	}
	object := func(name string) string {
		return `{"general":{"name":"é ` + name + `","payloads":"<plist version=\"1.0\">\n<dict><key>漢 \\</key>\n<true/><key>PayloadContent</key><array/></dict></plist>"},"scope":{"a":[{"b":"}"}]}}`
	}
	for name, text := range map[string]string{
		"oneline.xml":    "<configuration_profiles><size>2</size>" + element("a") + element("b") + "</configuration_profiles>",
		"comments.xml":   plist.ByteOrderMark + "<?xml version='1.0'?>\n<!-- <a> -->\n<configuration_profiles>\n<!-- </b> -->" + element("a") + "\r\n<![CDATA[<x>]]>\r" + element("b") + "\n<other><configuration_profile/></other></configuration_profiles>\n<!-- end -->\n",
		"literal.xml":    "<configuration_profiles><configuration_profile><general><payloads><plist version=\"1.0\"><dict><key>PayloadContent</key><array/></dict></plist></payloads></general></configuration_profile></configuration_profiles>",
		"empty.xml":      "<configuration_profiles><configuration_profile><general><payloads/></general></configuration_profile>" + element("b") + "</configuration_profiles>",
		"returns.xml":    strings.ReplaceAll("<configuration_profiles>\n"+element("a")+"\n"+element("b")+"</configuration_profiles>", "\n", "\r"),
		"objects.json":   `{"os_x_configuration_profiles": [` + object("a") + ",\n " + object("b") + `], "size": -1.5e3, "x": [true, null, "é\u00e9\\"]}` + "\n",
		"wrapped.json":   `[{"os_x_configuration_profile": ` + object("a") + `}, {"configuration_profile": ` + object("b") + `}]`,
		"named.json":     `{"configuration_profile": {"scope": {"computers": [{"id": 1}]}, ` + object("a")[1:] + `}`,
		"array.json":     `[{"@odata.type": "#microsoft.graph.iosScepCertificateProfile", "scepServerUrls": ["http://é"]}, {"@odata.type": "#microsoft.graph.windows10CustomConfiguration"}, {"payloadFileName": "a", "payload": "PHBsaXN0"}]`,
		"value.json":     plist.ByteOrderMark + `{"@odata.context": "é", "value": [{"a": [], "@odata.type": "#microsoft.graph.iosScepCertificateProfile", "scepServerUrls": ["http://é"]}, 1, "{", []], "more": [{}]}`,
		"pages.json":     `{"@odata.nextLink": "https://graph.microsoft.com/x?$skiptoken=é", "value": [{"@odata.type": "#microsoft.graph.iosScepCertificateProfile", "scepServerUrls": ["http://é"]}, {"@odata.type": "#microsoft.graph.iosCustomConfiguration", "payload": null}, {"@odata.type": "#microsoft.graph.macOSCustomConfiguration", "displayName": "é", "payload": 5}, {"payloadFileName": "x"}]}`,
		"commented.json": `{"value": [{"@odata.type": "#microsoft.graph.iosCustomConfiguration", "payload": "-"}, {"payloadFileName": "\"\\\\\"", "payload": ""}]}`,
	} {
		found[name] = []byte(text)
	}
	return found
}

// smallWindow makes texts be read in small pieces.
func smallWindow(t testing.TB) {
	before := bufferSize
	bufferSize = 1024
	t.Cleanup(func() { bufferSize = before })
}

// TestList holds that an export that is read in parts has the profiles, places
// and faults of one that is read as a whole.
func TestList(t *testing.T) {
	smallWindow(t)
	read := 0
	for name, text := range listed(t) {
		whole, parts, damaged, _, ok := readBoth(t, text)
		if !ok {
			continue
		}
		read++
		unfilled := name == "empty.xml" || name == "commented.json" || name == "pages.json"
		if diff := cmp.Diff(whole, parts); diff != "" || damaged != unfilled {
			t.Errorf("%s: damaged: %v; as a whole (-) and in parts (+):\n%s", name, damaged, diff)
		}
	}
	if read < 13 {
		t.Errorf("only %d exports are read in parts", read)
	}
}

// TestListDamaged cuts exports off at every place, and puts a mark there that
// does not belong. What stands before is read as it is of the whole, and the
// damage is told: at the same place, in the same words, where it is truncated.
func TestListDamaged(t *testing.T) {
	smallWindow(t)
	for name, text := range listed(t) {
		if len(text) > 2<<10 {
			continue // shorter ones have all there is
		}
		for i := range text {
			if whole, parts, damaged, fault, ok := readBoth(t, text[:i]); ok && !slices.Equal(whole, parts) {
				if escape := strings.HasSuffix(whole[len(whole)-1], "invalid escape in a string; use \\\\ for a backslash\n"); escape && damaged && fault {
					continue // the end of the text is told, and not that of the escape
				}
				t.Errorf("%s: cut off at %d: as a whole (-) and in parts (+):\n%s", name, i, cmp.Diff(whole, parts))
				break
			}
			for j, mark := range []string{"\"", "<", "}", "]", ",", "\n", "</x>"} {
				if (i+j)%7 != 0 {
					continue
				}
				broken := slices.Insert(bytes.Clone(text), i, []byte(mark)...)
				if whole, parts, damaged, fault, ok := readBoth(t, broken); ok {
					alike(t, fmt.Sprintf("%s with %q at %d", name, mark, i), whole, parts, damaged, fault)
				}
			}
		}
	}
}

// alike compares an export that may be damaged: what is read before the damage is.
func alike(t *testing.T, what string, whole, parts []string, damaged, fault bool) {
	t.Helper()
	if damaged {
		whole = whole[:len(whole)-1]
	}
	n := 0
	for n < min(len(whole), len(parts)) && whole[n] == parts[n] {
		n++
	}
	if n < len(whole) && !(damaged && n == len(whole)-1) || damaged != fault || !damaged && len(parts) > len(whole) {
		t.Errorf("%s: damaged %v and %v; as a whole (-) and in parts (+):\n%s", what, damaged, fault, cmp.Diff(whole, parts))
	}
}
