package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/sceplint/sceplint/checker"
)

// verify does what --verify-signatures and --trust ask for; nil if that is
// nothing.
func (f *checkFlags) verify() (*checker.Verify, error) {
	switch {
	case !f.verifySignatures && len(f.trust) > 0:
		return nil, errors.New("--trust does nothing alone; add --verify-signatures")
	case !f.verifySignatures:
		return nil, nil
	case len(f.trust) == 0:
		roots, err := x509.SystemCertPool()
		if err != nil || roots.Equal(x509.NewCertPool()) {
			f.notes = append(f.notes, "this system has no root certificates, so that it is not looked at who signed; name roots with --trust")
			return &checker.Verify{}, nil
		}
		return &checker.Verify{Roots: roots}, nil
	}
	roots := x509.NewCertPool()
	for _, path := range f.trust {
		text, err := readGiven(path, maxGiven)
		if err == nil {
			err = addRoots(roots, text)
		}
		if err != nil {
			return nil, fmt.Errorf("--trust %s: %w", path, err)
		}
	}
	return &checker.Verify{Roots: roots, Named: true}, nil
}

// addRoots adds the certificates of a file, in PEM or DER.
func addRoots(roots *x509.CertPool, text []byte) error {
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
			return fmt.Errorf("certificate %d cannot be read: %w", found+1, err)
		}
		found++
		roots.AddCert(c)
	}
	switch {
	case found == 0:
		return errors.New("the PEM text holds no certificate")
	case found < announced:
		return errors.New("a certificate of the PEM text is damaged")
	}
	return nil
}
