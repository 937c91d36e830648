package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var ikev2CertificateType = checker.Rule{
	Meta: checker.Meta{
		ID:       "ikev2-certificate-type",
		Title:    "CertificateType without the issuer of the server certificate",
		Severity: checker.Warning,
		Doc: `What it checks: an IKEv2 VPN with CertificateType has ServerCertificateIssuerCommonName as well.
Why it matters: Apple's schema requires the second key where the first one is set. With it the device asks the gateway for a certificate of that issuer; without it
some gateways send none.
Exceptions: template text is not reported. Whether the type fits the key of the identity is what reference-key-algorithm checks.`,
		Help: "add ServerCertificateIssuerCommonName with the CN of the CA that issued the gateway's certificate",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>CertificateType</key>
	<string>RSA</string>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>CertificateType</key>
	<string>RSA</string>
	<key>ServerCertificateIssuerCommonName</key>
	<string>Corp CA</string>
</dict>
</dict>`,
		},
		Refs:             []checker.Ref{refVPN},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		const issuer = "ServerCertificateIssuerCommonName"
		for _, payload := range p.Profile.Payloads() {
			ikev2 := payload.Node.Get("IKEv2")
			if !strings.HasPrefix(payload.Type, "com.apple.vpn.managed") || !ikev2.Is(profile.Dict) || ikev2.Templated() {
				continue
			}
			n := ikev2.Get("CertificateType")
			if n == nil || ikev2.Get(issuer) != nil {
				continue
			}
			p.Key(n, "`CertificateType` without %s, which it requires", issuer).MissingAt(append(ikev2.Path(), issuer))
		}
		return nil
	},
}
