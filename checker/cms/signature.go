package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	smallstep "github.com/smallstep/pkcs7"
)

// Signature is the verification of one of the CMS messages around a profile.
type Signature struct {
	Signers []Signer
	Err     error // why the message is malformed
}

// Verdict is the result of verifying a signature.
type Verdict uint8

// The verdicts. A signature that is not Verified is either Invalid, so that the
// content is not what was signed, or cannot be verified here.
const (
	Verified Verdict = iota
	Invalid
	Unsupported   // of a kind that is not verified here
	NoCertificate // the message does not contain the certificate of the signer
)

// Signer is one signer of a message, with the verdict.
type Signer struct {
	Certificate *x509.Certificate // nil if the message does not contain it
	Verdict     Verdict
	Reason      string // why it is not Verified

	others []*x509.Certificate // the rest of the message's
}

// What is looked at in one message. Profiles have one signer, and the
// certificates from its own to the root.
const (
	maxSigners     = 16
	maxBundled     = 64
	maxBundledSize = 64 << 10 // of one certificate
)

// IsSigned reports whether a document begins like a signed one.
func IsSigned(text []byte) bool {
	if bytes.HasPrefix(text, []byte("-----BEGIN PKCS7")) || bytes.HasPrefix(text, []byte("-----BEGIN CMS")) {
		return true
	}
	_, _, pos, err := ReadHeader(text, 0)
	return err == nil && bytes.HasPrefix(text[pos:], []byte("\x06\x09"+pkcs7+"\x02"))
}

// SignerCertificates returns the certificates of the signers of a CMS message,
// as far as it contains them. The signatures are not verified.
func SignerCertificates(message []byte) (list []*x509.Certificate) {
	m := parseMessage(message)
	for i := range m.signers {
		if at := slices.IndexFunc(m.bundled, m.signers[i].of); at >= 0 {
			list = append(list, m.bundled[at])
		}
	}
	return list
}

// message are the parts of a CMS message.
type message struct {
	content []byte
	bundled []*x509.Certificate
	signers []signerInfo // at most maxSigners
	more    bool         // signers are left out
	err     error
}

// parseMessage parses a message of the form that Content accepts, without
// recursion in unbounded parts.
func parseMessage(message []byte) (m message) {
	content, err := Content(message)
	if err != nil {
		m.err = err
		return m
	}
	m.content = content
	r := berReader{text: message}
	r.scopes[0].end = len(message)
	r.open(TagSequence, "ContentInfo")
	r.primitive(TagOID, "content type")
	r.open(tagContext0, "content")
	r.open(TagSequence, "SignedData")
	r.primitive(TagInteger, "version")
	for _, tag := range []byte{tagSet, TagSequence} { // digest algorithms, content
		r.open(tag, "head")
		r.close()
	}
	if r.peek() == tagContext0 {
		m.bundled = r.certificates()
	}
	if r.peek() == tagContext0|1 { // revocation lists
		r.open(tagContext0|1, "revocation lists")
		r.close()
	}
	r.open(tagSet, "set of signers")
	for r.more() {
		info := r.signerInfo()
		if r.err != nil {
			break
		}
		if len(m.signers) == maxSigners {
			m.more = true
			break
		}
		m.signers = append(m.signers, info)
	}
	m.err = r.err
	return m
}

// Verify verifies each signer of a message.
func Verify(message []byte) (s Signature) {
	m := parseMessage(message)
	s.Err = m.err
	for i := range m.signers {
		s.Signers = append(s.Signers, m.signers[i].verify(m.bundled, m.content))
	}
	if m.more {
		s.Signers = append(s.Signers, Signer{Verdict: Unsupported, Reason: "the message has more signers than are looked at"})
	}
	return s
}

// certificates returns those of a message that can be read.
func (r *berReader) certificates() (list []*x509.Certificate) {
	r.open(tagContext0, "certificates")
	for tried := 0; r.more(); tried++ {
		start := r.pos
		tag, length := r.header()
		if length == Indefinite {
			r.push(length)
			r.close()
			continue
		}
		r.pos += length
		if r.err != nil || tag != TagSequence || r.pos-start > maxBundledSize || tried >= maxBundled {
			continue
		}
		if c, err := x509.ParseCertificate(r.text[start:r.pos]); err == nil {
			list = append(list, c)
		}
	}
	r.close()
	return list
}

// peek returns the tag of the next element; 0 at the end of the innermost open
// one.
func (r *berReader) peek() byte {
	if !r.more() {
		return 0
	}
	return r.text[r.pos]
}

// element adds the next element to out, in DER as far as lengths go. Recursion
// ends at maxNesting, where push fails.
func (r *berReader) element(out []byte) []byte {
	tag, length := r.header()
	switch {
	case r.err != nil:
		return out
	case tag&0x1f == 0x1f || tag == 0:
		r.err = errors.New("CMS message is corrupt: misplaced tag")
		return out
	case tag&0x20 == 0:
		r.pos += length
		return appendDER(out, tag, r.text[r.pos-length:r.pos])
	}
	r.push(length)
	var inside []byte
	for r.more() {
		inside = r.element(inside)
	}
	r.close()
	return appendDER(out, tag, inside)
}

// appendDER adds an element with the contents to out.
func appendDER(out []byte, tag byte, contents ...[]byte) []byte {
	length := 0
	for _, c := range contents {
		length += len(c)
	}
	out = append(out, tag)
	if length < 0x80 {
		out = append(out, byte(length))
	} else {
		digits := big.NewInt(int64(length)).Bytes()
		out = append(append(out, 0x80|byte(len(digits))), digits...)
	}
	for _, c := range contents {
		out = append(out, c...)
	}
	return out
}

// signerInfo is what a message says of one signer, in DER.
type signerInfo struct {
	issuer, serial, keyID         []byte // the first two, or the last
	digest, attributes, algorithm []byte // whole elements
	signature                     []byte
}

// signerInfo reads the next one. Unsigned attributes are skipped.
func (r *berReader) signerInfo() (info signerInfo) {
	r.open(TagSequence, "signer")
	r.primitive(TagInteger, "version of the signer")
	switch r.peek() {
	case TagSequence:
		r.open(TagSequence, "issuer of the signer")
		info.issuer = r.element(nil)
		info.serial = r.primitive(TagInteger, "serial number of the signer")
		r.close()
	default:
		info.keyID = r.primitive(tagContextPrimitive0, "name of the signer")
	}
	info.digest = r.element(nil)
	if r.peek() == tagContext0 {
		info.attributes = r.element(nil)
	}
	info.algorithm = r.element(nil)
	if r.peek() == 0 && r.err == nil {
		r.err = errors.New("CMS message is corrupt: a signature is missing")
	}
	info.signature = r.octetString()
	r.close()
	return info
}

// of reports whether the certificate is the one that the signer refers to.
func (info *signerInfo) of(c *x509.Certificate) bool {
	if info.keyID != nil {
		return len(info.keyID) > 0 && bytes.Equal(info.keyID, c.SubjectKeyId)
	}
	return bytes.Equal(info.issuer, c.RawIssuer) && integer(info.serial).Cmp(c.SerialNumber) == 0
}

// integer reads the contents of an INTEGER.
func integer(b []byte) *big.Int {
	i := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		i.Sub(i, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return i
}

// verify finds the signer's certificate among those of the message and verifies
// its signature over the content.
func (info *signerInfo) verify(bundled []*x509.Certificate, content []byte) (s Signer) {
	at := slices.IndexFunc(bundled, info.of)
	if at < 0 {
		s.Verdict, s.Reason = NoCertificate, "the message does not hold the certificate of its signer"
		return s
	}
	s.Certificate = bundled[at]
	s.others = slices.Delete(slices.Clone(bundled), at, at+1)
	if s.Reason = info.unsupported(s.Certificate); s.Reason != "" {
		s.Verdict = Unsupported
		return s
	}
	if key, ok := s.Certificate.PublicKey.(*rsa.PublicKey); ok && oidOf(info.algorithm).Equal(oidPSS) {
		s.Verdict, s.Reason = info.checkPSS(key, content)
	} else {
		s.Verdict, s.Reason = info.check(s.Certificate, content)
	}
	return s
}

// Algorithms that the library verifies.
var (
	digestOIDs = []asn1.ObjectIdentifier{
		smallstep.OIDDigestAlgorithmSHA1, smallstep.OIDDigestAlgorithmSHA256, smallstep.OIDDigestAlgorithmSHA384, smallstep.OIDDigestAlgorithmSHA512,
	}
	signatureOIDs = []asn1.ObjectIdentifier{
		smallstep.OIDEncryptionAlgorithmRSA, smallstep.OIDEncryptionAlgorithmRSASHA1,
		smallstep.OIDEncryptionAlgorithmRSASHA256, smallstep.OIDEncryptionAlgorithmRSASHA384, smallstep.OIDEncryptionAlgorithmRSASHA512,
		smallstep.OIDDigestAlgorithmECDSASHA1, smallstep.OIDDigestAlgorithmECDSASHA256, smallstep.OIDDigestAlgorithmECDSASHA384, smallstep.OIDDigestAlgorithmECDSASHA512,
	}
	oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
)

// The sizes, in bits, of the RSA keys whose signatures are verified. Go rejects
// smaller ones; larger ones take too long, as in crypto/tls.
const MinRSA, MaxRSA = 1024, 8192

// unsupported returns what about the signature is not verified here, "" if it
// is.
func (info *signerInfo) unsupported(c *x509.Certificate) string {
	digest, algorithm := oidOf(info.digest), oidOf(info.algorithm)
	has := func(list []asn1.ObjectIdentifier, oid asn1.ObjectIdentifier) bool {
		return slices.ContainsFunc(list, oid.Equal)
	}
	switch {
	case algorithm.Equal(oidPSS):
		if _, ok := c.PublicKey.(*rsa.PublicKey); !ok {
			return "the key of its signer is not an RSA key"
		}
	case !has(signatureOIDs, algorithm):
		return "the signature algorithm " + algorithm.String() + " is not supported"
	case !has(digestOIDs, digest):
		return "the digest algorithm " + digest.String() + " is not supported"
	}
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < MinRSA || key.N.BitLen() > MaxRSA {
			return fmt.Sprintf("RSA keys of %d bits are not supported", key.N.BitLen())
		}
	case *ecdsa.PublicKey:
	default:
		return "the key of its signer is neither RSA nor ECDSA"
	}
	return ""
}

// attribute is a signed attribute.
type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue // a SET
}

// pssParameters are the RSASSA-PSS-params of RFC 8017, A.2.3.
type pssParameters struct {
	Hash    pkix.AlgorithmIdentifier `asn1:"explicit,tag:0,optional"`
	MGF     pkix.AlgorithmIdentifier `asn1:"explicit,tag:1,optional"`
	Salt    int                      `asn1:"explicit,tag:2,optional,default:20"`
	Trailer int                      `asn1:"explicit,tag:3,optional,default:1"`
}

var (
	oidMGF1          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
)

// HashOf returns the hash function of an algorithm; SHA-1 if it is not set.
func HashOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
	switch {
	case len(oid) == 0, oid.Equal(smallstep.OIDDigestAlgorithmSHA1):
		return crypto.SHA1, true
	case oid.Equal(smallstep.OIDDigestAlgorithmSHA256):
		return crypto.SHA256, true
	case oid.Equal(smallstep.OIDDigestAlgorithmSHA384):
		return crypto.SHA384, true
	case oid.Equal(smallstep.OIDDigestAlgorithmSHA512):
		return crypto.SHA512, true
	}
	return 0, false
}

// checkPSS verifies an RSASSA-PSS signature (RFC 4056), which the library does
// not support.
func (info *signerInfo) checkPSS(key *rsa.PublicKey, content []byte) (Verdict, string) {
	var algorithm pkix.AlgorithmIdentifier
	var parameters pssParameters
	if _, err := asn1.Unmarshal(info.algorithm, &algorithm); err != nil {
		return Unsupported, "its algorithm cannot be read"
	}
	if rest, err := asn1.Unmarshal(algorithm.Parameters.FullBytes, &parameters); err != nil || len(rest) > 0 {
		return Unsupported, "the parameters of its algorithm cannot be read"
	}
	hash, ok := HashOf(parameters.Hash.Algorithm)
	var mask pkix.AlgorithmIdentifier
	if len(parameters.MGF.Algorithm) > 0 {
		if _, err := asn1.Unmarshal(parameters.MGF.Parameters.FullBytes, &mask); err != nil || !parameters.MGF.Algorithm.Equal(oidMGF1) {
			return Unsupported, "the parameters of its algorithm cannot be read"
		}
	}
	if of, known := HashOf(mask.Algorithm); !ok || !known || of != hash || parameters.Trailer != 1 || parameters.Salt < 0 || parameters.Salt > key.Size() {
		return Unsupported, "the parameters of its algorithm are not supported"
	}
	digest := func(hash crypto.Hash, text []byte) []byte {
		h := hash.New()
		h.Write(text)
		return h.Sum(nil)
	}
	signed := content
	if info.attributes != nil {
		of, ok := HashOf(oidOf(info.digest))
		var list []attribute
		signed = append([]byte{tagSet}, info.attributes[1:]...)
		if rest, err := asn1.UnmarshalWithParams(signed, &list, "set"); err != nil || len(rest) > 0 || !ok {
			return Unsupported, "what it signs beside the content cannot be read"
		}
		found := false
		for _, a := range list {
			if a.Type.Equal(oidMessageDigest) {
				var value []byte
				if _, err := asn1.Unmarshal(a.Values.Bytes, &value); err != nil || found || !bytes.Equal(value, digest(of, content)) {
					return Invalid, "the content was changed after it was signed"
				}
				found = true
			}
		}
		if !found {
			return Invalid, "it signs no digest of the content"
		}
	}
	if err := rsa.VerifyPSS(key, hash, digest(hash, signed), info.signature, &rsa.PSSOptions{SaltLength: parameters.Salt}); err != nil {
		return Invalid, "the signature does not match the key of its certificate"
	}
	return Verified, ""
}

func oidOf(algorithm []byte) asn1.ObjectIdentifier {
	var id pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(algorithm, &id); err != nil {
		return nil
	}
	return id.Algorithm
}

// check verifies, with the library, a minimal DER message with only this signer:
// the library recurses, verifies all signers or none, and finds signers by
// issuer and serial number alone.
func (info *signerInfo) check(c *x509.Certificate, content []byte) (Verdict, string) {
	serial, err := asn1.Marshal(c.SerialNumber)
	if err != nil {
		return Unsupported, "the serial number of its signer cannot be read"
	}
	version := []byte{TagInteger, 1, 1}
	signer := appendDER(nil, TagSequence, version, appendDER(nil, TagSequence, c.RawIssuer, serial),
		info.digest, info.attributes, info.algorithm, appendDER(nil, tagOctets, info.signature))
	data := appendDER(nil, TagSequence, appendDER(nil, TagOID, []byte(pkcs7+"\x01")))
	signed := appendDER(nil, TagSequence, version, appendDER(nil, tagSet, info.digest), data, appendDER(nil, tagSet, signer))
	message, err := smallstep.Parse(appendDER(nil, TagSequence, appendDER(nil, TagOID, []byte(pkcs7+"\x02")), appendDER(nil, tagContext0, signed)))
	if err != nil || len(message.Signers) != 1 {
		return Unsupported, "what it signs beside the content cannot be read"
	}
	always := *c // the library would hold the time of signing against it before it verifies
	always.NotBefore, always.NotAfter = time.Time{}, time.Unix(1<<40, 0)
	message.Content, message.Certificates = content, []*x509.Certificate{&always}
	err = message.Verify()
	var mismatch *smallstep.MessageDigestMismatchError
	switch {
	case err == nil:
		return Verified, ""
	case errors.As(err, &mismatch):
		return Invalid, "the content was changed after it was signed"
	case errors.Is(err, smallstep.ErrUnsupportedAlgorithm), errors.Is(err, x509.ErrUnsupportedAlgorithm):
		return Unsupported, "its algorithm is not supported"
	}
	if insecure := (x509.InsecureAlgorithmError)(0); errors.As(err, &insecure) {
		return Unsupported, "its algorithm is not supported"
	}
	if info.attributes == nil {
		return Invalid, "the content or the signature was changed"
	}
	return Invalid, "the signature does not match the key of its certificate"
}

// Name returns the name of the signer as RFC 2253 writes it, its serial number
// if it has none; "" if the message does not contain the certificate.
func (s *Signer) Name() string {
	if s.Certificate == nil {
		return ""
	}
	return SignerName(s.Certificate)
}

// SignerName returns the subject of a signer's certificate as RFC 2253 writes
// it, its serial number if it has none.
func SignerName(c *x509.Certificate) string {
	if name := NameString(c.RawSubject); name != "" {
		return name
	}
	return "serial number " + hex.EncodeToString(c.SerialNumber.Bytes())
}

// VerifyChain finds a chain of certificates from the signer to one of the roots,
// at the time or, if the signer is expired or not yet valid then, at the nearest
// time at which it is valid: expiry is reported separately.
func (s *Signer) VerifyChain(roots *x509.CertPool, now time.Time) error {
	between := x509.NewCertPool()
	for _, c := range s.others {
		if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() <= MaxRSA {
			between.AddCert(c)
		}
	}
	if now.Before(s.Certificate.NotBefore) {
		now = s.Certificate.NotBefore
	}
	if now.After(s.Certificate.NotAfter) {
		now = s.Certificate.NotAfter
	}
	_, err := s.Certificate.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err
}
