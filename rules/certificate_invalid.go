package rules

import (
	"errors"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var certificateInvalid = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-invalid",
		Title:    "missing or invalid certificate data",
		Severity: checker.Error,
		Varies:   "warning for data that other software may accept",
		Doc: `What it checks: PayloadContent of a certificate payload has the format of its type: one DER certificate for
com.apple.security.root and .pkcs1, PEM text for .pem, and a PKCS #12 file for .pkcs12.
Why it matters: any other data, such as a key, a PKCS #7 bundle, a file path, or a truncated certificate, cannot be
installed. A private key outside PKCS #12 can be read by anyone who has the file.
Exceptions: PEM text in a root payload works and is not reported. DER in .pem and PEM text in .pkcs1, which many programs write, are warnings. Data that looks like a certificate but cannot be
parsed here is a warning: devices may accept it. Certificates inside PKCS #12 files are not checked, since that takes
the password.`,
		Help: "use certificate data in the format that the payload type requires",
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
					p.AtStart(payload.Node, "%s is missing required key `PayloadContent`", payloadLabel(p, payload)).Missing("PayloadContent").WithHelp("add `PayloadContent` with the certificate as <data>")
				case n != nil && payload.Type == "com.apple.security.pkcs12":
					certificateFault(p, n, payload.PKCS12())
				}
			}
		}
		var last *profile.Node
		certificates := p.Profile.Certificates()
		for i := range certificates {
			c := &certificates[i]
			switch {
			case c.DER == nil:
				certificateFault(p, c.Content, c.Err)
			case c.Err != nil && !c.HasStructure():
				p.Value(c.Content, "`PayloadContent` of %s is DER data, but not a certificate", checker.Phrase(c.Type)).WithHelp("export the certificate again")
			case c.Err != nil:
				p.Value(c.Content, "certificate cannot be parsed (%v); devices may reject it", c.Err).WithHelp("export the certificate again").Severity = checker.Warning
			case c.Content == last: // reported for the first one
			case c.Type == "com.apple.security.pem" && !c.PEM:
				p.Value(c.Content, "`PayloadContent` of %s must be PEM text, found DER", checker.Phrase(c.Type)).WithHelp("use com.apple.security.root, or convert the certificate to PEM").Severity = checker.Warning
			case c.Type == "com.apple.security.pkcs1" && c.PEM:
				p.Value(c.Content, "`PayloadContent` of %s must be DER, found PEM text", checker.Phrase(c.Type)).WithHelp("convert it with openssl x509 -outform DER").Severity = checker.Warning
			}
			last = c.Content
		}
		return nil
	},
}

// certificateFault reports data that is not a certificate.
func certificateFault(p *checker.Pass, n *profile.Node, err error) {
	var fault *profile.CertificateError
	if !errors.As(err, &fault) {
		return
	}
	f := p.Value(n, "`PayloadContent` is invalid: %s", checker.Phrase(fault.Message)).WithHelp("%s", fault.Hint)
	if fault.Limit {
		f.Severity = checker.Warning
	}
}
