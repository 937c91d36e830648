package rules

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/checkertest"
)

var (
	simpleValue = regexp.MustCompile(`(?s)<key>([^<]+)</key>\n?\s*(<(string|integer|data)>([^<]*)</(?:string|integer|data)>|<(?:true|false)/>)`)
	nestedValue = regexp.MustCompile(`<key>([^<]+)</key>\n?\s*<(dict|array)>`)
	openOrClose = regexp.MustCompile(`<(/?)(?:dict|array)>`)
)

// TestFaultsOnce breaks each key and value of the clean profiles in many ways, one at a
// time: no fault may have more than one finding.
func TestFaultsOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"clean.mobileconfig", "identity.mobileconfig"} {
		text := string(checkertest.Read(t, filepath.Join(testdata, "mutations", name)))
		count := 0
		for fault, broken := range faultsOf(text) {
			if isSeveral(fault) {
				continue
			}
			count++
			var found []string
			for _, f := range run(t, name, []byte(broken), nil, All()...).Findings {
				found = append(found, fmt.Sprintf("%d:%s:%s", f.Start.Line, f.Severity, f.Rule.ID))
			}
			if len(found) > 1 {
				t.Errorf("%s: %s: %s", name, fault, strings.Join(found, " "))
			}
		}
		if count < 500 {
			t.Errorf("%s: only %d faults", name, count)
		}
	}
}

// TestFaultsOnceOfProducts holds the same of what products write, for a sample of the
// faults.
func TestFaultsOnceOfProducts(t *testing.T) {
	t.Parallel()
	const sample = 10
	several := map[string]bool{ // two things are missing or wrong, or one rule only warns of the cause
		"fleet-digicert.mobileconfig: PayloadContent twice":                        true,
		"ikev2-eap-no-identity.mobileconfig: ExtendedAuthEnabled deleted":          true,
		"over-the-air-enrollment.mobileconfig: PayloadType with a template":        true,
		"over-the-air-enrollment.mobileconfig: PayloadContent with a template":     true,
		"over-the-air-enrollment.mobileconfig: PayloadContent with an empty array": true,
		"plistlib-wifi-eap-tls.mobileconfig: dNSName empty":                        true,
		"plistlib-wifi-eap-tls.mobileconfig: dNSName with an array":                true,
		"plistlib-wifi-eap-tls.mobileconfig: dNSName with other text":              true,
	}
	files, err := filepath.Glob(filepath.Join(testdata, "ok", "*.mobileconfig"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for i, file := range files {
		name, text := filepath.Base(file), string(checkertest.Read(t, file))
		number := i
		for fault, broken := range faultsOf(text) {
			_, what, _ := strings.Cut(fault, ": ")
			if number++; number%sample != 0 || isSeveral(fault) || several[name+": "+what] {
				continue
			}
			count++
			if found := run(t, name, []byte(broken), nil, All()...).Findings; len(found) > 1 {
				t.Errorf("%s: %s: %s and %s", name, fault, found[0].Rule.ID, found[1].Rule.ID)
			}
		}
	}
	if count < 3000 {
		t.Errorf("only %d faults", count)
	}
}

// isSeveral reports whether a fault has a finding for each payload that references the
// broken one: the references, or the UUID, may be what is wrong. Without EAP types,
// neither the identity nor a suppression comment has a use.
func isSeveral(fault string) bool {
	_, fault, _ = strings.Cut(fault, " ")
	return slices.Contains([]string{
		"PayloadUUID empty", "PayloadUUID with a space", "PayloadUUID with other text",
		"AcceptEAPTypes with an empty array",
	}, fault)
}

// faultsOf yields a profile with one fault at a time, and what the fault is.
func faultsOf(text string) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		ok := true
		line := func(at int) int { return 1 + strings.Count(text[:at], "\n") }
		add := func(at int, fault, broken string) {
			if ok && broken != text {
				ok = yield(fmt.Sprintf("%d: %s", line(at), fault), broken)
			}
		}
		names := func(start, end int) {
			key := text[start:end]
			rename := func(how, name string) { add(start, key+" "+how, text[:start]+name+text[end:]) }
			if len(key) > 4 {
				rename("misspelled", key[:2]+key[3:])
			}
			rename("in another case", strings.ToLower(key))
			rename("without spaces", strings.ReplaceAll(key, " ", ""))
		}
		for _, m := range simpleValue.FindAllStringSubmatchIndex(text, -1) {
			names(m[2], m[3])
			key, value := text[m[2]:m[3]], ""
			if m[8] >= 0 {
				value = text[m[8]:m[9]]
			}
			set := func(how, element string) { add(m[0], key+" "+how, text[:m[4]]+element+text[m[5]:]) }
			add(m[0], key+" deleted", text[:m[0]]+text[m[1]:])
			add(m[0], key+" twice", text[:m[1]]+"\n"+text[m[0]:m[1]]+text[m[1]:])
			set("empty", "<string></string>")
			set("with sample text", "<string>YOUR_VALUE_HERE</string>")
			set("with a template", "{{ .Value }}")
			set("with an array", "<array/>")
			set("with a dictionary", "<dict><key>a</key><string>b</string></dict>")
			set("with a string", "<string>"+strings.TrimSpace(value)+"</string>")
			if m[6] < 0 {
				set("with an integer", "<integer>1</integer>")
				continue
			}
			switch text[m[6]:m[7]] {
			case "integer":
				for _, number := range []string{"7", "-1", "500", "999999"} {
					set("with "+number, "<integer>"+number+"</integer>")
				}
				set("with a boolean", "<true/>")
			case "string":
				set("with an integer", "<integer>5</integer>")
				set("with a space", "<string> "+value+"</string>")
				set("with other text", "<string>äö / $$ ??</string>")
			}
		}
		for _, m := range nestedValue.FindAllStringSubmatchIndex(text, -1) {
			names(m[2], m[3])
			start := m[4] - len("<")
			end, depth := start, 0
			for _, tag := range openOrClose.FindAllStringSubmatchIndex(text[start:], -1) {
				if depth++; tag[3] > tag[2] {
					depth -= 2
				}
				if depth == 0 {
					end = start + tag[1]
					break
				}
			}
			key := text[m[2]:m[3]]
			set := func(how, element string) { add(m[0], key+" "+how, text[:start]+element+text[end:]) }
			add(m[0], key+" deleted", text[:m[0]]+text[end:])
			add(m[0], key+" twice", text[:end]+"\n"+text[m[0]:end]+text[end:])
			set("with a string", "<string>x</string>")
			set("with a template", "{{ .Value }}")
			set("with data", "<data>AAAA</data>")
			set("with an empty dictionary", "<dict/>")
			set("with an empty array", "<array/>")
		}
	}
}
