package rules

import "github.com/sceplint/sceplint/checker"

var profileEncrypted = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-encrypted",
		Title:    "the payloads are encrypted",
		Severity: checker.Info,
		Doc: `EncryptedPayloadContent holds the payloads as a CMS message that only the identity of the device opens. Its envelope can
be read and is checked; what the payloads set cannot be seen from outside, so that no rule about them says anything.`,
		Help:           "check the profile before it is encrypted",
		Unsuppressible: true,
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadType</key>
<string>Configuration</string>
<key>EncryptedPayloadContent</key>
<data>MIAGCSqGSIb3DQEHA6CAMIACAQAxAA==</data>`,
			Good: `<key>PayloadType</key>
<string>Configuration</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel},
	},
	Check: func(p *checker.Pass) error {
		if n := p.Profile.Root.Get("EncryptedPayloadContent"); n != nil {
			p.Key(n, "the payloads are encrypted and were not checked; check the profile before it is encrypted")
		}
		return nil
	},
}
