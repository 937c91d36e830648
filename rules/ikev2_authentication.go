package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var ikev2Authentication = checker.Rule{
	Meta: checker.Meta{
		ID:       "ikev2-authentication",
		Title:    "IKEv2 without an authentication method",
		Severity: checker.Warning,
		Doc: `What it checks: an IKEv2 VPN with the AuthenticationMethod None has ExtendedAuthEnabled, a SharedSecret, or PayloadCertificateUUID.
Why it matters: None is for EAP alone. Without ExtendedAuthEnabled the device expects a shared secret, as Apple's documentation says. iOS 18 does not install such a profile
("Missing identity", VyOS pull request 4382).
Exceptions: with PayloadCertificateUUID, reference-auth-method reports that it is ignored. Template text is not reported.`,
		Help: "set ExtendedAuthEnabled to 1, or AuthenticationMethod to Certificate or SharedSecret",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>VPNType</key>
<string>IKEv2</string>
<key>IKEv2</key>
<dict>
	<key>AuthenticationMethod</key>
	<string>None</string>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>VPNType</key>
<string>IKEv2</string>
<key>IKEv2</key>
<dict>
	<key>AuthenticationMethod</key>
	<string>None</string>
	<key>ExtendedAuthEnabled</key>
	<integer>1</integer>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{refVPN, {
			Title: "Apple documentation: VPN.IKEv2",
			URL:   "https://developer.apple.com/documentation/devicemanagement/vpn/ikev2-data.dictionary",
		}, {
			Title: "VyOS pull request 4382: ExtendedAuthEnabled in the profile for iOS",
			URL:   "https://github.com/vyos/vyos-1x/pull/4382",
		}},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			if !strings.HasPrefix(payload.Type, typeVPN) || payload.Node.Get("VPNType").Text() != "IKEv2" {
				continue
			}
			ikev2 := payload.Node.Get("IKEv2")
			if !ikev2.Is(profile.Dict) || ikev2.Templated() {
				continue
			}
			method := ikev2.Get("AuthenticationMethod")
			if method.Text() == "None" && !extendedAuth(ikev2) && ikev2.Get("SharedSecret") == nil && ikev2.Get("PayloadCertificateUUID") == nil {
				causedByMethod(p.Value(method, "`AuthenticationMethod` None without `ExtendedAuthEnabled` leaves no authentication method"), ikev2)
			}
		}
		return nil
	},
}
