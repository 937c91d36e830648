package rules

import (
	"errors"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var certificateInvalid = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-invalid",
		Title:    "a certificate payload without its certificate",
		Severity: checker.Error,
		Doc: `A payload of type com.apple.security.root or com.apple.security.pkcs1 holds one certificate in DER, com.apple.security.pem
certificates as PEM text, com.apple.security.pkcs12 a PKCS#12 file, which is a certificate with its private key under a password.
Whatever else stands there, a key, a PKCS#7 bundle, the path of a file, half of a certificate, cannot be installed. A private key
outside of PKCS#12 is open to all who read the file besides. PEM text in a root payload is common, works, and draws no finding. What
looks like a certificate but cannot be read here, as with an unusual encoding, is a warning at most: devices may be able to. PKCS#12 files are not
opened, for that takes the password and as much time as the file demands; nothing is said of the certificates inside of them.`,
		Help: "put the certificate into PayloadContent in the form that the type of the payload wants",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>L3Vzci9sb2NhbC9ldGMvY2EucGVt</data>
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
		Refs: []checker.Ref{refCertificateRoot, refCertificatePEM, refCertificatePKCS12, refX509},
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			switch payload.Type {
			case "com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem", "com.apple.security.pkcs12":
				n := payload.Node.Get("PayloadContent")
				switch {
				case n == nil && !payload.Node.Templated():
					p.AtStart(payload.Node, "%s lacks PayloadContent; write <key>PayloadContent</key> and the certificate as <data>", payloadLabel(p, payload))
				case n != nil && payload.Type == "com.apple.security.pkcs12":
					certificateFault(p, n, payload.Type, payload.PKCS12())
				}
			}
		}
		var last *profile.Node
		certificates := p.Profile.Certificates()
		for i := range certificates {
			c := &certificates[i]
			switch {
			case c.DER == nil:
				certificateFault(p, c.Content, c.Type, c.Err)
			case c.Err != nil && !c.Shaped():
				p.Value(c.Content, "PayloadContent of %s holds no certificate but other data in DER; export the certificate anew", c.Type)
			case c.Err != nil:
				p.Value(c.Content, "the certificate could not be read (%v), and devices may or may not read it; export it anew", c.Err).Severity = checker.Warning
			case c.Content == last: // said for the first one
			case c.Type == "com.apple.security.pem" && !c.PEM:
				p.Value(c.Content, "PayloadContent of %s is a certificate in DER, but must be PEM text; use com.apple.security.root, or convert it", c.Type)
			case c.Type == "com.apple.security.pkcs1" && c.PEM:
				p.Value(c.Content, "PayloadContent of %s is PEM text, where the schema has DER; convert it with openssl x509 -outform DER", c.Type).Severity = checker.Warning
			}
			last = c.Content
		}
		return nil
	},
}

// certificateFault reports why data is no certificate, if it is none.
func certificateFault(p *checker.Pass, n *profile.Node, payloadType string, err error) {
	var fault *profile.CertificateError
	if !errors.As(err, &fault) {
		return
	}
	f := p.Value(n, "PayloadContent of %s cannot be used: %s; %s", payloadType, fault.Message, fault.Hint)
	if fault.Limit {
		f.Severity = checker.Warning
	}
}
