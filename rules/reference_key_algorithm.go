package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceKeyAlgorithm = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-key-algorithm",
		Title:    "the VPN expects an elliptic key of a SCEP identity",
		Severity: checker.Error,
		Doc: `CertificateType of an IKEv2 VPN says what kind of key its identity has: RSA, RSA-PSS, ECDSA256, ECDSA384 or ECDSA521. A SCEP payload
makes RSA keys and no others, so that with a type of ECDSA the machine cannot authenticate. ECDSA needs an identity from an ACME or PKCS#12 payload. If the
VPN authenticates by EAP alone, the type is not used, and the finding is a warning.`,
		Help: "write CertificateType RSA, or name an identity with an elliptic key, from an ACME or PKCS#12 payload",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>AuthenticationMethod</key>
	<string>Certificate</string>
	<key>CertificateType</key>
	<string>ECDSA256</string>
	<key>PayloadCertificateUUID</key>
	<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>AuthenticationMethod</key>
	<string>Certificate</string>
	<key>CertificateType</key>
	<string>RSA</string>
	<key>PayloadCertificateUUID</key>
	<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
		},
		Refs: []checker.Ref{refVPN, refSCEP},
	},
	Check: func(p *checker.Pass) error {
		for _, r := range p.Profile.References() {
			if r.Key != "IKEv2.PayloadCertificateUUID" || r.Variable || r.Target == nil || r.Target.As != profile.TypeSCEP {
				continue
			}
			ikev2 := r.Node.Parent()
			n := ikev2.Get("CertificateType")
			kind, _ := n.Str()
			if !strings.HasPrefix(kind, "ECDSA") || profile.HasVariable(kind) {
				continue
			}
			method, _ := ikev2.Get("AuthenticationMethod").Str()
			byMachine := method != "None" && method != "SharedSecret"
			if !byMachine && !extendedAuth(ikev2) {
				continue // the identity is not used at all
			}
			f := p.Value(n, "CertificateType is %q, but the identity is that of %s, whose key is always RSA; write RSA, or name an identity with an elliptic key",
				excerpt(p, kind), placed(p, *r.Target))
			if !byMachine {
				f.Severity = checker.Warning
			}
		}
		return nil
	},
}
