package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var profileContentEmpty = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-content-empty",
		Title:    "profile contains no payloads",
		Severity: checker.Warning,
		Doc: `What it checks: PayloadContent of the profile contains at least one payload.
Why it matters: an empty profile configures nothing, and devices have an error for it (MCProfileErrorDomain 1005,
empty profile). It replaces an installed profile with the same PayloadIdentifier. Typical cause: a template whose
conditions left nothing.
Exceptions: encrypted profiles and lists with template text are not reported.`,
		Help: "add a payload, or do not deploy the profile",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadContent</key>
<array>
<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
</dict>
</array>`,
		},
		Refs:             []checker.Ref{refTopLevel, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		root := p.Profile.Root
		n := root.Get("PayloadContent")
		if n.Is(profile.Array) && n.Len() == 0 && !n.Templated() && root.Get("EncryptedPayloadContent") == nil {
			p.Value(n, "`PayloadContent` is empty; the profile configures nothing")
		}
		return nil
	},
}
