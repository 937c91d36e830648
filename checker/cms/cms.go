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
	errCMSOverrun  = errors.New("CMS message is corrupt: an element ends after the one around it")
	errCMSLength   = errors.New("CMS message is corrupt: a length is reserved, too large, or misplaced")
)

// contentError is the error of a message that is intact, but not a signed profile.
type contentError struct{ message, help string }

func (e *contentError) Error() string { return e.message }

const (
	helpSign  = "sign the profile with openssl cms -sign -nodetach"
	helpOther = "replace the file with the signed profile"
)

// Help returns what to do about an error of this package, in one imperative.
func Help(err error) string {
	if e := (*contentError)(nil); errors.As(err, &e) {
		return e.help
	}
	return "sign the profile again, or download it again"
}

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
		return nil, &contentError{"CMS message has no content: the signature is detached", helpSign}
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
		return &contentError{"found a PKCS #12 file; expected a signed profile", helpOther}
	}
	tag, _, pos, err := ReadHeader(text, pos)
	if tag == TagSequence && err == nil && pos < len(text) && text[pos] == tagContext0 {
		return &contentError{"found an X.509 certificate in DER; expected a signed profile", helpOther}
	}
	return errNotCMS
}

// otherCMSContent returns the error of a message that is not SignedData.
func otherCMSContent(oid string) error {
	switch oid { // EnvelopedData, SignedAndEnvelopedData, EncryptedData, AuthEnvelopedData
	case pkcs7 + "\x03", pkcs7 + "\x04", pkcs7 + "\x06", pkcs9 + "\x10\x01\x17":
		return &contentError{"CMS message is encrypted (EnvelopedData); expected SignedData", "check the profile before encrypting it"}
	}
	return &contentError{"CMS message has an unsupported content type; expected SignedData", helpSign}
}

// DecodePEM returns the DER in the first PEM block of a text that starts with
// one. For a block without a CMS message the error states its type, but not its
// content.
func DecodePEM(text []byte) ([]byte, error) {
	block, rest := pem.Decode(text)
	// The decoder skips a broken block to the next one.
	if block == nil || bytes.Count(text[:len(text)-len(rest)], []byte("-----BEGIN")) != 1 {
		return nil, &contentError{"PEM block is corrupt, or its END line is missing", helpSign}
	}
	kind := strings.ToUpper(block.Type)
	switch {
	case kind == "CMS", kind == "SIGNED MESSAGE", strings.HasPrefix(kind, "PKCS7"), strings.HasPrefix(kind, "PKCS #7"):
		if len(block.Bytes) == 0 || block.Bytes[0] != TagSequence { // a profile, or another block
			return nil, &contentError{"PEM block contains no CMS message, despite its BEGIN line", helpSign}
		}
		return block.Bytes, nil
	case strings.Contains(kind, "PRIVATE KEY"):
		return nil, &contentError{"found a private key in PEM; expected a signed profile", helpOther}
	case strings.Contains(kind, "CERTIFICATE"):
		return nil, &contentError{"found a certificate or certificate request in PEM; expected a signed profile", helpOther}
	}
	return nil, &contentError{"unsupported PEM block; expected PKCS7 or CMS in its BEGIN line", helpSign}
}
