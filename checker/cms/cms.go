// Package cms unwraps CMS signed messages (RFC 5652) in BER, DER, and PEM, and
// verifies their signatures.
package cms

import (
	"bytes"
	"encoding/pem"
	"errors"
	"strings"
)

const (
	TagInteger, TagBits              = 0x02, 0x03
	tagOctets, TagOID                = 0x04, 0x06
	TagSequence, tagSet, tagContext0 = 0x30, 0x31, 0xa0
	tagContextPrimitive0             = 0x80
	tagChunks                        = 0x24 // constructed OCTET STRING
	Indefinite                       = -1   // length of an element closed by end-of-contents octets
	maxNesting                       = 32   // SignedData opens five elements, its chunks one or two more

	pkcs7 = "\x2a\x86\x48\x86\xf7\x0d\x01\x07" // 1.2.840.113549.1.7
	pkcs9 = "\x2a\x86\x48\x86\xf7\x0d\x01\x09" // 1.2.840.113549.1.9
)

var (
	errNotCMS      = errors.New("not a CMS message")
	errCMSCut      = errors.New("CMS message is truncated")
	errCMSUnclosed = errors.New("CMS message is truncated before its end-of-contents octets")
	errCMSOverrun  = errors.New("CMS message is damaged: an element runs past the end of the one around it")
	errCMSLength   = errors.New("CMS message is damaged: a length is reserved, too large or out of place")
)

// Content returns the content of one CMS SignedData message (RFC 5652) in BER or
// DER. Signatures are not verified. The result is a part of text unless the
// message has its content in several chunks.
func Content(text []byte) ([]byte, error) {
	if err := recognize(text); err != nil {
		return nil, err
	}
	r := berReader{text: text}
	r.scopes[0].end = len(text)
	r.open(TagSequence, "ContentInfo")
	if oid := r.primitive(TagOID, "content type"); r.err == nil && string(oid) != pkcs7+"\x02" {
		return nil, otherCMSContent(string(oid))
	}
	r.open(tagContext0, "content")
	r.open(TagSequence, "SignedData")
	version := r.primitive(TagInteger, "version")
	if r.err == nil && (len(version) != 1 || version[0] < 1 || version[0] > 5) {
		return nil, errors.New("CMS message has an unknown version of SignedData")
	}
	r.open(tagSet, "list of digest algorithms")
	r.close()
	r.open(TagSequence, "encapsulated content")
	r.primitive(TagOID, "type of the encapsulated content")
	if !r.more() && r.err == nil {
		return nil, errors.New("CMS message carries no content (a detached signature); sign with the content attached, as openssl cms -sign -nodetach does")
	}
	r.open(tagContext0, "encapsulated content")
	content := r.octetString()
	// Certificates and signer infos say nothing about the profile, but a
	// device rejects a message that ends among them.
	for r.depth > 0 && r.err == nil {
		r.close()
	}
	if r.err != nil {
		return nil, r.err
	}
	return content, nil
}

// recognize rejects files that start like a CMS message, with a SEQUENCE, but
// are something else that admins store next to their profiles.
func recognize(text []byte) error {
	if len(text) == 0 || text[0] != TagSequence {
		return errNotCMS
	}
	_, _, pos, err := ReadHeader(text, 0)
	if err != nil || pos == len(text) || text[pos] == TagOID {
		return err
	}
	if bytes.HasPrefix(text[pos:], []byte{TagInteger, 1, 3, TagSequence}) {
		return errors.New("a PKCS #12 file (certificate and private key), not a signed profile")
	}
	tag, _, pos, err := ReadHeader(text, pos)
	if tag == TagSequence && err == nil && pos < len(text) && text[pos] == tagContext0 {
		return errors.New("an X.509 certificate in DER, not a signed profile")
	}
	return errNotCMS
}

// otherCMSContent says what to do about a message that is not SignedData.
func otherCMSContent(oid string) error {
	switch oid { // EnvelopedData, SignedAndEnvelopedData, EncryptedData, AuthEnvelopedData
	case pkcs7 + "\x03", pkcs7 + "\x04", pkcs7 + "\x06", pkcs9 + "\x10\x01\x17":
		return errors.New("CMS message is encrypted (EnvelopedData), not signed; check the profile before it is encrypted")
	}
	return errors.New("CMS message holds another type of content than SignedData; sign the profile, as openssl cms -sign -nodetach does")
}

// DecodePEM returns the DER in the first PEM block of a text that starts with
// one. For a block without a CMS message the error states its type, but not its
// content.
func DecodePEM(text []byte) ([]byte, error) {
	block, rest := pem.Decode(text)
	// The decoder skips a broken block to the next one.
	if block == nil || bytes.Count(text[:len(text)-len(rest)], []byte("-----BEGIN")) != 1 {
		return nil, errors.New("PEM block is damaged or its END line is missing")
	}
	kind := strings.ToUpper(block.Type)
	switch {
	case kind == "CMS", kind == "SIGNED MESSAGE", strings.HasPrefix(kind, "PKCS7"), strings.HasPrefix(kind, "PKCS #7"):
		if len(block.Bytes) == 0 || block.Bytes[0] != TagSequence { // a profile, or another block
			return nil, errors.New("PEM block does not hold a CMS message, whatever its BEGIN line says; sign the profile")
		}
		return block.Bytes, nil
	case strings.Contains(kind, "PRIVATE KEY"):
		return nil, errors.New("a private key in PEM, not a signed profile")
	case strings.Contains(kind, "CERTIFICATE"):
		return nil, errors.New("a certificate or certificate request in PEM, not a signed profile")
	}
	return nil, errors.New("PEM block does not hold a CMS message; its BEGIN line should say PKCS7 or CMS")
}
