package rules

import "github.com/sceplint/sceplint/checker"

var profileEncrypted = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-encrypted",
		Title:    "encrypted payloads were not checked",
		Severity: checker.Info,
		Doc: `What it checks: whether the payloads are encrypted (EncryptedPayloadContent).
Why it matters: only the identity of the device can decrypt them. The envelope is checked; rules about payloads do not
apply to its content.
Exceptions: this finding cannot be suppressed.`,
		Help:           "check the profile before encrypting it",
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
			p.Key(n, "payloads are encrypted and were not checked")
		}
		return nil
	},
}
