package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadIdentifierDuplicate = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-identifier-duplicate",
		Title:    "duplicate PayloadIdentifier in a profile",
		Severity: checker.Error,
		Doc: `What it checks: each payload has a PayloadIdentifier that no other payload of the profile has.
Why it matters: Apple's schema requires it to be unique within the profile: a device matches the payloads of a newer
version by it and by PayloadUUID. iOS rejects a profile with duplicates (MCProfileErrorDomain 1008; observed on iOS).
Exceptions: a payload with the identifier of the profile is not reported: that is common and works.`,
		Help: "use a unique identifier, such as the profile identifier with a suffix",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust</string>
</dict>
<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust</string>
</dict>`,
			Good: `<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust.root</string>
</dict>
<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust.issuing</string>
</dict>`,
		},
		Refs: []checker.Ref{refCommonKeys, refMDMErrors},
	},
	Check: func(p *checker.Pass) error {
		if p.Profile.Root.Get("PayloadContent").Templated() {
			return nil // the payloads may be branches of a template
		}
		payloads := p.Profile.Payloads()
		first := firstByName(payloads, func(x *profile.Payload) string { return x.Identifier })
		for i, payload := range payloads {
			again := first(i)
			if again == i || !isComparable(payload.Node, payload.Identifier) || !isComparable(payloads[again].Node, payload.Identifier) {
				continue
			}
			p.Value(payload.Keys.Identifier, "duplicate `PayloadIdentifier` %q; also used by %s",
				excerpt(p, payload.Identifier), payloadLocation(p, payloads[again]))
		}
		return nil
	},
}
