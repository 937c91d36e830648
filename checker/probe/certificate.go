package probe

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"

	"github.com/sceplint/sceplint/checker/profile"
)

// What is looked at in one answer.
const (
	maxCertificates = 32
	maxKeyBits      = 16384 // of keys that signatures are verified with
	maxDepth        = 32    // of the elements of a PKCS #7 message
	maxElements     = 20_000
)

// Role is what a certificate of an answer is for.
type Role string

// The roles.
const (
	RoleRoot         Role = "root CA"
	RoleIntermediate Role = "intermediate CA"
	RoleRA           Role = "RA"
)

// Certificate describes a certificate of an answer.
type Certificate struct {
	Role           Role              `json:"role"`
	Subject        string            `json:"subject"`
	Issuer         string            `json:"issuer"`
	Serial         string            `json:"serial"`
	Key            string            `json:"key"`
	Signature      string            `json:"signature"`
	Usages         []string          `json:"usages"` // none: the certificate does not restrict them
	ExtendedUsages []string          `json:"extendedUsages"`
	NotBefore      time.Time         `json:"notBefore"`
	NotAfter       time.Time         `json:"notAfter"`
	Digests        map[string]string `json:"digests"` // in hexadecimal digits, by algorithm

	parsed *x509.Certificate
}

// DigestNames are the algorithms of digests that CAFingerprint may hold, the
// recommended one first.
var DigestNames = []string{"SHA-256", "SHA-1", "SHA-512", "SHA-384", "SHA-224", "MD5"}

// digestAlgorithm names the algorithm whose digests have so many bytes, or "".
func digestAlgorithm(size int) string {
	for _, name := range DigestNames {
		if len(profile.Digest(name, nil)) == size {
			return name
		}
	}
	return ""
}

func newCertificate(c *x509.Certificate) Certificate {
	v := Certificate{
		Role: roleOf(c), Subject: shortName(c.Subject.String()), Issuer: shortName(c.Issuer.String()), Serial: shortName(hex.EncodeToString(c.SerialNumber.Bytes())),
		Key: keyName(c), Signature: signatureName(c), Usages: usagesOf(c), ExtendedUsages: extendedUsagesOf(c),
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), Digests: map[string]string{}, parsed: c,
	}
	for _, name := range DigestNames {
		v.Digests[name] = hex.EncodeToString(profile.Digest(name, c.Raw))
	}
	return v
}

// shortName bounds a name that a server chose.
func shortName(text string) string {
	const most = 200
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

func roleOf(c *x509.Certificate) Role {
	switch {
	case !isCA(c):
		return RoleRA
	case bytes.Equal(c.RawSubject, c.RawIssuer):
		return RoleRoot
	}
	return RoleIntermediate
}

// isCA reports whether a certificate is that of a CA. Version 1 has no extensions
// that could say so.
func isCA(c *x509.Certificate) bool {
	return c.IsCA || c.Version == 1 && bytes.Equal(c.RawSubject, c.RawIssuer)
}

func keyName(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return fmt.Sprintf("EC %d", key.Params().BitSize)
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return "unknown"
}

func signatureName(c *x509.Certificate) string {
	if c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		return "unknown"
	}
	return c.SignatureAlgorithm.String()
}

// keyBits is the size of an RSA key; 0 for other keys.
func keyBits(c *x509.Certificate) int {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok {
		return key.N.BitLen()
	}
	return 0
}

var usageNames = []struct {
	usage x509.KeyUsage
	name  string
}{
	{x509.KeyUsageDigitalSignature, "digitalSignature"},
	{x509.KeyUsageContentCommitment, "contentCommitment"},
	{x509.KeyUsageKeyEncipherment, "keyEncipherment"},
	{x509.KeyUsageDataEncipherment, "dataEncipherment"},
	{x509.KeyUsageKeyAgreement, "keyAgreement"},
	{x509.KeyUsageCertSign, "keyCertSign"},
	{x509.KeyUsageCRLSign, "cRLSign"},
	{x509.KeyUsageEncipherOnly, "encipherOnly"},
	{x509.KeyUsageDecipherOnly, "decipherOnly"},
}

func usagesOf(c *x509.Certificate) []string {
	names := []string{}
	for _, u := range usageNames {
		if c.KeyUsage&u.usage != 0 {
			names = append(names, u.name)
		}
	}
	return names
}

// allows reports whether the key may be used so. A certificate without the
// extension allows everything.
func allows(c *x509.Certificate, usage x509.KeyUsage) bool {
	return c.KeyUsage&usage != 0 || !hasKeyUsage(c)
}

var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

func hasKeyUsage(c *x509.Certificate) bool {
	for _, x := range c.Extensions {
		if x.Id.Equal(oidKeyUsage) {
			return true
		}
	}
	return false
}

var extendedUsageNames = map[x509.ExtKeyUsage]string{
	x509.ExtKeyUsageAny: "any", x509.ExtKeyUsageServerAuth: "serverAuth", x509.ExtKeyUsageClientAuth: "clientAuth",
	x509.ExtKeyUsageCodeSigning: "codeSigning", x509.ExtKeyUsageEmailProtection: "emailProtection",
	x509.ExtKeyUsageTimeStamping: "timeStamping", x509.ExtKeyUsageOCSPSigning: "OCSPSigning",
}

func extendedUsagesOf(c *x509.Certificate) []string {
	const most = 16
	names := []string{}
	for _, u := range c.ExtKeyUsage {
		if name := extendedUsageNames[u]; name != "" && len(names) < most {
			names = append(names, name)
		}
	}
	for _, oid := range c.UnknownExtKeyUsage {
		if len(names) < most {
			names = append(names, shortName(oid.String()))
		}
	}
	return names
}

// serverAuthOnly reports whether a certificate is for TLS servers and nothing else.
func serverAuthOnly(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) == 0 || len(c.UnknownExtKeyUsage) > 0 {
		return false
	}
	for _, u := range c.ExtKeyUsage {
		if u != x509.ExtKeyUsageServerAuth {
			return false
		}
	}
	return true
}

// isIssuer reports whether the key of one certificate signed another. It does not
// ask whether the issuer was allowed to.
func isIssuer(issuer, c *x509.Certificate) bool {
	if !bytes.Equal(issuer.RawSubject, c.RawIssuer) || keyBits(issuer) > maxKeyBits {
		return false
	}
	err := issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm) // which is no proof of the contrary
}

// Form is what the body of an answer to GetCACert is.
type Form string

// The forms.
const (
	formDER   Form = "a certificate in DER"
	formPKCS7 Form = "a PKCS #7 message"
	formPEM   Form = "PEM text"
	formHTML  Form = "an HTML page"
	formEmpty Form = "an empty answer"
	formText  Form = "text"
	formOther Form = "other data"
)

// readCertificates reads the body of an answer to GetCACert. Of many certificates
// the first are given.
func readCertificates(body []byte) (form Form, list []*x509.Certificate, err error) {
	form = formOf(body)
	switch form {
	case formDER:
		c, err := x509.ParseCertificate(body)
		if err != nil {
			return form, nil, errors.New("the certificate cannot be read")
		}
		return form, []*x509.Certificate{c}, nil
	case formPKCS7:
		if !isShallow(body) {
			return form, nil, errors.New("the PKCS #7 message is malformed")
		}
		message, err := pkcs7.Parse(body)
		if err != nil {
			return form, nil, errors.New("the PKCS #7 message, or a certificate in it, cannot be read")
		}
		list = message.Certificates
		if len(list) > maxCertificates {
			return form, nil, fmt.Errorf("the PKCS #7 message holds %d certificates; %d are read", len(list), maxCertificates)
		}
		if len(list) == 0 {
			return form, nil, errors.New("the PKCS #7 message holds no certificate")
		}
		return form, list, nil
	}
	return form, nil, nil
}

// formOf tells what a body is by how it begins.
func formOf(body []byte) Form {
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case len(text) == 0:
		return formEmpty
	case isHTML(text):
		return formHTML
	case bytes.HasPrefix(text, []byte("-----BEGIN ")):
		return formPEM
	case body[0] == 0x30:
		if _, content := header(body); content > 0 && bytes.HasPrefix(body[content:], []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07")) {
			return formPKCS7
		}
		return formDER
	}
	for _, b := range text[:min(len(text), 512)] {
		if b < ' ' && b != '\t' && b != '\r' && b != '\n' || b >= 0x7f {
			return formOther
		}
	}
	return formText
}

// isHTML reports whether a text begins as an HTML or XML document does.
func isHTML(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 1 && text[0] == '<' && (text[1] == '!' || text[1] == '?' || 'a' <= text[1]|0x20 && text[1]|0x20 <= 'z')
}

// header reads the length of an element, and gives where the element ends, -1 if
// that is not told, and where its content begins, 0 if it cannot be read.
func header(text []byte) (end, content int) {
	if len(text) < 2 {
		return 0, 0
	}
	at := 1
	if text[0]&0x1f == 0x1f {
		for at < len(text) && text[at] >= 0x80 {
			at++
		}
		at++
	}
	if at >= len(text) {
		return 0, 0
	}
	length := int(text[at])
	at++
	switch {
	case length == 0x80:
		return -1, at
	case length > 0x80:
		n := length & 0x7f
		if n > 4 || at+n > len(text) {
			return 0, 0
		}
		length = 0
		for _, b := range text[at : at+n] {
			length = length<<8 | int(b)
		}
		at += n
	}
	if length < 0 || at+length > len(text) {
		return 0, 0
	}
	return at + length, at
}

// isShallow reports whether the elements of a message are few and not nested
// deeply, so that a parser that calls itself for each may read it.
func isShallow(text []byte) bool {
	var ends []int // of the elements that are open; -1 where that is not told
	count := 0
	for at := 0; at < len(text); {
		if count++; count > maxElements {
			return false
		}
		if len(ends) > 0 && ends[len(ends)-1] == -1 && bytes.HasPrefix(text[at:], []byte{0, 0}) {
			ends, at = ends[:len(ends)-1], at+2
		} else {
			end, content := header(text[at:])
			if content == 0 {
				return false
			}
			if text[at]&0x20 == 0 {
				at += end
			} else {
				if end >= 0 {
					end += at
				}
				ends, at = append(ends, end), at+content
				if len(ends) > maxDepth {
					return false
				}
			}
		}
		for len(ends) > 0 && ends[len(ends)-1] >= 0 && at >= ends[len(ends)-1] {
			ends = ends[:len(ends)-1]
		}
		if len(ends) == 0 {
			return true // what follows is not read
		}
	}
	return len(ends) == 0
}
