package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var profileContentEmpty = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-content-empty",
		Title:    "the profile has no payloads",
		Severity: checker.Warning,
		Doc: `A profile whose PayloadContent is empty sets nothing. Devices know an error of their own for it (MCProfileErrorDomain 1005,
empty profile), and a profile takes the place of an installed one with the same PayloadIdentifier, whatever that one held.
An empty one mostly comes of a template whose conditions left nothing over.`,
		Help: "add the payloads, or do not ship the profile",
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
			p.Value(n, "PayloadContent holds no payloads, so the profile sets nothing; add a payload")
		}
		return nil
	},
}
