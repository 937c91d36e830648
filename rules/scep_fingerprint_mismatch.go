package rules

import (
	"encoding/base64"
	"fmt"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepFingerprintMismatch = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-fingerprint-mismatch",
		Title:    "CAFingerprint matches no certificate in the profile",
		Severity: checker.Info,
		Doc: `What it checks: CAFingerprint is the digest of one of the CA certificates in the profile.
Why it matters: a profile usually includes the certificate of the CA that it enrolls at. If none matches, the root in
the profile may be another one, one of the two may be out of date, or the digest may be of the PEM text or the public
key instead of the DER certificate. The enrollment fails if the answer of the server does not match.
Exceptions: not reported if the profile has no CA certificate, or one that is template text or cannot be read.`,
		Help: "recompute it: openssl x509 -in ca.pem -outform DER | openssl dgst -sha256 -binary | base64",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad:   exampleMismatch("xCqD/5oCbH1Bir5pEabssY0jflA="),
			Good:  exampleMismatch("uNOklpzZml9jEPHVt3Cl4DS0aTnzGQDJLxEcbDC/qdE="),
		},
		Refs: []checker.Ref{refSCEP, refSCEPProtocol},
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			f := scep.CAFingerprint
			if f.Algorithm == "" || f.HexText != nil || len(p.Profile.FingerprintMatches(f)) > 0 || base64Text(f.Bytes) != nil {
				continue // absent, not rendered yet, no digest, as scep-fingerprint says, or of a certificate
			}
			authorities, known := bundledAuthorities(p.Profile)
			switch {
			case !known || len(authorities) == 0:
			case len(authorities) == 1:
				p.Value(f.Node, "`CAFingerprint` (%s) does not match the CA certificate in the profile, %s", f.Algorithm, certificateLabel(p, authorities[0])).
					WithHelp("use its SHA-256 digest if it is the CA: <data>%s</data>", base64.StdEncoding.EncodeToString(authorities[0].Digest("SHA-256")))
			default:
				p.Value(f.Node, "`CAFingerprint` (%s) matches none of the %d CA certificates in the profile",
					f.Algorithm, len(authorities))
			}
		}
		return nil
	},
}

// bundledAuthorities gives the CA certificates that a profile bundles. They are
// not known if one of the certificates may turn out to be another, or a payload
// does not have its certificate, or the type of those that have one.
func bundledAuthorities(p *profile.Profile) (list []*profile.Certificate, known bool) {
	for _, payload := range p.Payloads() {
		if certificate := contentTypes[payload.Type]; certificate && payload.Keys.Content == nil || !certificate && payload.Keys.Content.Is(profile.Data) {
			return nil, false
		}
	}
	all := p.Certificates()
	for i := range all {
		c := &all[i]
		switch {
		case c.Parsed == nil:
			return nil, false
		case c.Parsed.IsCA, c.Parsed.Version < 3 && c.SelfSigned():
			list = append(list, c)
		}
	}
	return list, true
}

// exampleMismatch is a profile's CA and SCEP payload, with a fingerprint.
func exampleMismatch(fingerprint string) string {
	return fmt.Sprintf(`<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
%s
</data>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadContent</key>
<dict>
<key>CAFingerprint</key>
<data>%s</data>
</dict>
</dict>`, exampleCertificate, fingerprint)
}

// exampleCertificate is a root with a P-256 key, valid from 2020 to 2099.
const exampleCertificate = `MIIBWzCCAQCgAwIBAgIUdA3iV2yQ3EVv9yLsafcHka7YJOQwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHQ29ycCBDQTAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MDEwMTAw
MDAwMFowEjEQMA4GA1UEAwwHQ29ycCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABJUF7ZpbxT9ul793l0484JUYQuoXQwguHtym4am2ghgOe1NVzB7JhvsOUWXe
JBIlj06eUEgbIcQR1jLRJ++FpMijMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0O
BBYEFE3dXBAjye+WuwWZMo2aGCIilK0HMAoGCCqGSM49BAMCA0kAMEYCIQC8NIVj
qu77qXHmGnb8JxE8mdRMR1uSe20SXbgfeKIOXgIhALmcMCO3qzlF+rQdkEI476xs
aI/LjIqyCY82u2G/HDiH`
