package profiletest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// defects are edits of a profile that Generate writes, each of which one rule or
// policy reports; %d is the seed.
var defects = []struct{ old, new string }{
	{"https://ca.corp.example/scep/devices", "http://ca%d.corp.example/scep/devices"},                                       // url-https
	{"$FLEET_VAR_NDES_SCEP_CHALLENGE", "c8Rk2vTq9wZx4Lm7Hs1NbYf6Jd3G%d"},                                                    // challenge-literal
	{"$FLEET_VAR_NDES_SCEP_CHALLENGE", "Hs1NbYf6Jd3Gc8Rk2vTq9wZx4Lm7"},                                                      // challenge-shared
	{"<integer>2048</integer>", "<integer>1024</integer>"},                                                                  // keysize-minimum
	{"<integer>2048</integer>", "<integer>3072</integer>"},                                                                  // scep-keysize
	{"<key>Key Usage</key>", "<key>KeyUsage</key>"},                                                                         // scep-key-misspelled
	{"<key>Key Usage</key>\n\t\t\t\t<integer>5</integer>", "<key>Key Usage</key>\n\t\t\t\t<string>5</string>"},              // scep-value-type
	{"<key>AllowAllAppsAccess</key>\n\t\t\t\t<false/>", "<key>AllowAllAppsAccess</key>\n\t\t\t\t<true/>"},                   // key-all-apps
	{"<key>KeyIsExtractable</key>\n\t\t\t\t<false/>", "<key>KeyIsExtractable</key>\n\t\t\t\t<true/>"},                       // key-extractable
	{"<key>dNSName</key>", "<key>DNSName</key>"},                                                                            // scep-san
	{"<string>CN</string>", "<string>commonname</string>"},                                                                  // scep-subject-oid
	{"<string>C</string>\n\t\t\t\t\t\t\t<string>DK</string>", "<string>C</string>\n\t\t\t\t\t\t\t<string>Denmark</string>"}, // scep-subject-country
	{"<key>Retries</key>\n\t\t\t\t<integer>3</integer>", "<key>Retries</key>\n\t\t\t\t<integer>%d00</integer>"},             // retry-nondefault
	{"<key>RetryDelay</key>\n\t\t\t\t<integer>10</integer>", "<key>RetryDelay</key>\n\t\t\t\t<string>10</string>"},          // scep-value-type
	{"<key>AutoJoin</key>\n\t\t\t<true/>", "<key>AutoJoin</key>\n\t\t\t<string>yes</string>"},                               // schema-type
	{"<key>ServerURL</key>", "<key>ServerUrl</key>"},                                                                        // schema-key-misspelled
	{"<key>SSID_STR</key>", "<key>SSID_Str</key>"},                                                                          // schema-key-misspelled
	{"<key>PayloadScope</key>\n\t<string>System</string>", "<key>PayloadScope</key>\n\t<string>Device</string>"},            // payload-scope
	{"<string>com.apple.security.root</string>", "<string>com.apple.security.Root</string>"},                                // payload-type-case
	{"<key>CAFingerprint</key>", "<key>CAFingerPrint</key>"},                                                                // scep-key-misspelled
	{"<string>Corp A/S</string>\n\t<key>PayloadScope</key>", "<string></string>\n\t<key>PayloadScope</key>"},
	{"com.apple.mgmt.External.3d1f6a52-8c04-4e7b-9b1e-2f6d0c5a7e90", "com.example.%d"},                                                     // mdm-topic
	{"<key>PayloadIdentifier</key>\n\t<string>example.corp.enrol.%d", "<key>PayloadIdentifier</key>\n\t<string>example.corp.enrol.shared"}, // fileset-identifier-duplicate
}

// GenerateWithFindings writes a profile as Generate does, with 0 to 14 defects,
// the median being 7: secrets, unsupported values, misspelled keys, and an
// identifier or a challenge that other profiles have too. The same seed gives
// the same bytes.
func GenerateWithFindings(seed uint64) []byte {
	text := string(Generate(seed))
	random := rand.New(rand.NewPCG(seed, 0xf17d))
	order := random.Perm(len(defects))
	for _, i := range order[:random.IntN(15)] {
		old, with := defects[i].old, defects[i].new
		old = strings.ReplaceAll(old, "%d", fmt.Sprint(seed))
		text = strings.Replace(text, old, strings.ReplaceAll(with, "%d", fmt.Sprint(seed)), 1)
	}
	return []byte(text)
}
