package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceKeyAlgorithm = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-key-algorithm",
		Title:    "CertificateType does not match the key of the identity",
		Severity: checker.Error,
		Doc: `What it checks: CertificateType of an IKEv2 VPN fits the key of the identity that it names, in both directions.
Why it matters: the device signs with that type of key, and cannot with another. The default is RSA. A SCEP payload makes RSA keys only. An ACME payload makes RSA keys, or
with KeyType ECSECPrimeRandom elliptic keys of KeySize bits, which need ECDSA256, ECDSA384, or ECDSA521.
Exceptions: keys in PKCS #12 files are not looked at. If the VPN authenticates by EAP alone, the type is not used, and the finding is a warning.`,
		Help: "set CertificateType to the type of the identity's key, or name another identity",
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
		Refs: []checker.Ref{refVPN, refSCEP, refACME},
	},
	Check: func(p *checker.Pass) error {
		for _, r := range p.Profile.References() {
			if r.Key != "IKEv2.PayloadCertificateUUID" || r.Variable || r.Target == nil {
				continue
			}
			key := identityKeyType(p.Profile, r.Target)
			if key == "" {
				continue
			}
			ikev2 := r.Node.Parent()
			n := ikev2.Get("CertificateType")
			kind, isString := n.Str()
			switch {
			case n == nil && !ikev2.Templated():
				kind = "RSA"
			case !isString || n.Broken() || profile.HasVariable(kind):
				continue
			}
			switch {
			case kind == key, key == "RSA" && !strings.HasPrefix(kind, "ECDSA"), key != "RSA" && kind != "RSA" && kind != "RSA-PSS" && !strings.HasPrefix(kind, "ECDSA"):
				continue // it fits, or is none of the schema's
			}
			method, _ := ikev2.Get("AuthenticationMethod").Str()
			byMachine := method != "None" && method != "SharedSecret"
			if !byMachine && !extendedAuth(ikev2) {
				continue // the identity is not used at all
			}
			var f *checker.Finding
			if n == nil {
				f = p.Value(r.Node, "`CertificateType` is not set (default: RSA); expected %s for %s", key, payloadLocation(p, *r.Target))
				f.Help = "add CertificateType " + key
				f.MissingAt(append(ikev2.Path(), "CertificateType"))
			} else {
				f = p.Value(n, "`CertificateType` %q does not match the key of %s; expected %s", excerpt(p, kind), payloadLocation(p, *r.Target), key)
			}
			if !byMachine {
				f.Severity = checker.Warning
			}
		}
		return nil
	},
}

// identityKeyType gives the CertificateType of the key that an identity payload
// makes; "" if it is not known.
func identityKeyType(p *profile.Profile, identity *profile.Payload) string {
	if identity.As == profile.TypeSCEP {
		return "RSA"
	}
	for _, acme := range p.ACME() {
		switch {
		case acme.Index != identity.Index || !acme.KeyType.Known || acmeKeyFaultOf(&acme).node != nil: // which acme-key reports
		case acme.KeyType.Value == profile.KeyTypeRSA:
			return "RSA"
		case acme.KeyType.Value != profile.KeyTypeEC || !acme.KeySize.Known:
		case acme.KeySize.Value == 256, acme.KeySize.Value == 384, acme.KeySize.Value == 521:
			return fmt.Sprintf("ECDSA%d", acme.KeySize.Value)
		}
	}
	return ""
}
