package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadIdentifierDuplicate = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-identifier-duplicate",
		Title:    "two payloads have one PayloadIdentifier",
		Severity: checker.Error,
		Doc: `Apple's schema asks for a PayloadIdentifier that is unique within the profile: when a profile is replaced by a newer one, a
device finds the payloads of the old one by it and by their PayloadUUID. iOS was observed to refuse a profile in which two payloads have the same
(MCProfileErrorDomain 1008). That a payload has the identifier of the profile is common and does no harm.`,
		Help: "give each payload an identifier of its own, such as that of the profile with a word added",
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
		first := firstWith(payloads, func(x *profile.Payload) string { return x.Identifier })
		for i, payload := range payloads {
			again := first(i)
			if again == i || !ownName(payload.Node, payload.Identifier) || !ownName(payloads[again].Node, payload.Identifier) {
				continue
			}
			p.Value(payload.Keys.Identifier, "PayloadIdentifier %q is that of %s as well; give each payload one of its own",
				excerpt(p, payload.Identifier), placed(p, payloads[again]))
		}
		return nil
	},
}
