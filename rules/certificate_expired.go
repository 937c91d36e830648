package rules

import (
	"fmt"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var certificateExpired = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-expired",
		Title:    "certificate expired or not yet valid",
		Severity: checker.Warning,
		Doc: `What it checks: the certificates in the profile are valid now, or at the time of --now.
Why it matters: the certificate installs, but nothing that chains to it is trusted outside its validity period:
enrollment over HTTPS, 802.1X, and VPN connections fail on devices with the correct profile.
Exceptions: the certificate of the identity in a PKCS #12 file is checked only if Password in the payload opens it.`,
		Help: "replace it with a currently valid certificate",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
MIIBXzCCAQagAwIBAgIUEwOcmZYM4QQSZ7fDMdo/3IXfGkwwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLQ29ycCBPbGQgQ0EwHhcNMTAwMTAxMDAwMDAwWhcNMjAwMTAx
MDAwMDAwWjAWMRQwEgYDVQQDDAtDb3JwIE9sZCBDQTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABIxOwtoruZF6jlCFPD3SqzvJ7hs/VULouJtd0JPgnnieGzNjY3c9
phsc10YRw7KWlPr6QbRQm0eKsdYHiXjlU12jMjAwMA8GA1UdEwEB/wQFMAMBAf8w
HQYDVR0OBBYEFOuSeI4tC7rvRlBhVMhE1N+Z2SjMMAoGCCqGSM49BAMCA0cAMEQC
IDX1IbwmuEVZh0mbITsYf6duvc8OL2XxiLFcNLCxrg8hAiAgZc30ecPv+r2QQIQ1
MX9FTMs/9sIAAw7iTWoIv3fiZA==
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
		Refs: []checker.Ref{refX509, refCertificateRoot},
	},
	Check: func(p *checker.Pass) error {
		certificates := p.Profile.Certificates()
		for i := range certificates {
			c := &certificates[i]
			switch {
			case c.Parsed == nil:
			case p.Now.After(c.Parsed.NotAfter):
				f := p.Value(c.Content, "certificate %s expired on %s", certificateLabel(p, c), day(c.Parsed.NotAfter))
				if countBeside(certificates, c) == 1 { // else others may expire soon
					f.StandsFor(c.Content.Path()...)
				}
			case p.Now.Before(c.Parsed.NotBefore):
				p.Value(c.Content, "certificate %s is not valid before %s", certificateLabel(p, c), day(c.Parsed.NotBefore)).
					WithHelp("deploy the profile after that date, or use a currently valid certificate")
			}
		}
		left := maxIterations
		for _, payload := range p.Profile.Payloads() {
			if payload.Type == profile.TypePKCS12 {
				left -= expiredIdentity(p, payload, left)
			}
		}
		return nil
	},
}

// expiredIdentity reports the certificate in a PKCS #12 file that the password of its
// payload opens. Nothing of the file is quoted but the date. It takes at most so many
// iterations of hashes, and tells how many.
func expiredIdentity(p *checker.Pass, payload profile.Payload, most int) (iterations int) {
	password, ok := payload.Node.Get("Password").Str()
	if n := payload.Node.Get("Password"); !ok || n.Broken() || n.HasVariable() {
		return 0
	}
	list, iterations := payload.PKCS12Certificates(password, most)
	if len(list) == 0 {
		return iterations
	}
	if end := list[0].NotAfter; p.Now.After(end) {
		p.Value(payload.Keys.Content, "certificate in the PKCS #12 file expired on %s", day(end))
	}
	return iterations
}

// certificateLabel names a certificate in a message.
func certificateLabel(p *checker.Pass, c *profile.Certificate) string {
	if name := c.Subject(); name != "" {
		return fmt.Sprintf("%q", excerpt(p, name))
	}
	return "with the serial number " + excerpt(p, c.Serial())
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// countBeside gives how many certificates the payload of a certificate holds.
func countBeside(certificates []profile.Certificate, c *profile.Certificate) (n int) {
	for i := range certificates {
		if certificates[i].Content == c.Content {
			n++
		}
	}
	return n
}
