package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var eapTrustMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-trust-missing",
		Title:    "EAP-TLS does not say which server to trust",
		Severity: checker.Warning,
		Doc: `With EAP-TLS the device shows its certificate to a server, and should know which one. PayloadCertificateAnchorUUID names the
certificates that the server's must come from, TLSTrustedServerNames the names it may have. With neither of them the device asks its user whether to
trust the server, or fails where nobody can answer, and a user who is asked trusts any access point of the same name.`,
		Help: "add PayloadCertificateAnchorUUID with the CA of the server, and TLSTrustedServerNames with its name",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EAPClientConfiguration</key>
<dict>
	<key>AcceptEAPTypes</key>
	<array>
		<integer>13</integer>
	</array>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EAPClientConfiguration</key>
<dict>
	<key>AcceptEAPTypes</key>
	<array>
		<integer>13</integer>
	</array>
	<key>TLSTrustedServerNames</key>
	<array>
		<string>radius.corp.example</string>
	</array>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{refWiFi},
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			eap := eapConfiguration(payload)
			if eap == nil || !lists(eap.Get("AcceptEAPTypes"), eapTLS) || trustsRADIUS(eap) || untrustedInMode(payload, eap) {
				continue // eap-system-trust reports the last one
			}
			p.AtStart(eap, "EAP-TLS has neither anchors nor names of the server, so that any may be trusted; add PayloadCertificateAnchorUUID and TLSTrustedServerNames")
		}
		return nil
	},
}

// lists reports whether a number is among the values of an array.
func lists(n *profile.Node, number int64) bool {
	for c := range n.Children() {
		if v, ok := c.Int(); ok && v == number {
			return true
		}
	}
	return false
}
