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
		Title:    "CAFingerprint is no digest",
		Severity: checker.Error,
		Doc: `CAFingerprint is the digest of the CA certificate in DER form: its raw bytes, which base64 wraps in <data>. Apple's code tells
the algorithm by the length alone, 16 bytes for MD5, 20 for SHA-1, 32 for SHA-256, and finds no match for anything else.
What tools print is hexadecimal; put into <data> as it is, it comes to twice the length, and the enrolment fails.`,
		Help: "write the base64 of the digest: openssl x509 -in ca.pem -outform DER | openssl dgst -sha256 -binary | base64",
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
				p.Value(f.Node, "CAFingerprint is empty; write the SHA-256 digest of the CA certificate, or remove the key")
			case f.HexText != nil:
				hexFingerprint(p, f)
			case text != nil:
				p.Value(f.Node, "CAFingerprint is in base64 twice; write <data>%s</data>", bytes.TrimSpace(b))
			case certificate != nil:
				sum := sha256.Sum256(certificate)
				p.Value(f.Node, "CAFingerprint holds a whole certificate; write its SHA-256 digest, <data>%s</data>", base64.StdEncoding.EncodeToString(sum[:]))
			case bytes.Contains(b, []byte("-----BEGIN")), len(b) > 64 && bytes.HasPrefix(b, []byte{0x30, 0x82}):
				p.Value(f.Node, "CAFingerprint holds a certificate or the like, %d bytes of it, and no digest; write the SHA-256 digest of the CA certificate", len(b))
			case f.Algorithm == "":
				p.Value(f.Node, "CAFingerprint has %d bytes, which is the length of no digest: MD5 has 16, SHA-1 20, SHA-224 28, SHA-256 32, SHA-384 48, SHA-512 64; write the SHA-256 digest of the CA certificate", len(b))
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
		found = p.Value(f.Node, "CAFingerprint holds the %s digest as hexadecimal text, %d bytes, in the place of the digest itself; write %s",
			algorithm, len(f.Bytes), checker.Markup(right))
	} else {
		found = p.Value(f.Node, "CAFingerprint holds the hexadecimal digits of the %s digest where base64 belongs, so that devices read %d other bytes; write %s",
			algorithm, len(f.Bytes), checker.Markup(right))
	}
	if p.Editable() {
		found.Fix = &checker.Fix{
			Message: "write the digest itself",
			Safe:    true,
			Edits:   []checker.TextEdit{checker.Replace(f.Node.Span(), right)},
		}
	}
}

// base64Text decodes a digest that is in base64 once more; nil if the bytes
// are no such text. Their length alone cannot tell: SHA-1 in base64 has 28
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
