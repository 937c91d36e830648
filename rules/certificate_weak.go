package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var certificateWeak = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-weak",
		Title:    "a certificate with a weak key or signature",
		Severity: checker.Warning,
		Doc: `RSA keys of less than 2048 bits, and signatures over SHA-1 or MD5, no longer protect: NIST disallows such keys, and Apple's systems
do not trust TLS connections that rest on either since iOS 13 and macOS 10.15. The signature that a root makes on itself protects nothing,
so only its key counts.`,
		Help: "have the certificate issued anew, with a key of 2048 bits or more and a signature over SHA-256",
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
		const least = 2048
		certificates := p.Profile.Certificates()
		for i := range certificates {
			c := &certificates[i]
			if c.Parsed == nil {
				continue
			}
			if key, bits := c.Key(); key == "RSA" && bits < least {
				p.Value(c.Content, "certificate %s has an RSA key of %d bits; use one of %d or more", certificateLabel(p, c), bits, least)
			}
			signature := c.Signature()
			for _, weak := range []struct{ prefix, name string }{{"MD2", "MD2"}, {"MD5", "MD5"}, {"SHA1", "SHA-1"}, {"DSA-SHA1", "SHA-1"}, {"ECDSA-SHA1", "SHA-1"}} {
				if strings.HasPrefix(signature, weak.prefix) && !c.SelfSigned() {
					p.Value(c.Content, "certificate %s is signed over %s; have it issued with SHA-256", certificateLabel(p, c), weak.name)
					break
				}
			}
		}
		return nil
	},
}
