package profile

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
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
	DER     []byte            // the certificate itself; like Parsed shared with other profiles, so not to be changed
	Parsed  *x509.Certificate // nil if Go's parser refuses it
	Err     error             // why it is not readable

	facts *certificateFacts // of what DER holds; nil until it is parsed
}

// maxCertificates is how many certificates of a payload are read.
const maxCertificates = 100

var (
	errCertificateEmpty  = errors.New("the data is empty")
	errCertificateTwice  = errors.New("the data is in base64 twice")
	errCertificateCut    = errors.New("the certificate is cut off, or its length is damaged")
	errCertificateBER    = errors.New("the data is BER of indefinite length, and a certificate is in DER")
	errCertificatePKCS12 = errors.New("the data is a PKCS#12 file, not a certificate")
	errCertificatePKCS7  = errors.New("the data is a PKCS#7 message, not a certificate")
	errCertificateKey    = errors.New("the data is a key, not a certificate")
	errCertificateNone   = errors.New("the data is neither a certificate in DER nor PEM text")
	errPEMNone           = errors.New("the PEM text holds no certificate that can be decoded")
	errPEMDamaged        = errors.New("a certificate of the PEM text is damaged and left out")
	errPEMLong           = fmt.Errorf("the PEM text holds more than %d certificates; the rest is not read", maxCertificates)
)

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

// FingerprintMatches gives the places in Certificates of those whose digest the
// fingerprint is, in order; nil if there are none, and if it is no digest. The
// slice is the profile's own. Certificates are hashed for it, but not parsed.
func (p *Profile) FingerprintMatches(f Fingerprint) []int {
	if p == nil || f.Algorithm == "" || len(f.Bytes) == 0 {
		return nil
	}
	matches, ok := p.digests[f.Algorithm]
	if !ok {
		for i, c := range p.carried() {
			if digest := digest(f.Algorithm, c.DER); c.DER != nil {
				if matches == nil {
					matches = map[string][]int{}
				}
				matches[string(digest)] = append(matches[string(digest)], i)
			}
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
	for _, payload := range p.Payloads() {
		switch payload.Type {
		case "com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem":
			if content := payload.Node.Get("PayloadContent"); content != nil {
				p.certificates = appendCertificates(p.certificates, Certificate{Payload: payload, Content: content})
			}
		}
	}
	return p.certificates
}

// appendCertificates reads the data of a payload; c is what its certificates
// have in common.
func appendCertificates(list []Certificate, c Certificate) []Certificate {
	data, ok := c.Content.Bytes()
	switch {
	case ok:
	case c.Content.Kind == Template, c.Content.Unrendered(), HasVariable(c.Content.Text()):
		return append(list, c)
	case c.Content.Kind != Data:
		c.Err = fmt.Errorf("PayloadContent is of type %s, and a certificate is data", c.Content.Kind)
		return append(list, c)
	default: // no base64: the readers of property lists refuse that
		c.Err = errCertificateNone
		return append(list, c)
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	der, err := certificateDER(data)
	if err != nil || bytes.HasPrefix(data, []byte("0 ")) { // "0 s:/CN=…", as openssl writes before PEM, could be a sequence
		if bytes.Contains(data, []byte("-----BEGIN ")) {
			return appendPEM(list, c, data)
		}
	}
	if err == errCertificateNone {
		switch {
		case len(data) <= longest && IsVariable(string(data)):
			return append(list, c)
		case bytes.HasPrefix(data, []byte("MI")) && validBase64(string(data)): // what 30 8x begins with
			err = errCertificateTwice
		}
	}
	c.DER, c.Err = der, err
	return append(list, c)
}

// appendPEM reads the certificates in PEM text. Other blocks are passed over.
func appendPEM(list []Certificate, c Certificate, text []byte) []Certificate {
	const begin = "-----BEGIN CERTIFICATE-----"
	announced, found := bytes.Count(text, []byte(begin)), 0
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		switch block.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
		default:
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
	c.DER = nil
	switch {
	case found == 0:
		c.Err = errPEMNone
	case found < announced:
		c.Err = errPEMDamaged
	default:
		return list
	}
	return append(list, c)
}

// certificateDER cuts a DER sequence from the data before it, and tells the
// sequences that are known to be something else. What follows the sequence is
// no part of the certificate: a line feed, or what openssl adds to a trusted one.
func certificateDER(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, errCertificateEmpty
	}
	if data[0] != tagSequence {
		return nil, errCertificateNone
	}
	_, length, start, err := readBERHeader(data, 0)
	switch {
	case err != nil:
		return nil, errCertificateCut
	case length == indefinite:
		return nil, errCertificateBER
	case length > len(data)-start:
		return nil, errCertificateCut
	}
	end := start + length
	switch inside := data[start:end]; {
	case bytes.HasPrefix(inside, []byte{tagInteger, 1, 3, tagSequence}):
		return nil, errCertificatePKCS12
	case bytes.HasPrefix(inside, []byte{tagInteger}):
		return nil, errCertificateKey
	case bytes.HasPrefix(inside, []byte{tagOID}):
		return nil, errCertificatePKCS7
	}
	return data[:end:end], nil
}
