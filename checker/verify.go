package checker

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Verify says how the signatures of profiles are verified.
type Verify struct {
	Roots *x509.CertPool // those that a signer must chain to; nil: any signer is trusted
	Named bool           // the roots were named for the run, not only those of the system
}

// AddRoots adds the certificates of a file, in PEM or DER.
func AddRoots(roots *x509.CertPool, text []byte) error {
	if !bytes.Contains(text, []byte("-----BEGIN ")) {
		c, err := x509.ParseCertificate(text)
		if err != nil {
			return errors.New("not a certificate in PEM or DER")
		}
		roots.AddCert(c)
		return nil
	}
	const begin = "-----BEGIN CERTIFICATE-----"
	announced, found := bytes.Count(text, []byte(begin)), 0
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("cannot read certificate %d: %w", found+1, err)
		}
		found++
		roots.AddCert(c)
	}
	switch {
	case found == 0:
		return errors.New("no certificate in the PEM file")
	case found < announced:
		return errors.New("corrupt certificate in the PEM file")
	}
	return nil
}
