package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var eapSystemTrust = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-system-trust",
		Title:    "System or Loginwindow mode without trust in the server",
		Severity: checker.Error,
		Doc: `What it checks: a network with SetupModes System or Loginwindow says which RADIUS server to trust.
Why it matters: in these modes nobody can answer the question whether to trust the server. Without PayloadCertificateAnchorUUID or TLSTrustedServerNames
authentication fails.
Exceptions: EAP types without TLS are not reported, and neither is template text.`,
		Help: "add PayloadCertificateAnchorUUID with the CA of the server, and TLSTrustedServerNames with its name",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>SetupModes</key>
<array>
	<string>System</string>
</array>
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
<key>SetupModes</key>
<array>
	<string>System</string>
</array>
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
		},
		Refs:             []checker.Ref{refWiFi, refEAPSystemMode},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for payload, eap := range eapConfigurations(p.Profile) {
			if untrustedInMode(payload, eap) {
				p.AtStart(eap, "`SetupModes` %s without trusted servers; authentication fails", setupMode(payload)).MissingAny(trustKeys...)
			}
		}
		return nil
	},
}

// tlsTypes are the EAP types that authenticate the server by its certificate:
// EAP-TLS, EAP-TTLS, and PEAP.
var tlsTypes = []int64{eapTLS, 21, 25}

// untrustedInMode reports whether a payload connects where nobody can be asked,
// and does not say which server to trust.
func untrustedInMode(payload profile.Payload, eap *profile.Node) bool {
	if setupMode(payload) == "" || trustsRADIUS(eap) {
		return false
	}
	types := eap.Get("AcceptEAPTypes")
	for _, number := range tlsTypes {
		if lists(types, number) {
			return true
		}
	}
	return false
}

// trustKeys are the keys of an EAPClientConfiguration that say which servers to trust.
var trustKeys = []string{"PayloadCertificateAnchorUUID", "TLSTrustedServerNames"}

// trustsRADIUS reports whether an EAPClientConfiguration says, or may say, which
// servers to trust. An old name of a key counts, for eap-key-legacy reports it.
func trustsRADIUS(eap *profile.Node) bool {
	for _, key := range append(slices.Clip(trustKeys), "TLSTrustedCertificates", oldServerNames) {
		n := eap.Get(key)
		if n.Len() > 0 || n.Templated() || unknowable(n) {
			return true
		}
	}
	return false
}
