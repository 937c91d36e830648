package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-missing",
		Title:    "missing required certificate reference",
		Severity: checker.Error,
		Varies:   "warning for EncryptCertPayloadUUID, and for VPN payloads",
		Doc: `What it checks: the certificate references that Apple's schema requires are set: IdentityCertificateUUID of
com.apple.mdm, PayloadCertificateUUID of identity and certificate preferences, and EncryptCertPayloadUUID of FileVault
escrow payloads. IKEv2 and IPSec with the AuthenticationMethod Certificate have PayloadCertificateUUID.
Why it matters: such a payload does not work without a certificate. A device cannot enroll in MDM without
IdentityCertificateUUID (error 12016, missing identity).
Exceptions: a missing EncryptCertPayloadUUID is a warning: some MDM servers add it when they send the profile. So is a missing PayloadCertificateUUID of a VPN; it
is not reported for IKEv2 with ExtendedAuthEnabled, which may use a name and a password.`,
		Help: "set the key to the PayloadUUID of the certificate payload",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>https://mdm.corp.example/mdm</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>https://mdm.corp.example/mdm</string>
<key>IdentityCertificateUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
		},
		Refs:             []checker.Ref{refMDM, refIdentityPreference, refVPN, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			vpnIdentityMissing(p, payload)
			for _, key := range requiredReferences {
				if !slices.Contains(key.Types, payload.Type) {
					continue
				}
				n := payload.Node.Get(key.Path)
				var f *checker.Finding
				switch text, isString := n.Str(); {
				case n == nil && isNested(&payload): // schema-key-misplaced reports it
					continue
				case n == nil && !payload.Node.Templated():
					f = p.AtStart(payload.Node, "%s is missing required key `%s`", payloadLabel(p, payload), key.Path).Missing(key.Path)
				case n == nil, n.Is(profile.Template), n.Unrendered(), isString && strings.TrimSpace(text) != "":
					continue
				case isString:
					f = p.Value(n, "`%s` is empty", key.Path)
				default:
					f = p.Value(n, "`%s` must be a string, found %s", key.Path, kindPhrase(n.Kind))
				}
				if key.Kind == profile.ReferenceEscrow {
					f.Severity = checker.Warning
				}
			}
		}
		return nil
	},
}

// vpnIdentityMissing reports a VPN that authenticates with a certificate and names none.
func vpnIdentityMissing(p *checker.Pass, payload profile.Payload) {
	vpn := vpnWithoutIdentity(payload)
	if vpn == nil {
		return
	}
	f := p.AtStart(vpn, "`AuthenticationMethod` Certificate without `PayloadCertificateUUID`; no identity is sent").Missing("PayloadCertificateUUID")
	f.Severity = checker.Warning
	causedByMethod(f, vpn)
	f.WithHelp("set `PayloadCertificateUUID` in `%s` to the `PayloadUUID` of an identity", vpn.Key)
}

// vpnWithoutIdentity returns the settings of such a VPN; nil for other payloads.
func vpnWithoutIdentity(payload profile.Payload) *profile.Node {
	if !strings.HasPrefix(payload.Type, "com.apple.vpn.managed") {
		return nil
	}
	kind := payload.Node.Get("VPNType").Text()
	vpn := payload.Node.Get(kind)
	if kind != "IKEv2" && kind != "IPSec" || !vpn.Is(profile.Dict) || vpn.Templated() || vpn.Get("AuthenticationMethod").Text() != "Certificate" ||
		vpn.Get("PayloadCertificateUUID") != nil || extendedAuth(vpn) {
		return nil
	}
	return vpn
}

var refMDM = checker.Ref{
	Title: "Apple device management schema: com.apple.mdm",
	URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.mdm.yaml",
}

// requiredReferences are the keys that Apple's schema demands. They stand on
// the level of the payload.
var requiredReferences = func() (list []profile.ReferenceKey) {
	for _, key := range profile.ReferenceKeys {
		if key.Required {
			list = append(list, key)
		}
	}
	return list
}()
