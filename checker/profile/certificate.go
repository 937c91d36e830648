package profile

import (
	"bytes"
	"crypto/x509"
	"fmt"
)

// Certificate is an X.509 certificate that a payload of one of the types
// com.apple.security.root, .pkcs1 and .pem carries, or data of such a payload
// that is none. There are four states:
//
//	DER and Parsed      a certificate that can be read
//	DER and Err         a DER sequence that Go's parser refuses: it may still be a certificate to a device
//	Err alone           data that holds no certificate
//	neither DER nor Err template text: what it will be is not known
type Certificate struct {
	Payload                   // that carries it
	Content *Node             // its PayloadContent
	PEM     bool              // the data is PEM text
	DER     []byte            // the certificate itself; like Parsed shared with other profiles, so not to be changed
	Parsed  *x509.Certificate // nil if Go's parser refuses it
	Err     error             // why it is not readable

	facts *certificateFacts // of what DER holds; nil until it is parsed
}

// maxCertificates is how many certificates of a payload are read.
const maxCertificates = 100

// CertificateError says why data is no certificate, or no PKCS#12 file.
type CertificateError struct {
	Message string // what the data is
	Hint    string // what to do about it
	Limit   bool   // a device may well read what is not read here
}

func (e *CertificateError) Error() string { return e.Message }

const hintExport = "export it anew"

var (
	errCertificateEmpty  = &CertificateError{Message: "the data is empty", Hint: "put the certificate into it"}
	errCertificateTwice  = &CertificateError{Message: "the data is in base64 twice", Hint: "encode the certificate once"}
	errCertificateCut    = &CertificateError{Message: "the certificate is cut off, or its length is damaged", Hint: hintExport}
	errCertificateBER    = &CertificateError{Message: "the data is BER of indefinite length, and a certificate is in DER", Hint: "convert it with openssl x509 -outform DER"}
	errCertificatePKCS12 = &CertificateError{Message: "the data is a PKCS #12 file, not a certificate", Hint: "use a payload of type com.apple.security.pkcs12"}
	errCertificatePKCS7  = &CertificateError{Message: "the data is a PKCS#7 message, not a certificate", Hint: "take the certificates out with openssl pkcs7 -print_certs"}
	errCertificateKey    = &CertificateError{Message: "the data is a key, not a certificate", Hint: hintKey}
	errCertificateNone   = &CertificateError{Message: "the data is neither a certificate in DER nor PEM text", Hint: hintExport}
	errPEMNone           = &CertificateError{Message: "the PEM text holds no certificate that can be decoded", Hint: hintExport}
	errPEMDamaged        = &CertificateError{Message: "a certificate of the PEM text is damaged and left out", Hint: hintExport}
	errPEMLines          = &CertificateError{Message: "the PEM text is not in lines", Hint: "put the BEGIN and END marks on lines of their own", Limit: true}
	errPEMLong           = &CertificateError{Message: fmt.Sprintf("the PEM text holds more than %d certificates; the rest is not read", maxCertificates), Hint: "spread them over several payloads", Limit: true}
	errPEMKey            = &CertificateError{Message: "the PEM text holds a private key", Hint: hintKey}
	errPKCS12PEM         = &CertificateError{Message: "the data is PEM text, not a PKCS #12 file", Hint: "make one with openssl pkcs12 -export"}
	errPKCS12None        = &CertificateError{Message: "the data is not a PKCS #12 file", Hint: "make one with openssl pkcs12 -export"}
	errPKCS12Cut         = &CertificateError{Message: "the PKCS #12 file is truncated or corrupt", Hint: hintExport}
)

const hintKey = "remove it, replace the private key, and use a com.apple.security.pkcs12 payload"

// Certificates gives the certificates that payloads carry, in order. Of PEM
// text the first hundred are read; what is wrong with the rest stands in the
// Err of a last entry for the payload. A payload without PayloadContent gives
// none. PKCS#12 is not opened.
func (p *Profile) Certificates() []Certificate {
	found := p.carried()
	if p != nil && !p.parsedCertificates {
		p.parsedCertificates = true
		for i := range found {
			found[i].parse()
		}
	}
	return found
}

// few is how many certificates are compared with a fingerprint one by one.
const few = 8

// FingerprintMatches gives the places in Certificates of those whose digest the
// fingerprint is, in order; nil if there are none, and if it is no digest. The
// slice is the profile's own. Certificates are hashed for it, but not parsed.
func (p *Profile) FingerprintMatches(f Fingerprint) (found []int) {
	if p == nil || f.Algorithm == "" || len(f.Bytes) == 0 {
		return nil
	}
	carried := p.carried()
	if len(carried) <= few {
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

// carried finds the certificates without parsing them.
func (p *Profile) carried() []Certificate {
	if p == nil {
		return nil
	}
	if p.foundCertificates {
		return p.certificates
	}
	p.foundCertificates = true
	if a := p.arena(); a != nil {
		p.certificates = take(&a.certificates)
	}
	for _, payload := range p.Payloads() {
		switch payload.Type {
		case "com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem":
			if content := payload.Node.Get("PayloadContent"); content != nil {
				c := Certificate{Payload: payload, Content: content}
				if c.recall() {
					p.certificates = append(p.certificates, c)
				} else {
					p.certificates = appendCertificates(p.certificates, c)
				}
			}
		}
	}
	return p.certificates
}

// appendCertificates reads the data of a payload; c is what its certificates
// have in common.
func appendCertificates(list []Certificate, c Certificate) []Certificate {
	data, known, err := carriedData(c.Content, "a certificate")
	if !known || err != nil {
		c.Err = err
		return append(list, c)
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	der, err := certificateDER(data)
	if err != nil || bytes.HasPrefix(data, []byte("0 ")) { // "0 s:/CN=…", as openssl writes before PEM, could be a sequence
		if bytes.Contains(data, []byte("-----BEGIN ")) {
			return appendPEM(list, c, data)
		}
	}
	if err == errCertificateNone && (bytes.HasPrefix(data, []byte("MI")) || bytes.HasPrefix(data, []byte("LS0t"))) && validBase64(string(data)) { // what 30 8x and ----- begin with
		err = errCertificateTwice
	}
	c.DER, c.Err = der, err
	return append(list, c)
}

// carriedData decodes the PayloadContent of a payload that holds a file. It is
// not known where it is template text, and an error where it is no data.
func carriedData(content *Node, what string) (data []byte, known bool, err error) {
	data, ok := content.Bytes()
	switch {
	case ok:
		return data, len(data) > longest || !IsVariable(string(data)), nil
	case content.Kind == Template, content.Unrendered(), content.HasVariable():
		return nil, false, nil
	case content.Kind != Data:
		return nil, true, &CertificateError{
			Message: fmt.Sprintf("PayloadContent is of type %s, and %s is data", content.Kind, what),
			Hint:    "write it as <data>, in base64",
		}
	}
	return nil, true, errCertificateNone // no base64: the readers of property lists refuse that
}

// PKCS12 tells why the PayloadContent of an identity payload is no PKCS#12
// file, as far as it can be told without the password. The error is a
// *CertificateError.
func (p Payload) PKCS12() error {
	data, known, err := carriedData(p.Node.Get("PayloadContent"), "a PKCS #12 file")
	switch {
	case !known || err != nil:
		return err
	case len(data) == 0:
		return errCertificateEmpty
	case bytes.Contains(data[:min(len(data), 4096)], []byte("-----BEGIN ")):
		return errPKCS12PEM
	case (bytes.HasPrefix(data, []byte("MI")) || bytes.HasPrefix(data, []byte("LS0t"))) && validBase64(string(data)):
		return errCertificateTwice
	case data[0] != tagSequence:
		return errPKCS12None
	}
	_, length, start, err := readBERHeader(data, 0)
	switch {
	case err != nil || length > len(data)-start:
		return errPKCS12Cut
	case bytes.HasPrefix(data[start:], []byte{tagInteger, 1, 3, tagSequence}):
		return nil // what files from keychains and browsers are, too, in BER
	case bytes.HasPrefix(data[start:], []byte{tagSequence}):
		return &CertificateError{Message: "the data has no private key, and is not a PKCS #12 file", Hint: "use a payload of type com.apple.security.root"}
	}
	return errPKCS12None
}

// Shaped reports whether DER is built like a certificate, whatever stands in
// it: a sequence of what is signed, the algorithm and the signature.
func (c *Certificate) Shaped() bool {
	_, _, pos, err := readBERHeader(c.DER, 0)
	for _, want := range []byte{tagSequence, tagSequence, tagBits} {
		if err != nil || pos >= len(c.DER) {
			return false
		}
		var tag byte
		var length int
		tag, length, pos, err = readBERHeader(c.DER, pos)
		if err != nil || tag != want || length < 0 || length > len(c.DER)-pos {
			return false
		}
		pos += length
	}
	return pos == len(c.DER)
}
