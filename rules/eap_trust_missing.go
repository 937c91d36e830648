package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var eapTrustMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-trust-missing",
		Title:    "EAP-TLS without server trust settings",
		Severity: checker.Warning,
		Doc: `What it checks: a network with EAP-TLS has PayloadCertificateAnchorUUID or TLSTrustedServerNames.
Why it matters: with EAP-TLS the device presents its certificate to a server. The first key lists the CAs of the
server's certificate, the second the names it may have. Without both, the device asks the user whether to trust the
server, or fails if nobody can answer. A user may trust any access point of the same name.
Exceptions: a network for system or login window mode is reported by eap-system-trust.`,
		Help: "add PayloadCertificateAnchorUUID for the server's CA and TLSTrustedServerNames for its name",
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
		for payload, eap := range eapConfigurations(p.Profile) {
			if !lists(eap.Get("AcceptEAPTypes"), eapTLS) || trustsRADIUS(eap) || untrustedInMode(payload, eap) {
				continue // eap-system-trust reports the last one
			}
			p.AtStart(eap, "EAP-TLS has no trusted anchor certificate or server name").MissingAny(trustKeys...)
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
