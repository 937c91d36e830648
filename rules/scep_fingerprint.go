package rules

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepFingerprint = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-fingerprint",
		Title:    "CAFingerprint is not a certificate digest",
		Severity: checker.Error,
		Doc: `What it checks: CAFingerprint is the bytes of a digest: 16 (MD5), 20 (SHA-1), 28 (SHA-224), 32 (SHA-256), 48
(SHA-384), or 64 (SHA-512).
Why it matters: it is the digest of the CA certificate in DER form; <data> encodes its bytes as Base64. Apple's code
derives the algorithm from the length, and matches no certificate otherwise. Tools print hexadecimal digits; put into
<data> as they are, they have the wrong length, and the enrollment fails.`,
		Help: "use the Base64 digest: openssl x509 -in ca.pem -outform DER | openssl dgst -sha256 -binary | base64",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>CAFingerprint</key>
<data>QzQyQTgzRkY5QTAyNkM3RDQxOEFCRTY5MTFBNkVDQjE4RDIzN0U1MA==</data>`,
			Good: `<key>CAFingerprint</key>
<data>xCqD/5oCbH1Bir5pEabssY0jflA=</data>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPProtocol, refCSRCode},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			f := scep.CAFingerprint
			b := f.Bytes
			if b == nil {
				continue // absent, of a wrong type, or not rendered yet
			}
			text, certificate := base64Text(b), wholeCertificate(b)
			switch {
			case len(b) == 0:
				p.Value(f.Node, "`CAFingerprint` is empty")
			case f.HexText != nil:
				hexFingerprint(p, f)
			case text != nil:
				p.Value(f.Node, "`CAFingerprint` is Base64-encoded twice").WithHelp("use <data>%s</data>", bytes.TrimSpace(b))
			case certificate != nil:
				sum := sha256.Sum256(certificate)
				p.Value(f.Node, "`CAFingerprint` contains a certificate; expected its digest").
					WithHelp("use its SHA-256 digest, <data>%s</data>", base64.StdEncoding.EncodeToString(sum[:]))
			case bytes.Contains(b, []byte("-----BEGIN")), len(b) > 64 && bytes.HasPrefix(b, []byte{0x30, 0x82}):
				p.Value(f.Node, "`CAFingerprint` has %d bytes of a certificate or a key; expected a digest", len(b))
			case f.Algorithm == "":
				p.Value(f.Node, "`CAFingerprint` has %d bytes; expected 16, 20, 28, 32, 48, or 64 (MD5 to SHA-512)", len(b))
			}
		}
		return nil
	},
}

func hexFingerprint(p *checker.Pass, f profile.Fingerprint) {
	right := "<data>" + base64.StdEncoding.EncodeToString(f.HexText) + "</data>"
	algorithm := profile.DigestAlgorithm(len(f.HexText))
	var found *checker.Finding
	if profile.HexDigest(string(f.Bytes)) != nil {
		found = p.Value(f.Node, "`CAFingerprint` is the %s digest as hexadecimal text; expected its bytes", algorithm)
	} else {
		found = p.Value(f.Node, "`CAFingerprint` is the %s digest in hexadecimal digits; expected Base64", algorithm)
	}
	found.WithHelp("use %s", checker.Markup(right))
	if p.Editable() {
		found.Fix = &checker.Fix{
			Message: "replace the value with the digest in Base64",
			Safe:    true,
			Edits:   []checker.TextEdit{checker.Replace(f.Node.Span(), right)},
		}
	}
}

// base64Text decodes a digest that is in Base64 once more; nil if the bytes
// are no such text. Their length alone cannot tell: SHA-1 in Base64 has 28
// characters, as many as SHA-224 has bytes.
func base64Text(b []byte) []byte {
	digest, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(b)))
	if err != nil || profile.DigestAlgorithm(len(digest)) == "" {
		return nil
	}
	return digest
}

// wholeCertificate gives the DER form of the certificate that the bytes are,
// or nil.
func wholeCertificate(b []byte) []byte {
	if len(b) <= 64 {
		return nil // no longer than a digest
	}
	if block, _ := pem.Decode(b); block != nil && block.Type == "CERTIFICATE" {
		b = block.Bytes
	}
	c, err := x509.ParseCertificate(b)
	if err != nil {
		return nil
	}
	return c.Raw
}
