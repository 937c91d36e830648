package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var eapAnchorMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-anchor-missing",
		Title:    "EAP-TLS without an anchor certificate",
		Severity: checker.Info,
		Doc: `What it checks: an EAP-TLS configuration with TLSTrustedServerNames has PayloadCertificateAnchorUUID as well.
Why it matters: without anchor certificates, a server certificate with the name counts if any CA issued it that the device trusts. The CA of an organization is often
not among those, and then the connection fails or the user is asked.
Exceptions: template text that may bring anchor certificates. Disable the rule where the server has a certificate of a public CA on purpose.`,
		Help: "add PayloadCertificateAnchorUUID with the CA of the server",
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
	<key>TLSTrustedServerNames</key>
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
	<key>AcceptEAPTypes</key>
	<array>
		<integer>13</integer>
	</array>
	<key>TLSTrustedServerNames</key>
	<array>
		<string>radius.corp.net</string>
	</array>
	<key>PayloadCertificateAnchorUUID</key>
	<array>
		<string>3F1E44B2-6A0B-4F1C-9C1D-0E6B7A9D2C55</string>
	</array>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{refWiFi},
	},
	Check: func(p *checker.Pass) error {
		for _, eap := range eapConfigurations(p.Profile) {
			if lists(eap.Get("AcceptEAPTypes"), eapTLS) && trustsNamesOnly(eap) {
				p.AtStart(eap, "EAP-TLS has `TLSTrustedServerNames` but no anchor certificates").
					Missing("PayloadCertificateAnchorUUID")
			}
		}
		return nil
	},
}

// trustsNamesOnly reports whether names of the RADIUS server are given, and neither
// certificates nor template text that may bring some.
func trustsNamesOnly(eap *profile.Node) bool {
	if eap.Templated() || eap.Get("TLSTrustedServerNames").Len() == 0 {
		return false
	}
	for _, key := range []string{"PayloadCertificateAnchorUUID", "TLSTrustedCertificates"} {
		if n := eap.Get(key); n.Len() > 0 || n.Templated() || n.Is(profile.Template) || n.Unrendered() {
			return false
		}
	}
	return true
}
