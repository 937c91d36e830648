package profile

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

// signerInfo is what a message says of one signer, in DER.
type signerInfo struct {
	issuer, serial, keyID         []byte // the first two, or the last
	digest, attributes, algorithm []byte // whole elements
	signature                     []byte
}

// signerInfo reads the next one. Unsigned attributes are passed over.
func (r *berReader) signerInfo() (info signerInfo) {
	r.open(tagSequence, "signer")
	r.primitive(tagInteger, "version of the signer")
	switch r.peek() {
	case tagSequence:
		r.open(tagSequence, "issuer of the signer")
		info.issuer = r.element(nil)
		info.serial = r.primitive(tagInteger, "serial number of the signer")
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
		r.err = errors.New("CMS message is damaged: a signature is missing")
	}
	info.signature = r.octetString()
	r.close()
	return info
}

// of reports whether the certificate is the one the signer is named by.
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
		s.Verdict, s.Reason = Anonymous, "the message does not hold the certificate of its signer"
		return s
	}
	s.Certificate = bundled[at]
	s.others = slices.Delete(slices.Clone(bundled), at, at+1)
	if s.Reason = info.unsupported(s.Certificate); s.Reason != "" {
		s.Verdict = Unknown
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

// unsupported tells what about the signature is not verified here, "" if it is.
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
		if key.N.BitLen() < leastRSA || key.N.BitLen() > mostRSA {
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

// hashOf gives the hash function of an algorithm; SHA-1 where it is left out.
func hashOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
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
// not.
func (info *signerInfo) checkPSS(key *rsa.PublicKey, content []byte) (Verdict, string) {
	var algorithm pkix.AlgorithmIdentifier
	var parameters pssParameters
	if _, err := asn1.Unmarshal(info.algorithm, &algorithm); err != nil {
		return Unknown, "its algorithm cannot be read"
	}
	if rest, err := asn1.Unmarshal(algorithm.Parameters.FullBytes, &parameters); err != nil || len(rest) > 0 {
		return Unknown, "the parameters of its algorithm cannot be read"
	}
	hash, ok := hashOf(parameters.Hash.Algorithm)
	var mask pkix.AlgorithmIdentifier
	if len(parameters.MGF.Algorithm) > 0 {
		if _, err := asn1.Unmarshal(parameters.MGF.Parameters.FullBytes, &mask); err != nil || !parameters.MGF.Algorithm.Equal(oidMGF1) {
			return Unknown, "the parameters of its algorithm cannot be read"
		}
	}
	if of, known := hashOf(mask.Algorithm); !ok || !known || of != hash || parameters.Trailer != 1 || parameters.Salt < 0 || parameters.Salt > key.Size() {
		return Unknown, "the parameters of its algorithm are not supported"
	}
	digest := func(hash crypto.Hash, text []byte) []byte {
		h := hash.New()
		h.Write(text)
		return h.Sum(nil)
	}
	signed := content
	if info.attributes != nil {
		of, ok := hashOf(oidOf(info.digest))
		var list []attribute
		signed = append([]byte{tagSet}, info.attributes[1:]...)
		if rest, err := asn1.UnmarshalWithParams(signed, &list, "set"); err != nil || len(rest) > 0 || !ok {
			return Unknown, "what it signs beside the content cannot be read"
		}
		found := false
		for _, a := range list {
			if a.Type.Equal(oidMessageDigest) {
				var value []byte
				if _, err := asn1.Unmarshal(a.Values.Bytes, &value); err != nil || found || !bytes.Equal(value, digest(of, content)) {
					return Refuted, "the content was changed after it was signed"
				}
				found = true
			}
		}
		if !found {
			return Refuted, "it signs no digest of the content"
		}
	}
	if err := rsa.VerifyPSS(key, hash, digest(hash, signed), info.signature, &rsa.PSSOptions{SaltLength: parameters.Salt}); err != nil {
		return Refuted, "the signature does not match the key of its certificate"
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

// check has the library verify a message of this one signer, made anew in DER
// and as small as can be: it recurses, takes all or nothing, and looks for
// signers by issuer and serial number alone.
func (info *signerInfo) check(c *x509.Certificate, content []byte) (Verdict, string) {
	serial, err := asn1.Marshal(c.SerialNumber)
	if err != nil {
		return Unknown, "the serial number of its signer cannot be read"
	}
	version := []byte{tagInteger, 1, 1}
	signer := appendDER(nil, tagSequence, version, appendDER(nil, tagSequence, c.RawIssuer, serial),
		info.digest, info.attributes, info.algorithm, appendDER(nil, tagOctets, info.signature))
	data := appendDER(nil, tagSequence, appendDER(nil, tagOID, []byte(pkcs7+"\x01")))
	signed := appendDER(nil, tagSequence, version, appendDER(nil, tagSet, info.digest), data, appendDER(nil, tagSet, signer))
	message, err := smallstep.Parse(appendDER(nil, tagSequence, appendDER(nil, tagOID, []byte(pkcs7+"\x02")), appendDER(nil, tagContext0, signed)))
	if err != nil || len(message.Signers) != 1 {
		return Unknown, "what it signs beside the content cannot be read"
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
		return Refuted, "the content was changed after it was signed"
	case errors.Is(err, smallstep.ErrUnsupportedAlgorithm), errors.Is(err, x509.ErrUnsupportedAlgorithm):
		return Unknown, "its algorithm is not supported"
	}
	if insecure := (x509.InsecureAlgorithmError)(0); errors.As(err, &insecure) {
		return Unknown, "its algorithm is not supported"
	}
	if info.attributes == nil {
		return Refuted, "the content or the signature was changed"
	}
	return Refuted, "the signature does not match the key of its certificate"
}

// Name is the name of the signer as RFC 2253 writes it, its serial number where
// it has none; "" where the message does not hold the certificate.
func (s *Signer) Name() string {
	if s.Certificate == nil {
		return ""
	}
	return SignerName(s.Certificate)
}

// SignerName is the name of the subject of a signer's certificate as RFC 2253
// writes it, its serial number where it has none.
func SignerName(c *x509.Certificate) string {
	if name := nameText(c.RawSubject); name != "" {
		return name
	}
	return "serial number " + hex.EncodeToString(c.SerialNumber.Bytes())
}

// Trace looks for a chain of certificates from the signer to one of the roots,
// at the time or, if the signer is not in force then, at the nearest at which
// it is: that is another matter.
func (s *Signer) Trace(roots *x509.CertPool, now time.Time) error {
	between := x509.NewCertPool()
	for _, c := range s.others {
		if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() <= mostRSA {
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
