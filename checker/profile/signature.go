package profile

import (
	"bytes"
	"crypto/x509"
	"errors"
	"math/big"
	"slices"
)

// Signature is what one of the CMS messages around a profile says about the
// content that it holds.
type Signature struct {
	Signers []Signer
	Err     error // why the message cannot be taken apart
}

// Verdict is what came of verifying a signature.
type Verdict uint8

// The verdicts. A signature that is not Verified is either Refuted, and then
// the content is not what was signed, or nobody here can tell.
const (
	Verified Verdict = iota
	Refuted
	Unknown   // of a kind that is not verified here
	Anonymous // the message does not hold the certificate of the signer
)

// Signer is one who signed, and what came of it.
type Signer struct {
	Certificate *x509.Certificate // nil if the message does not hold it
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

// announcesSigned reports whether a document begins as a signed one does.
func announcesSigned(text []byte) bool {
	if bytes.HasPrefix(text, []byte("-----BEGIN PKCS7")) || bytes.HasPrefix(text, []byte("-----BEGIN CMS")) {
		return true
	}
	_, _, pos, err := readBERHeader(text, 0)
	return err == nil && bytes.HasPrefix(text[pos:], []byte("\x06\x09"+pkcs7+"\x02"))
}

// SignerCertificates returns the certificates of those who signed a CMS message,
// as far as it contains them. The signatures are not verified.
func SignerCertificates(message []byte) (list []*x509.Certificate) {
	m := takeApart(message)
	for i := range m.signers {
		if at := slices.IndexFunc(m.bundled, m.signers[i].of); at >= 0 {
			list = append(list, m.bundled[at])
		}
	}
	return list
}

// signedParts are the parts of a CMS message.
type signedParts struct {
	content []byte
	bundled []*x509.Certificate
	signers []signerInfo // at most maxSigners
	more    bool         // signers are left out
	err     error
}

// takeApart takes a message of the form that signedContent accepts apart, without
// recursion in what has no bound.
func takeApart(message []byte) (m signedParts) {
	content, err := signedContent(message)
	if err != nil {
		m.err = err
		return m
	}
	m.content = content
	r := berReader{text: message}
	r.scopes[0].end = len(message)
	r.open(tagSequence, "ContentInfo")
	r.primitive(tagOID, "content type")
	r.open(tagContext0, "content")
	r.open(tagSequence, "SignedData")
	r.primitive(tagInteger, "version")
	for _, tag := range []byte{tagSet, tagSequence} { // digest algorithms, content
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

// verify verifies each signer of a message.
func verify(message []byte) (s Signature) {
	m := takeApart(message)
	s.Err = m.err
	for i := range m.signers {
		s.Signers = append(s.Signers, m.signers[i].verify(m.bundled, m.content))
	}
	if m.more {
		s.Signers = append(s.Signers, Signer{Verdict: Unknown, Reason: "the message has more signers than are looked at"})
	}
	return s
}

// certificates gives those of a message that can be read.
func (r *berReader) certificates() (list []*x509.Certificate) {
	r.open(tagContext0, "certificates")
	for tried := 0; r.more(); tried++ {
		start := r.pos
		tag, length := r.header()
		if length == indefinite {
			r.push(length)
			r.close()
			continue
		}
		r.pos += length
		if r.err != nil || tag != tagSequence || r.pos-start > maxBundledSize || tried >= maxBundled {
			continue
		}
		if c, err := x509.ParseCertificate(r.text[start:r.pos]); err == nil {
			list = append(list, c)
		}
	}
	r.close()
	return list
}

// peek is the tag of the next element; 0 at the end of the innermost open one.
func (r *berReader) peek() byte {
	if !r.more() {
		return 0
	}
	return r.text[r.pos]
}

// element adds the next element to out, in DER as far as lengths go. Recursion
// ends at maxNesting, where push refuses.
func (r *berReader) element(out []byte) []byte {
	tag, length := r.header()
	switch {
	case r.err != nil:
		return out
	case tag&0x1f == 0x1f || tag == 0:
		r.err = errors.New("CMS message is damaged: a tag is out of place")
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
