package profile

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"strings"
)

// appendPEM reads the certificates in PEM text. Other blocks are passed over,
// but a private key draws an entry of its own.
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

// inOneLine reports whether the text is a certificate in PEM but for its line
// breaks, as it comes of a variable of the shell: some readers take that.
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
