package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var certificateWeak = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-weak",
		Title:    "weak certificate key or signature",
		Severity: checker.Warning,
		Doc: `What it checks: certificates have RSA keys of at least 2048 bits, and no signatures with SHA-1, MD5, or MD2.
Why it matters: NIST disallows such keys, and Apple's platforms do not trust TLS connections that depend on them since
iOS 13 and macOS 10.15.
Exceptions: the signature of a self-signed certificate is not checked: it protects nothing.`,
		Help: "reissue the certificate with an RSA key of at least 2048 bits and a SHA-256 signature",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
MIIBsjCCARsCFGmMngp5xxIQZ7bXHp02PImoB4lvMA0GCSqGSIb3DQEBCwUAMBcx
FTATBgNVBAMMDENvcnAgV2VhayBDQTAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MDEw
MTAwMDAwMFowFzEVMBMGA1UEAwwMQ29ycCBXZWFrIENBMIGfMA0GCSqGSIb3DQEB
AQUAA4GNADCBiQKBgQCzz+JDsNoA9jli7Ds8T5/2cluhdr/2Y29QOqr/R6Zx5eU5
gwp/DN/Sbzle30jMTicKpd7Ib+5qnxy/GgUNNBOxnmw1/aH2IeJIXzRDdzPurIRj
330paeyLivgcAz+szD2q4W9jps/WnYmem5rddDaDTsWX92FBYXXbPVWFH0GNrQID
AQABMA0GCSqGSIb3DQEBCwUAA4GBAF+aFxQZXHgKeQfpmO/m6ECd94h79O+E0qSD
reHKtRYtcfwL+YcDgudgvlt7CI3pFj9k+TfQa1S2iwFSFRraMf1wnWrXcP0Fuo9A
q0cA81k1RrktDVo29qTRQknDB2yiOllqCEQjkAgrkwEyddyYkFYpU9MzXiunN8p1
Q59j10m/
</data>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
MIIBWzCCAQCgAwIBAgIUdA3iV2yQ3EVv9yLsafcHka7YJOQwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHQ29ycCBDQTAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MDEwMTAw
MDAwMFowEjEQMA4GA1UEAwwHQ29ycCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABJUF7ZpbxT9ul793l0484JUYQuoXQwguHtym4am2ghgOe1NVzB7JhvsOUWXe
JBIlj06eUEgbIcQR1jLRJ++FpMijMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0O
BBYEFE3dXBAjye+WuwWZMo2aGCIilK0HMAoGCCqGSM49BAMCA0kAMEYCIQC8NIVj
qu77qXHmGnb8JxE8mdRMR1uSe20SXbgfeKIOXgIhALmcMCO3qzlF+rQdkEI476xs
aI/LjIqyCY82u2G/HDiH
</data>
</dict>`,
		},
		Refs: []checker.Ref{refTLSRequirements, refKeyLengths},
	},
	Check: func(p *checker.Pass) error {
		const minBits = 2048
		certificates := p.Profile.Certificates()
		for i := range certificates {
			c := &certificates[i]
			if c.Parsed == nil {
				continue
			}
			if key, bits := c.Key(); key == "RSA" && bits < minBits {
				p.Value(c.Content, "certificate %s has an RSA key of %d bits; the minimum is %d", certificateLabel(p, c), bits, minBits)
			}
			signature := c.Signature()
			for _, weak := range []struct{ prefix, name string }{{"MD2", "MD2"}, {"MD5", "MD5"}, {"SHA1", "SHA-1"}, {"DSA-SHA1", "SHA-1"}, {"ECDSA-SHA1", "SHA-1"}} {
				if strings.HasPrefix(signature, weak.prefix) && !c.SelfSigned() {
					p.Value(c.Content, "certificate %s has a weak %s signature", certificateLabel(p, c), weak.name)
					break
				}
			}
		}
		return nil
	},
}
