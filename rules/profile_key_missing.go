package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var profileKeyMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-key-missing",
		Title:    "the profile lacks a required key",
		Severity: checker.Error,
		Doc: `The top level of a profile needs PayloadType, PayloadVersion, PayloadIdentifier, PayloadUUID and PayloadContent
(an encrypted profile has EncryptedPayloadContent in place of the last). A device refuses a profile that lacks one of them
(MCProfileErrorDomain 1002, missing field). An empty PayloadIdentifier says as little and is a warning.`,
		Help: "add the key to the outermost dict of the profile",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadType</key>
<string>Configuration</string>
<key>PayloadVersion</key>
<integer>1</integer>
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadType</key>
<string>Configuration</string>
<key>PayloadVersion</key>
<integer>1</integer>
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadUUID</key>
<string>7A1D1A36-93C1-4B0E-8D0C-5C2B1F6E9A11</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs:             []checker.Ref{refTopLevel, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		root := p.Profile.Root
		if what := p.Profile.Foreign(); what != "" {
			p.AtStart(root, "this is no configuration profile but %s; a profile is a dict with PayloadType Configuration and PayloadContent", what)
			return nil
		}
		if !root.Is(profile.Dict) || root.Templated() {
			return nil // template text may bring the keys
		}
		for _, key := range []string{"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadContent"} {
			if n := root.Get(key); key == "PayloadIdentifier" && blankName(n) {
				p.Value(n, "%s of the profile is empty; write %s", key, nameOf(key)).Severity = checker.Warning
			}
			if root.Get(key) != nil || key == "PayloadContent" && root.Get("EncryptedPayloadContent") != nil {
				continue
			}
			example := exampleOf[key]
			if key == "PayloadType" {
				example = "<key>PayloadType</key><string>Configuration</string>"
			}
			p.AtStart(root, "profile lacks %s; add %s", key, example)
		}
		return nil
	},
}

// exampleOf shows how the required keys of profiles and payloads are written.
var exampleOf = map[string]string{
	"PayloadType":       "<key>PayloadType</key> with the type of the payload",
	"PayloadVersion":    "<key>PayloadVersion</key><integer>1</integer>",
	"PayloadIdentifier": "<key>PayloadIdentifier</key> with a reverse-DNS name that stays the same from version to version",
	"PayloadUUID":       "<key>PayloadUUID</key> with a UUID of its own, as uuidgen prints",
	"PayloadContent":    "<key>PayloadContent</key> with an array of payloads",
}
