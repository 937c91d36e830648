package rules

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestRecovery breaks the syntax of one value of a profile: the fault is reported
// on its line, and so is an error further on, which is checked all the same.
func TestRecovery(t *testing.T) {
	clean := string(checkertest.Read(t, filepath.Join(testdata, "mutations", "clean.mobileconfig")))
	const planted = "\t<key>Planted</key>\n\t<string>a</string>\n"
	profile := strings.Replace(clean, "<dict>\n", "<dict>\n"+planted, 1)
	profile = strings.Replace(profile, "<key>Key Usage</key>", "<key>KeyUsage</key>", 1)
	line := 1 + strings.Count(profile[:strings.Index(profile, "<key>KeyUsage</key>")], "\n")
	defect := fmt.Sprintf("%d:error:scep-key-misspelled", line)
	for _, c := range []struct{ value, severity string }{
		{"<string>a & b</string>", "error"},
		{"<string>a&b=c&d=e</string>", "error"},
		{"<string>a &nbsp; b</string>", "error"},
		{"<string>a < b</string>", "error"},
		{"<string>a <b>b</b></string>", "error"},
		{"<string>a <3 b</string>", "error"},
		{"<string>a\x0bb</string>", "warning"},
		{"<string>a\xffb</string>", "error"},
		{"<string>a", "error"},
		{"<string>a</integer>", "error"},
		{"<integer>a</integer>", "error"},
		{"<integer></integer>", "error"},
		{"<integer>99999999999999999999</integer>", "error"},
		{"<integer>5</string>", "error"},
		{"<real>a</real>", "error"},
		{"<date>tomorrow</date>", "error"},
		{"<true>yes</true>", "error"},
		{"<data>#*</data>", "warning"},
		{"<data>AAAAA</data>", "warning"},
		{"<data>-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----</data>", "warning"},
		{"<bool>true</bool>", "error"},
		{"<int>5</int>", "error"},
		{"<True/>", "error"},
		{"<String>a</String>", "error"},
		{"", "error"},
		{"a", "error"},
		{"<string>a</string>\n\t<string>b</string>", "error"},
		{"<string>a</string> ;", "error"},
		{"<data>REPLACE_WITH_BASE64_DER</data>", "placeholder"},
		{"<data>CA_CERT_PEM</data>", "placeholder"},
		{"<string><team-slug></string>", "placeholder"},
		{"<integer>YOUR_PORT</integer>", "placeholder"},
	} {
		text := strings.Replace(profile, "<string>a</string>", c.value, 1)
		var found []string
		for _, f := range run(t, "broken.mobileconfig", []byte(text), nil, All()...).Findings {
			found = append(found, fmt.Sprintf("%d:%s:%s", f.Start.Line, f.Severity, f.Rule.ID))
		}
		fault := "warning:placeholder"
		if c.severity != "placeholder" {
			fault = c.severity + ":plist-syntax"
		}
		shift := strings.Count(c.value, "\n")
		after := fmt.Sprintf("%d:error:scep-key-misspelled", line+shift)
		if !slices.ContainsFunc(found, func(f string) bool { return strings.HasSuffix(f, fault) && len(strings.SplitN(f, ":", 2)[0]) == 1 }) || !slices.Contains(found, after) || len(found) != 2 {
			t.Errorf("%q: %v, want %s and %s", c.value, found, fault, defect)
		}
	}
}
