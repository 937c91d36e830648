package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-missing",
		Title:    "a payload does not say which certificate it uses",
		Severity: checker.Error,
		Doc: `Some payloads are nothing without a certificate, and Apple's schema demands the key that names it: IdentityCertificateUUID of
com.apple.mdm, without which a device cannot enrol (12016, missing identity), and PayloadCertificateUUID of identity and
certificate preferences. FileVault's escrow payloads demand EncryptCertPayloadUUID; since some management servers put it in as they send the profile, its
absence is a warning.`,
		Help: "add the key with the PayloadUUID of the certificate's payload",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>https://mdm.corp.example/mdm</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>https://mdm.corp.example/mdm</string>
<key>IdentityCertificateUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
		},
		Refs:             []checker.Ref{refMDM, refIdentityPreference, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			for _, key := range requiredReferences {
				if !slices.Contains(key.Types, payload.Type) {
					continue
				}
				n := payload.Node.Get(key.Path)
				var f *checker.Finding
				switch text, isString := n.Str(); {
				case n == nil && !payload.Node.Templated():
					f = p.AtStart(payload.Node, "%s lacks %s; add it with the PayloadUUID of the certificate's payload", payloadLabel(p, payload), key.Path)
				case n == nil, n.Is(profile.Template), n.Unrendered(), isString && strings.TrimSpace(text) != "":
					continue
				case isString:
					f = p.Value(n, "%s is empty; write the PayloadUUID of the certificate's payload", key.Path)
				default:
					f = p.Value(n, "%s is of type %s; write the PayloadUUID of the certificate's payload as a string", key.Path, n.Kind)
				}
				if key.Kind == profile.ReferenceEscrow {
					f.Severity = checker.Warning
				}
			}
		}
		return nil
	},
}

var refMDM = checker.Ref{
	Title: "Apple device management schema: com.apple.mdm",
	URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.mdm.yaml",
}

// requiredReferences are the keys that Apple's schema demands. They stand on
// the level of the payload.
var requiredReferences = func() (list []profile.ReferenceKey) {
	for _, key := range profile.ReferenceKeys {
		if key.Required {
			list = append(list, key)
		}
	}
	return list
}()
