package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker"
)

// fieldCases are profiles rebuilt from public bug reports, which are kept outside
// of this repository: the targets they are checked with, and all that is found,
// as LINE:SEVERITY:RULE. The same kinds of mistakes are in testdata.
var fieldCases = []struct{ file, targets, found string }{
	{"01-mdm-topic/bad", "", "121:error:mdm-topic"},
	{"01-mdm-topic/good", "", ""},
	{"02-mdm-capabilities/bad", "macos=14", "94:error:mdm-capabilities"},
	{"02-mdm-capabilities/good", "macos=14", ""},
	{"03-mdm-scope-system/bad", "", "131:info:mdm-scope"},
	{"03-mdm-scope-system/good", "", ""},
	{"04-enrol-identifier/bad", "", "127:warning:payload-identifier-format"},
	{"04-enrol-identifier/good", "", ""},
	{"06-ikev2-localid/bad", "", "102:error:ikev2-local-identifier"},
	{"06-ikev2-localid/bad2", "", "96:error:ikev2-local-identifier"},
	{"06-ikev2-localid/bad3", "", "102:warning:ikev2-local-identifier"},
	{"06-ikev2-localid/good", "", ""},
	{"07-ikev2-auth-none/bad", "", "104:warning:reference-auth-method"},
	{"07-ikev2-auth-none/good", "", ""},
	{"09-eaptls-no-identity/bad", "", "94:warning:eap-identity-missing"},
	{"09-eaptls-no-identity/bad2-inside-eap", "", "107:error:eap-identity-missing"},
	{"09-eaptls-no-identity/good", "", ""},
	{"10-ethernet-identity/bad", "", "111:error:reference-dangling"},
	{"10-ethernet-identity/good", "", ""},
	{"11-vpn-cert-gone/bad", "", "104:error:reference-dangling"},
	{"11-vpn-cert-gone/good", "", ""},
	{"13-curly-quotes/bad", "", "1:warning:plist-syntax"},
	{"13-curly-quotes/bad2-plist-only", "", "3:warning:plist-syntax"},
	{"13-curly-quotes/bad3-decl-only", "", "1:warning:plist-syntax"},
	{"13-curly-quotes/good", "", ""},
	{"14-ota-profile-service/bad", "", "104:error:profile-type"},
	{"14-ota-profile-service/good", "", ""},
	{"15-p12-openssl3/bad", "ios=16", "49:warning:pkcs12-algorithm"},
	{"15-p12-openssl3/bad2-wrong-password", "ios=16", "47:error:pkcs12-password"},
	{"15-p12-openssl3/good", "ios=16", ""},
	{"16-chain-incomplete/bad", "", "9:info:certificate-chain"},
	{"16-chain-incomplete/good", "", ""},
	{"17-xml-tail/bad", "", "146:warning:plist-syntax"},
	{"17-xml-tail/good", "", ""},
	{"18-iskeyextractable/bad", "", "55:error:scep-key-misspelled"},
	{"18-iskeyextractable/good", "", ""},
	{"22-old-manual-names/bad", "", "103:warning:eap-key-legacy"},
	{"22-old-manual-names/bad2-payloadtype", "", "88:error:payload-type-misspelled"},
	{"22-old-manual-names/bad3-payloadtype-alone", "", "49:error:payload-type-misspelled"},
	{"22-old-manual-names/good", "", ""},
	{"25-sample-left/bad", "", "15:warning:placeholder 40:warning:placeholder 57:warning:placeholder 63:warning:placeholder"},
	{"25-sample-left/bad2-identifier-only", "", "133:warning:placeholder"},
	{"25-sample-left/good", "", ""},
	{"26-radius-username-space/bad", "", "70:info:eap-user-name"},
	{"26-radius-username-space/good", "", ""},
	{"29-mdm-url-ip-no-ca/bad", "", "80:info:mdm-url"},
	{"29-mdm-url-ip-no-ca/good", "", ""},
	{"31-signer-expired/bad", "", "1:warning:profile-signer-expired"},
	{"31-signer-expired/bad2-expires-in-10-days", "", "1:warning:profile-signer-expired"},
	{"31-signer-expired/good", "", ""},
	{"32-ios-variable/bad", "ios=17", "70:warning:target-variable"},
	{"32-ios-variable/good", "ios=17", ""},
}

// TestField runs all rules over the cases, where they are present.
func TestField(t *testing.T) {
	const dir = "../../shared/field"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the folder of cases is not here")
	}
	for _, c := range fieldCases {
		file := filepath.Join(dir, c.file+".mobileconfig")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		var targets checker.Targets
		if c.targets != "" {
			if targets, err = checker.ParseTargets(c.targets); err != nil {
				t.Fatal(err)
			}
		}
		r := &checker.Checker{Rules: All(), Now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), Jobs: 1, Targets: targets}
		if strings.HasPrefix(c.file, "03-") { // whose bad profile is, byte by byte, the good one of others
			r.Severities = enabled([]checker.Rule{mdmScope})
		}
		var found []string
		for result := range r.Run(t.Context(), func(yield func(checker.Input) bool) {
			yield(checker.Input{Name: file, Read: func() ([]byte, error) { return text, nil }})
		}) {
			for _, f := range result.Findings {
				found = append(found, fmt.Sprintf("%d:%s:%s", f.Start.Line, f.Severity, f.Rule.ID))
			}
		}
		if got := strings.Join(found, " "); got != c.found {
			t.Errorf("%s finds %q and not %q", c.file, got, c.found)
		}
	}
}
