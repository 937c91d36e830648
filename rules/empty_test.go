package rules

import (
	"fmt"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/schema"
)

// TestEmptyPayloads checks that no rule fails on payloads of any type that have no
// settings, or values of odd types in place of dictionaries and data.
func TestEmptyPayloads(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"", "<key>PayloadContent</key><dict/>", "<key>PayloadContent</key><array/>", "<key>PayloadContent</key><data></data>",
		"<key>PayloadContent</key><string></string>", "<key>PayloadContent</key><integer>1</integer>",
		"<key>EAPClientConfiguration</key><string/>", "<key>IKEv2</key><array/><key>VPNType</key><string>IKEv2</string>",
	} {
		var payloads string
		for i, name := range schema.PayloadTypes() {
			payloads += fmt.Sprintf("<dict><key>PayloadType</key><string>%s</string><key>PayloadUUID</key><string>u%d</string>%s</dict>\n", name, i, content)
		}
		text := checkertest.Document(checker.ScopePayload, payloads)
		for _, targets := range []checker.Targets{nil, {{System: "ios", Version: "15"}, {System: "macos", Version: "13"}}} {
			run(t, "empty.mobileconfig", []byte(text), targets, All()...) // fails if a rule does
		}
	}
}
