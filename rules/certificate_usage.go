package rules

import (
	"crypto/x509"
	"slices"

	"github.com/sceplint/sceplint/checker"
)

var refCAUsage = checker.Ref{
	Title: "fleet issue 22158: a CA limited to serverAuth",
	URL:   "https://github.com/fleetdm/fleet/issues/22158",
}

var certificateUsage = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-usage",
		Title:    "CA that cannot issue client certificates",
		Severity: checker.Warning,
		Doc: `What it checks: the CA certificate that CAFingerprint of a SCEP payload names does not exclude client authentication by its extended key usage.
Why it matters: an extended key usage of a CA also limits what it issues. Client certificates of a CA without clientAuth do not verify, so that Wi-Fi and VPN
servers reject them.
Exceptions: a CA without extended key usage, or with any, is not reported. A CA that no CAFingerprint names may be that of a server, and is not reported.`,
		Help: "have the CA certificate reissued with clientAuth, or without extended key usage",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad:   exampleUsage(exampleServerCA, "C75GEoQb+8wKq1y5Uz8+zrvNkqMiDj+/XCtiUsfXw18="),
			Good:  exampleUsage(exampleRootCA, "CEWliIIbGZjdlyVY97IgjajSvrsLDOiW01q+onjjBw8="),
		},
		Refs: []checker.Ref{refX509, refCAUsage},
	},
	Check: func(p *checker.Pass) error {
		reported := map[int]bool{}
		for _, scep := range p.Profile.SCEP() {
			for _, i := range p.Profile.FingerprintMatches(scep.CAFingerprint) {
				c := &p.Profile.Certificates()[i]
				if reported[i] || c.Parsed == nil || len(c.Parsed.ExtKeyUsage)+len(c.Parsed.UnknownExtKeyUsage) == 0 ||
					slices.Contains(c.Parsed.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(c.Parsed.ExtKeyUsage, x509.ExtKeyUsageAny) {
					continue
				}
				reported[i] = true
				p.Value(c.Content, "CA certificate %s has an extended key usage without clientAuth", certificateLabel(p, c))
			}
		}
		return nil
	},
}

// exampleUsage is a profile's CA and a SCEP payload that names it.
func exampleUsage(certificate, fingerprint string) string {
	return `<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
` + certificate + `
</data>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadContent</key>
<dict>
	<key>CAFingerprint</key>
	<data>` + fingerprint + `</data>
</dict>
</dict>`
}
