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
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/cms"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// Certificate is an X.509 certificate that a payload of one of the types
// com.apple.security.root, .pkcs1, and .pem contains, or invalid data of such a
// payload. There are four states:
//
//	DER and Parsed      a certificate that can be read
//	DER and Err         a DER sequence that Go's parser rejects: it may still be a certificate to a device
//	Err alone           data without a certificate
//	neither DER nor Err template text: the rendered certificate is not known
type Certificate struct {
	Payload                   // that contains it
	Content *plist.Node       // its PayloadContent
	PEM     bool              // the data is PEM text
	DER     []byte            // the certificate itself; like Parsed shared with other profiles, and read-only
	Parsed  *x509.Certificate // nil if Go's parser rejects it
	Err     error             // why it is not readable

	Trailing int // how many other certificates follow in the DER data, which are not read

	parsed *parsedCertificate // of what DER holds; nil until it is parsed
}

// maxCertificates is how many certificates of a payload are read.
const maxCertificates = 100

// CertificateError says why data is not a certificate, or not a PKCS #12 file.
type CertificateError struct {
	Message string // what the data is instead
	Hint    string // what to do about it
	Limit   bool   // a device may read what is not read here
}

func (e *CertificateError) Error() string { return e.Message }

const hintExport = "export the file again"

var (
	errCertificateEmpty  = &CertificateError{Message: "the data is empty", Hint: "add the certificate as <data>"}
	errCertificateTwice  = &CertificateError{Message: "the data is Base64-encoded twice", Hint: "encode the certificate once"}
	errCertificateCut    = &CertificateError{Message: "the certificate is truncated or corrupt", Hint: hintExport}
	errCertificateBER    = &CertificateError{Message: "the data is BER with an indefinite length; expected DER", Hint: "convert it with openssl x509 -outform DER"}
	errCertificatePKCS12 = &CertificateError{Message: "found a PKCS #12 file; expected a certificate", Hint: "use a payload of type com.apple.security.pkcs12"}
	errCertificatePKCS7  = &CertificateError{Message: "found a PKCS #7 message; expected a certificate", Hint: "extract the certificates with openssl pkcs7 -print_certs"}
	errCertificateKey    = &CertificateError{Message: "found a key; expected a certificate", Hint: hintKey}
	errCertificateNone   = &CertificateError{Message: "the data is not a certificate in DER or PEM", Hint: hintExport}
	errPEMNone           = &CertificateError{Message: "the PEM text contains no certificate that can be decoded", Hint: hintExport}
	errPEMDamaged        = &CertificateError{Message: "a certificate in the PEM text is corrupt and ignored", Hint: hintExport}
	errPEMLines          = &CertificateError{Message: "BEGIN and END markers are not on their own lines", Hint: "put each BEGIN and END marker on its own line", Limit: true}
	errPEMLong           = &CertificateError{Message: fmt.Sprintf("the PEM text contains more than %d certificates; the rest was not read", maxCertificates), Hint: "move some of the certificates to other payloads", Limit: true}
	errPEMKey            = &CertificateError{Message: "the PEM text contains a private key", Hint: hintKey}
	errPKCS12PEM         = &CertificateError{Message: "found PEM text; expected a PKCS #12 file", Hint: "create one with openssl pkcs12 -export"}
	errPKCS12None        = &CertificateError{Message: "the data is not a PKCS #12 file", Hint: "create one with openssl pkcs12 -export"}
	errPKCS12Cut         = &CertificateError{Message: "the PKCS #12 file is truncated or corrupt", Hint: hintExport}
)

const hintKey = "remove and replace the private key, and use a com.apple.security.pkcs12 payload"

// Certificates returns the certificates of payloads, in order. Of PEM text the
// first hundred are read; an error in the rest is in the Err of a last entry for
// the payload. A payload without PayloadContent has none. PKCS #12 files are not
// opened.
func (p *Profile) Certificates() []Certificate {
	found := p.extractCertificates()
	if p != nil && !p.parsedCertificates {
		p.parsedCertificates = true
		for i := range found {
			found[i].parse()
		}
	}
	return found
}

// maxUnindexedCertificates is how many certificates are compared with a fingerprint one by one.
const maxUnindexedCertificates = 8

// FingerprintMatches returns the indices in Certificates of those with the
// digest of the fingerprint, in order; nil if there are none, and if it is not a
// digest. The slice belongs to the profile. Certificates are hashed, but not
// parsed.
func (p *Profile) FingerprintMatches(f Fingerprint) (found []int) {
	if p == nil || f.Algorithm == "" || len(f.Bytes) == 0 {
		return nil
	}
	carried := p.extractCertificates()
	if len(carried) <= maxUnindexedCertificates {
		for i := range carried {
			if c := &carried[i]; c.DER != nil && bytes.Equal(c.digest(f.Algorithm), f.Bytes) {
				found = append(found, i)
			}
		}
		return found
	}
	matches, ok := p.digests[f.Algorithm]
	if !ok {
		for i, c := range carried {
			if c.DER == nil {
				continue
			}
			if matches == nil {
				matches = map[string][]int{}
			}
			digest := string(c.digest(f.Algorithm))
			matches[digest] = append(matches[digest], i)
		}
		if p.digests == nil {
			p.digests = map[string]map[string][]int{}
		}
		p.digests[f.Algorithm] = matches
	}
	return matches[string(f.Bytes)]
}

// extractCertificates finds the certificates without parsing them.
func (p *Profile) extractCertificates() []Certificate {
	if p == nil {
		return nil
	}
	if p.foundCertificates {
		return p.certificates
	}
	p.foundCertificates = true
	if p.lists != nil {
		p.certificates = take(&p.lists.certificates)
	}
	for _, payload := range p.Payloads() {
		switch payload.Type {
		case "com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem":
			if content := payload.Node.Get("PayloadContent"); content != nil {
				c := Certificate{Payload: payload, Content: content}
				if c.restore() {
					p.certificates = append(p.certificates, c)
				} else {
					p.certificates = appendCertificates(p.certificates, c)
				}
			}
		}
	}
	return p.certificates
}

// appendCertificates reads the data of a payload; c has the fields that its
// certificates share.
func appendCertificates(list []Certificate, c Certificate) []Certificate {
	data, known, err := payloadData(c.Content, "a certificate")
	if !known || err != nil {
		c.Err = err
		return append(list, c)
	}
	data = bytes.TrimPrefix(data, []byte(plist.ByteOrderMark))
	der, err := certificateDER(data)
	if err != nil || bytes.HasPrefix(data, []byte("0 ")) { // "0 s:/CN=…", as openssl writes before PEM, could be a sequence
		if bytes.Contains(data, []byte("-----BEGIN ")) {
			return appendPEM(list, c, data)
		}
	}
	if err == errCertificateNone && (bytes.HasPrefix(data, []byte("MI")) || bytes.HasPrefix(data, []byte("LS0t"))) && plist.IsBase64(string(data)) { // what 30 8x and ----- begin with
		err = errCertificateTwice
	}
	c.DER, c.Err, c.Trailing = der, err, trailingCertificates(data[len(der):])
	return append(list, c)
}

// trailingCertificates counts the certificates in the data after a DER certificate.
func trailingCertificates(data []byte) (count int) {
	for ; count < maxCertificates; count++ {
		next := Certificate{}
		if next.DER, next.Err = certificateDER(data); next.Err != nil || !next.HasStructure() {
			break
		}
		data = data[len(next.DER):]
	}
	return count
}

// payloadData decodes the PayloadContent of a payload that contains a file. It
// is not known if it is missing or template text, and an error if it is not data.
func payloadData(content *plist.Node, what string) (data []byte, known bool, err error) {
	if content == nil {
		return nil, false, nil
	}
	data, ok := content.Bytes()
	switch {
	case ok:
		const maxVariable = 4096 // bytes
		return data, len(data) > maxVariable || !template.IsVariable(string(data)), nil
	case content.Kind == plist.Template, content.Unrendered(), content.HasVariable():
		return nil, false, nil
	case content.Kind != plist.Data:
		return nil, true, &CertificateError{
			Message: fmt.Sprintf("found %s; expected %s as <data>", content.Kind, what),
			Hint:    "use <data> in Base64",
		}
	}
	return nil, true, errCertificateNone // not Base64: the readers of property lists reject that
}

// PKCS12 returns why the PayloadContent of an identity payload is not a PKCS #12
// file, as far as that can be checked without the password. The error is a
// *CertificateError.
func (p Payload) PKCS12() error {
	data, known, err := payloadData(p.Node.Get("PayloadContent"), "a PKCS #12 file")
	switch {
	case !known || err != nil:
		return err
	case len(data) == 0:
		return errCertificateEmpty
	case bytes.Contains(data[:min(len(data), 4096)], []byte("-----BEGIN ")):
		return errPKCS12PEM
	case (bytes.HasPrefix(data, []byte("MI")) || bytes.HasPrefix(data, []byte("LS0t"))) && plist.IsBase64(string(data)):
		return errCertificateTwice
	case data[0] != cms.TagSequence:
		return errPKCS12None
	}
	_, length, start, err := cms.ReadHeader(data, 0)
	switch {
	case err != nil || length > len(data)-start:
		return errPKCS12Cut
	case bytes.HasPrefix(data[start:], []byte{cms.TagInteger, 1, 3, cms.TagSequence}):
		return nil // what files from keychains and browsers are, too, in BER
	case bytes.HasPrefix(data[start:], []byte{cms.TagSequence}):
		return &CertificateError{Message: "found data without a key; expected a PKCS #12 file", Hint: "use a payload of type com.apple.security.root"}
	}
	return errPKCS12None
}

// HasStructure reports whether DER has the structure of a certificate, with any
// values: a sequence of the signed part, the algorithm, and the signature.
func (c *Certificate) HasStructure() bool {
	_, _, pos, err := cms.ReadHeader(c.DER, 0)
	for _, want := range []byte{cms.TagSequence, cms.TagSequence, cms.TagBits} {
		if err != nil || pos >= len(c.DER) {
			return false
		}
		var tag byte
		var length int
		tag, length, pos, err = cms.ReadHeader(c.DER, pos)
		if err != nil || tag != want || length < 0 || length > len(c.DER)-pos {
			return false
		}
		pos += length
	}
	return pos == len(c.DER)
}

// appendPEM reads the certificates in PEM text. Other blocks are skipped, but a
// private key gets an entry of its own.
func appendPEM(list []Certificate, c Certificate, text []byte) []Certificate {
	const begin = "-----BEGIN CERTIFICATE-----"
	announced, found, key, whole := bytes.Count(text, []byte(begin)), 0, false, text
	c.PEM = true
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		switch block.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
		default:
			key = key || strings.HasSuffix(block.Type, "PRIVATE KEY")
			continue
		}
		if found == maxCertificates {
			c.DER, c.Err = nil, errPEMLong
			return append(list, c)
		}
		found++
		c.DER, c.Err = certificateDER(block.Bytes)
		list = append(list, c)
	}
	c.DER, c.Err = nil, nil
	switch {
	case key:
		c.Err = errPEMKey
	case found == 0 && inOneLine(whole):
		c.Err = errPEMLines
	case found == 0:
		c.Err = errPEMNone
	case found < announced:
		c.Err = errPEMDamaged
	default:
		return list
	}
	return append(list, c)
}

// inOneLine reports whether the text is a certificate in PEM without its line
// breaks, such as from a shell variable: some readers accept that.
func inOneLine(text []byte) bool {
	_, rest, ok := strings.Cut(string(text), "-----BEGIN CERTIFICATE-----")
	packed, _, end := strings.Cut(rest, "-----END CERTIFICATE-----")
	if !ok || !end {
		return false
	}
	packed = strings.ReplaceAll(packed, `\n`, "")
	packed = strings.Join(strings.Fields(packed), "")
	der, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return false
	}
	_, err = certificateDER(der)
	return err == nil
}

// certificateDER cuts a DER sequence from the data before it, and tells the
// sequences that are known to be something else. What follows the sequence is
// no part of the certificate: a line feed, or what openssl adds to a trusted one.
func certificateDER(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, errCertificateEmpty
	}
	if data[0] != cms.TagSequence {
		return nil, errCertificateNone
	}
	_, length, start, err := cms.ReadHeader(data, 0)
	switch {
	case err != nil:
		return nil, errCertificateCut
	case length == cms.Indefinite:
		return nil, errCertificateBER
	case length > len(data)-start:
		return nil, errCertificateCut
	}
	end := start + length
	switch inside := data[start:end]; {
	case bytes.HasPrefix(inside, []byte{cms.TagInteger, 1, 3, cms.TagSequence}):
		return nil, errCertificatePKCS12
	case bytes.HasPrefix(inside, []byte{cms.TagInteger}):
		return nil, errCertificateKey
	case bytes.HasPrefix(inside, []byte{cms.TagOID}):
		return nil, errCertificatePKCS7
	}
	return data[:end:end], nil
}

// parsedCertificate is what a certificate says, independent of where it stands.
// It holds no text of a profile and is used by several goroutines at a time.
type parsedCertificate struct {
	der             []byte
	parsed          *x509.Certificate
	err             error
	subject, issuer func() string
	selfSigned      func() bool
	digests         func() map[string][]byte
}

// digestNames are the algorithms that Fingerprint.Algorithm names.
var digestNames = [...]string{"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"}

func parseCertificate(der []byte) *parsedCertificate {
	f := &parsedCertificate{der: der}
	f.digests = sync.OnceValue(func() map[string][]byte {
		all := make(map[string][]byte, len(digestNames))
		for _, name := range digestNames {
			all[name] = Digest(name, der)
		}
		return all
	})
	f.parsed, f.err = x509.ParseCertificate(der)
	if f.err != nil {
		f.parsed = nil
		return f
	}
	f.subject = sync.OnceValue(func() string { return cms.NameString(f.parsed.RawSubject) })
	f.issuer = sync.OnceValue(func() string { return cms.NameString(f.parsed.RawIssuer) })
	f.selfSigned = sync.OnceValue(func() bool { return selfSigned(f.parsed) })
	return f
}

// What is kept of certificates that were parsed before: the same few stand in
// all profiles of an organization.
const (
	keptCertificates = 256
	keptSize         = 16 << 10 // bytes; a certificate has some thousand
)

// certificateCache are the certificates that were parsed last, by the SHA-256
// digest of their bytes. Without it and textCache the run of BenchmarkRunCheck in
// cmd/sceplint takes 74 % more instructions.
var certificateCache struct {
	sync.Mutex
	facts map[[sha256.Size]byte]*parsedCertificate
	order [keptCertificates][sha256.Size]byte // the oldest gives way
	next  int
}

// cachedCertificate parses a certificate, or returns it from the cache. The
// bytes are not retained.
func cachedCertificate(der []byte) *parsedCertificate {
	if len(der) > keptSize {
		return parseCertificate(der)
	}
	key := sha256.Sum256(der)
	kept := &certificateCache
	kept.Lock()
	f := kept.facts[key]
	kept.Unlock()
	if f != nil {
		return f
	}
	f = parseCertificate(bytes.Clone(der))
	kept.Lock()
	defer kept.Unlock()
	if other := kept.facts[key]; other != nil {
		return other
	}
	if kept.facts == nil {
		kept.facts = make(map[[sha256.Size]byte]*parsedCertificate, keptCertificates)
	}
	if len(kept.facts) == keptCertificates {
		delete(kept.facts, kept.order[kept.next])
	}
	kept.facts[key] = f
	kept.order[kept.next] = key
	kept.next = (kept.next + 1) % keptCertificates
	return f
}

// textCache are the certificates by the Base64 text that was read last: where
// it is the same, nothing has to be decoded and hashed to know it again. Without it the
// run of BenchmarkRunCheck in cmd/sceplint takes 23 % more instructions.
var textCache struct {
	sync.RWMutex
	facts map[string]*parsedCertificate
	order [keptCertificates]string
	next  int
}

// restore sets what is known of the data if its text was read before.
func (c *Certificate) restore() bool {
	if c.Content.Kind != plist.Data || c.Content.Unrendered() || len(c.Content.Text()) > 2*keptSize {
		return false
	}
	f := cachedText(c.Content.Text())
	if f != nil {
		c.setParsed(f)
	}
	return f != nil
}

func cachedText(text string) *parsedCertificate {
	textCache.RLock()
	defer textCache.RUnlock()
	return textCache.facts[text]
}

// parse sets what the bytes contain.
func (c *Certificate) parse() {
	if c.DER == nil || c.parsed != nil {
		return
	}
	size := len(c.DER)
	c.setParsed(cachedCertificate(c.DER))
	if c.PEM || c.Trailing > 0 || size > keptSize || len(c.Content.Text()) > 2*keptSize {
		return
	}
	kept, text := &textCache, strings.Clone(c.Content.Text())
	kept.Lock()
	defer kept.Unlock()
	if kept.facts == nil {
		kept.facts = make(map[string]*parsedCertificate, keptCertificates)
	}
	if kept.facts[text] != nil {
		return
	}
	delete(kept.facts, kept.order[kept.next])
	kept.facts[text] = c.parsed
	kept.order[kept.next] = text
	kept.next = (kept.next + 1) % keptCertificates
}

func (c *Certificate) setParsed(f *parsedCertificate) {
	c.parsed = f
	c.DER, c.Parsed, c.Err = f.der, f.parsed, f.err
}

// readable reports whether more than digests is known.
func (c *Certificate) readable() bool { return c != nil && c.Parsed != nil && c.parsed != nil }

// Subject returns the certificate's subject as RFC 2253 writes it; "" if the
// certificate is not readable.
func (c *Certificate) Subject() string {
	if !c.readable() {
		return ""
	}
	return c.parsed.subject()
}

// Issuer returns the certificate's issuer as RFC 2253 writes it; "" if the
// certificate is not readable.
func (c *Certificate) Issuer() string {
	if !c.readable() {
		return ""
	}
	return c.parsed.issuer()
}

// Serial returns the serial number in hexadecimal digits, in lower case, two for
// each byte; "" if the certificate is not readable.
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

// SelfSigned reports whether the certificate's issuer is its subject and its own
// key verifies its signature. Signatures that Go does not verify, such as those
// over MD5 and those of DSA, count if the key identifiers agree or are missing.
func (c *Certificate) SelfSigned() bool { return c.readable() && c.parsed.selfSigned() }

func selfSigned(c *x509.Certificate) bool {
	if !bytes.Equal(c.RawSubject, c.RawIssuer) {
		return false
	}
	agree := len(c.AuthorityKeyId) == 0 || len(c.SubjectKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId)
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && (key.N.BitLen() < cms.MinRSA || key.N.BitLen() > cms.MaxRSA) {
		return agree
	}
	err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var insecure x509.InsecureAlgorithmError
	if errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm) {
		return agree
	}
	return err == nil
}

// Key returns the algorithm of the certificate's public key, "RSA", "ECDSA",
// "Ed25519", or "DSA", and its size in bits; "unknown" and 0 for all others, and
// if the certificate is not readable.
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

// Signature returns the name of the algorithm of the certificate's signature as
// in x509.SignatureAlgorithm, such as "SHA256-RSA" and "ECDSA-SHA384"; "unknown"
// if Go does not know it or the certificate is not readable.
func (c *Certificate) Signature() string {
	if !c.readable() || c.Parsed.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		return "unknown"
	}
	return c.Parsed.SignatureAlgorithm.String()
}

// Digest returns the digest of the certificate in DER form by one of the
// algorithms in Fingerprint.Algorithm; nil for another name, and if there is no
// certificate. A certificate that Go's parser rejects has digests.
func (c *Certificate) Digest(algorithm string) []byte {
	if c == nil || c.DER == nil {
		return nil
	}
	return bytes.Clone(c.digest(algorithm))
}

// digest is Digest without a copy of the bytes.
func (c *Certificate) digest(algorithm string) []byte {
	if c.parsed != nil {
		return c.parsed.digests()[algorithm]
	}
	return Digest(algorithm, c.DER)
}

// Digest computes a digest that CAFingerprint may hold, such as SHA-256; nil for
// another algorithm.
func Digest(algorithm string, b []byte) []byte {
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
