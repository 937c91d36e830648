package profile

import (
	"bytes"
	"crypto/dsa" //lint:ignore SA1019 old certificates have such keys, and their size is asked for
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
)

// certificateFacts is what a certificate says, independent of where it stands.
// It holds no text of a profile and is used by several goroutines at a time.
type certificateFacts struct {
	der             []byte
	parsed          *x509.Certificate
	err             error
	subject, issuer func() string
	selfSigned      func() bool
	digests         func() map[string][]byte
}

// digestNames are the algorithms that Fingerprint.Algorithm names.
var digestNames = [...]string{"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"}

func newCertificateFacts(der []byte) *certificateFacts {
	f := &certificateFacts{der: der}
	f.digests = sync.OnceValue(func() map[string][]byte {
		all := make(map[string][]byte, len(digestNames))
		for _, name := range digestNames {
			all[name] = digest(name, der)
		}
		return all
	})
	f.parsed, f.err = x509.ParseCertificate(der)
	if f.err != nil {
		f.parsed = nil
		return f
	}
	f.subject = sync.OnceValue(func() string { return nameText(f.parsed.RawSubject) })
	f.issuer = sync.OnceValue(func() string { return nameText(f.parsed.RawIssuer) })
	f.selfSigned = sync.OnceValue(func() bool { return selfSigned(f.parsed) })
	return f
}

// What is kept of certificates that were parsed before: the same few stand in
// all profiles of an organisation.
const (
	keptCertificates = 256
	keptSize         = 16 << 10 // bytes; a certificate has some thousand
)

// parsedBefore are the certificates that were parsed last, by the SHA-256
// digest of their bytes.
var parsedBefore struct {
	sync.Mutex
	facts map[[sha256.Size]byte]*certificateFacts
	order [keptCertificates][sha256.Size]byte // the oldest gives way
	next  int
}

// factsOf parses a certificate, or remembers it. The bytes are not kept.
func factsOf(der []byte) *certificateFacts {
	if len(der) > keptSize {
		return newCertificateFacts(der)
	}
	key := sha256.Sum256(der)
	kept := &parsedBefore
	kept.Lock()
	f := kept.facts[key]
	kept.Unlock()
	if f != nil {
		return f
	}
	f = newCertificateFacts(bytes.Clone(der))
	kept.Lock()
	defer kept.Unlock()
	if other := kept.facts[key]; other != nil {
		return other
	}
	if kept.facts == nil {
		kept.facts = make(map[[sha256.Size]byte]*certificateFacts, keptCertificates)
	}
	if len(kept.facts) == keptCertificates {
		delete(kept.facts, kept.order[kept.next])
	}
	kept.facts[key] = f
	kept.order[kept.next] = key
	kept.next = (kept.next + 1) % keptCertificates
	return f
}

// textBefore are the certificates by the base64 text that was read last: where
// it is the same, nothing has to be decoded and hashed to know it again.
var textBefore struct {
	sync.RWMutex
	facts map[string]*certificateFacts
	order [keptCertificates]string
	next  int
}

// recall fills in what is known of the data if its text was read before.
func (c *Certificate) recall() bool {
	if c.Content.Kind != Data || c.Content.Unrendered() || len(c.Content.Text()) > 2*keptSize {
		return false
	}
	f := textFacts(c.Content.Text())
	if f != nil {
		c.know(f)
	}
	return f != nil
}

func textFacts(text string) *certificateFacts {
	textBefore.RLock()
	defer textBefore.RUnlock()
	return textBefore.facts[text]
}

// parse fills in what the bytes say.
func (c *Certificate) parse() {
	if c.DER == nil || c.facts != nil {
		return
	}
	size := len(c.DER)
	c.know(factsOf(c.DER))
	if c.PEM || size > keptSize || len(c.Content.Text()) > 2*keptSize {
		return
	}
	kept, text := &textBefore, strings.Clone(c.Content.Text())
	kept.Lock()
	defer kept.Unlock()
	if kept.facts == nil {
		kept.facts = make(map[string]*certificateFacts, keptCertificates)
	}
	if kept.facts[text] != nil {
		return
	}
	delete(kept.facts, kept.order[kept.next])
	kept.facts[text] = c.facts
	kept.order[kept.next] = text
	kept.next = (kept.next + 1) % keptCertificates
}

func (c *Certificate) know(f *certificateFacts) {
	c.facts = f
	c.DER, c.Parsed, c.Err = f.der, f.parsed, f.err
}

// readable reports whether there is more than digests to tell.
func (c *Certificate) readable() bool { return c != nil && c.Parsed != nil && c.facts != nil }

// Subject is the name of the certificate's subject as RFC 2253 writes it; ""
// where it is not readable.
func (c *Certificate) Subject() string {
	if !c.readable() {
		return ""
	}
	return c.facts.subject()
}

// Issuer is the name of the certificate's issuer as RFC 2253 writes it; ""
// where it is not readable.
func (c *Certificate) Issuer() string {
	if !c.readable() {
		return ""
	}
	return c.facts.issuer()
}

// Serial is the serial number in hexadecimal digits, in lower case, two for
// each byte; "" where the certificate is not readable.
func (c *Certificate) Serial() string {
	if !c.readable() || c.Parsed.SerialNumber == nil {
		return ""
	}
	digits := hex.EncodeToString(c.Parsed.SerialNumber.Bytes())
	if digits == "" {
		return "00"
	}
	return digits
}

// SelfSigned reports whether the certificate's issuer is its subject and its
// own key verifies its signature. Signatures that Go does not verify, as those
// over MD5 and those of DSA, count if the key identifiers agree or are absent.
func (c *Certificate) SelfSigned() bool { return c.readable() && c.facts.selfSigned() }

// The RSA keys whose signatures are verified, in bits. Go refuses smaller ones;
// larger ones take too long, as they do in crypto/tls.
const leastRSA, mostRSA = 1024, 8192

func selfSigned(c *x509.Certificate) bool {
	if !bytes.Equal(c.RawSubject, c.RawIssuer) {
		return false
	}
	agree := len(c.AuthorityKeyId) == 0 || len(c.SubjectKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId)
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && (key.N.BitLen() < leastRSA || key.N.BitLen() > mostRSA) {
		return agree
	}
	err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var insecure x509.InsecureAlgorithmError
	if errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm) {
		return agree
	}
	return err == nil
}

// Key gives the algorithm of the certificate's public key, "RSA", "ECDSA",
// "Ed25519" or "DSA", and its size in bits; "unknown" and 0 for all others, and
// where the certificate is not readable.
func (c *Certificate) Key() (algorithm string, bits int) {
	if c.readable() {
		switch key := c.Parsed.PublicKey.(type) {
		case *rsa.PublicKey:
			return "RSA", key.N.BitLen()
		case *ecdsa.PublicKey:
			return "ECDSA", key.Curve.Params().BitSize
		case ed25519.PublicKey:
			return "Ed25519", 8 * len(key)
		case *dsa.PublicKey:
			return "DSA", key.P.BitLen()
		}
	}
	return "unknown", 0
}

// Signature names the algorithm of the certificate's signature as
// x509.SignatureAlgorithm does, as in "SHA256-RSA" and "ECDSA-SHA384";
// "unknown" where Go does not know it or the certificate is not readable.
func (c *Certificate) Signature() string {
	if !c.readable() || c.Parsed.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		return "unknown"
	}
	return c.Parsed.SignatureAlgorithm.String()
}

// Digest is the digest of the certificate in DER form by one of the algorithms
// that Fingerprint.Algorithm names; nil for another name, and where there is no
// certificate. A certificate that Go's parser refuses has its digests.
func (c *Certificate) Digest(algorithm string) []byte {
	if c == nil || c.DER == nil {
		return nil
	}
	return bytes.Clone(c.digest(algorithm))
}

// digest is Digest, its bytes shared with others.
func (c *Certificate) digest(algorithm string) []byte {
	if c.facts != nil {
		return c.facts.digests()[algorithm]
	}
	return digest(algorithm, c.DER)
}

func digest(algorithm string, b []byte) []byte {
	switch algorithm {
	case "MD5":
		sum := md5.Sum(b)
		return sum[:]
	case "SHA-1":
		sum := sha1.Sum(b)
		return sum[:]
	case "SHA-224":
		sum := sha256.Sum224(b)
		return sum[:]
	case "SHA-256":
		sum := sha256.Sum256(b)
		return sum[:]
	case "SHA-384":
		sum := sha512.Sum384(b)
		return sum[:]
	case "SHA-512":
		sum := sha512.Sum512(b)
		return sum[:]
	}
	return nil
}
