package profile

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"

	"software.sslmate.com/src/go-pkcs12"
)

// maxPKCS12Work is how many iterations of hashes the content of a file may ask for.
const maxPKCS12Work = 300_000

// PKCS12Certificates returns the certificates in the PKCS #12 file of a payload,
// that of the identity first, given the password; nil if they cannot be read, or
// need more than most iterations of hashes. It also returns the number of
// iterations.
func (p Payload) PKCS12Certificates(password string, most int) (list []*x509.Certificate, iterations int) {
	file, ok := p.PKCS12File()
	if !ok || file.Iterations < 0 || file.work < 0 || file.work+file.Iterations > min(most, maxPKCS12Work) {
		return nil, 0
	}
	iterations = file.work + file.Iterations
	data, known, err := payloadData(p.Keys.Content, "a PKCS #12 file")
	if !known || err != nil {
		return nil, 0
	}
	_, certificate, chain, err := pkcs12.DecodeChain(data, password)
	if err != nil || certificate == nil {
		return nil, iterations
	}
	return append([]*x509.Certificate{certificate}, chain...), iterations
}

// iterations are those that an encryption with a password takes; -1 if they are not
// known, or too many.
func pkcs12Iterations(algorithm pkix.AlgorithmIdentifier) int {
	parameters := algorithm.Parameters.FullBytes
	if algorithm.Algorithm.Equal(oidPBES2) {
		var schemes struct{ Derivation, Encryption pkix.AlgorithmIdentifier }
		if _, err := asn1.Unmarshal(parameters, &schemes); err != nil {
			return -1
		}
		parameters = schemes.Derivation.Parameters.FullBytes
	}
	var derivation struct {
		Salt       asn1.RawValue
		Iterations int
		Length     asn1.RawValue `asn1:"optional"`
		PRF        asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(parameters, &derivation); err != nil || derivation.Iterations < 0 || derivation.Iterations > maxPKCS12Work {
		return -1
	}
	return derivation.Iterations
}

// addWork counts the iterations of one more encryption.
func (f *PKCS12File) addWork(algorithm pkix.AlgorithmIdentifier) {
	n := pkcs12Iterations(algorithm)
	if n < 0 || f.work < 0 {
		f.work = -1
		return
	}
	f.work += n
}
