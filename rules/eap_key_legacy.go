package rules

import (
	"github.com/sceplint/sceplint/checker"
)

// oldServerNames is the key that TLSTrustedServerNames once was.
const oldServerNames = "TLSTrustedServerCommonNames"

var refDeploymentGuide = checker.Ref{
	Title: "Apple: Enterprise Deployment Guide for iPhone OS",
	URL:   "https://manuals.info.apple.com/MANUALS/0/MA448/en_US/Enterprise_Deployment_Guide.pdf",
}

var eapKeyLegacy = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-key-legacy",
		Title:    "obsolete key name in EAPClientConfiguration",
		Severity: checker.Warning,
		Doc: `What it checks: EAPClientConfiguration contains TLSTrustedServerCommonNames.
Why it matters: Apple's first deployment guides had this name. The schema has TLSTrustedServerNames, and does not list the old one, so that the device may not
know which servers to trust.
Exceptions: none.`,
		Help: "rename the key to TLSTrustedServerNames",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EAPClientConfiguration</key>
<dict>
	<key>TLSTrustedServerCommonNames</key>
	<array>
		<string>radius.corp.net</string>
	</array>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EAPClientConfiguration</key>
<dict>
	<key>TLSTrustedServerNames</key>
	<array>
		<string>radius.corp.net</string>
	</array>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{refWiFi, refDeploymentGuide},
	},
	Check: func(p *checker.Pass) error {
		const right = "TLSTrustedServerNames"
		for _, eap := range eapConfigurations(p.Profile) {
			n := eap.Get(oldServerNames)
			if n == nil {
				continue
			}
			f := p.Key(n, "old key %q is not in Apple's schema; expected %q", oldServerNames, right)
			if eap.Get(right) != nil {
				f.Help = "remove the old key"
				continue
			}
			f.StandsFor(append(eap.Path(), right)...)
			if n.KeySpan() != n.Span() {
				f.Fix = renameKey(p, n, right, true)
			}
		}
		return nil
	},
}
