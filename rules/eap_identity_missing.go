package rules

import (
	"iter"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refEAPSystemMode = checker.Ref{
	Title: "Apple Support: how to configure 802.1X modes on Mac",
	URL:   "https://support.apple.com/100793",
}

var eapIdentityMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-identity-missing",
		Title:    "EAP-TLS without an identity",
		Severity: checker.Warning,
		Varies:   "error inside EAPClientConfiguration, and in the modes System and Loginwindow",
		Doc: `What it checks: Wi-Fi and Ethernet payloads that accept EAP-TLS alone name an identity, and have PayloadCertificateUUID beside PayloadType.
Why it matters: EAP-TLS authenticates with a certificate of the device. Without PayloadCertificateUUID the user has to choose one. Inside EAPClientConfiguration
devices ignore the key.
Exceptions: a payload that accepts other EAP types too is reported only if the key is inside EAPClientConfiguration. The finding is an error there, and in the
modes System and Loginwindow, where the device cannot ask a user. Template text is not reported.`,
		Help: "set PayloadCertificateUUID beside PayloadType to the PayloadUUID of the identity",
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
	<key>PayloadCertificateUUID</key>
	<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
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
</dict>
<key>PayloadCertificateUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
		},
		Refs:             []checker.Ref{refWiFi, refEAPSystemMode},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for payload, eap := range eapConfigurations(p.Profile) {
			if !identityMissing(payload, eap) {
				continue
			}
			if inner := eap.Get("PayloadCertificateUUID"); inner != nil {
				f := p.Key(inner, "`PayloadCertificateUUID` inside `EAPClientConfiguration` is ignored")
				f.Severity = checker.Error
				f.Help = "move PayloadCertificateUUID out of EAPClientConfiguration"
				continue
			}
			var f *checker.Finding
			if identity, one := onlyIdentity(p.Profile); one {
				f = p.AtStart(payload.Node, "EAP-TLS without `PayloadCertificateUUID`; expected %q", excerpt(p, identity.UUID))
				f.WithHelp("add `PayloadCertificateUUID` with the `PayloadUUID` of %s", payloadLabel(p, *identity))
			} else {
				f = p.AtStart(payload.Node, "EAP-TLS without `PayloadCertificateUUID`; expected the `PayloadUUID` of an identity")
			}
			f.Missing("PayloadCertificateUUID")
			if setupMode(payload) != "" {
				f.Severity = checker.Error
			}
		}
		return nil
	},
}

// eapConfigurations yields the payloads with an EAPClientConfiguration, and that.
func eapConfigurations(p *profile.Profile) iter.Seq2[profile.Payload, *profile.Node] {
	return func(yield func(profile.Payload, *profile.Node) bool) {
		for _, payload := range p.Payloads() {
			if eap := eapConfiguration(payload); eap != nil && !yield(payload, eap) {
				return
			}
		}
	}
}

// eapConfiguration gives the EAPClientConfiguration of a Wi-Fi or Ethernet
// payload; nil for others, and where template text may add to it.
func eapConfiguration(payload profile.Payload) *profile.Node {
	if payload.Type != "com.apple.wifi.managed" && !strings.HasSuffix(payload.Type, "ethernet.managed") {
		return nil
	}
	eap := payload.Node.Get("EAPClientConfiguration")
	if !eap.Is(profile.Dict) || eap.Templated() {
		return nil
	}
	return eap
}

// identityMissing reports whether a payload with EAP-TLS has no identity where
// devices look for one.
func identityMissing(payload profile.Payload, eap *profile.Node) bool {
	types := eap.Get("AcceptEAPTypes")
	if payload.Keys.PayloadCertificate != nil || payload.Node.Templated() || !types.Is(profile.Array) || types.Templated() || !lists(types, eapTLS) {
		return false
	}
	if eap.Get("PayloadCertificateUUID") != nil {
		return true
	}
	for c := range types.Children() {
		if number, ok := c.Int(); !ok || number != eapTLS {
			return false // another way in
		}
	}
	return true
}

// setupMode gives the mode of a Mac's network in which the device cannot ask a
// user, as SetupModes lists it; "" if there is none.
func setupMode(payload profile.Payload) string {
	for c := range payload.Node.Get("SetupModes").Children() {
		if mode, ok := c.Str(); ok && (mode == "System" || mode == "Loginwindow") {
			return mode
		}
	}
	return ""
}

// onlyIdentity gives the identity of a profile if it has one and no other.
func onlyIdentity(p *profile.Profile) (identity *profile.Payload, one bool) {
	payloads := p.Payloads()
	for i := range payloads {
		if !profile.HoldsIdentity(payloads[i].As) {
			continue
		}
		if identity != nil {
			return nil, false
		}
		identity = &payloads[i]
	}
	return identity, identity != nil && profile.IsUUID(identity.UUID)
}
