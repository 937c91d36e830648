package profile

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"strings"
)

const (
	tagInteger, tagBits              = 0x02, 0x03
	tagOctets, tagOID                = 0x04, 0x06
	tagSequence, tagSet, tagContext0 = 0x30, 0x31, 0xa0
	tagContextPrimitive0             = 0x80
	tagChunks                        = 0x24 // constructed OCTET STRING
	indefinite                       = -1   // length of an element closed by end-of-contents octets
	maxNesting                       = 32   // SignedData opens five elements, its chunks one or two more

	pkcs7 = "\x2a\x86\x48\x86\xf7\x0d\x01\x07" // 1.2.840.113549.1.7
	pkcs9 = "\x2a\x86\x48\x86\xf7\x0d\x01\x09" // 1.2.840.113549.1.9
)

var (
	errNotCMS      = errors.New("not a CMS message")
	errCMSCut      = errors.New("CMS message is cut off; export or sign the profile again")
	errCMSUnclosed = errors.New("CMS message is cut off before its end-of-contents octets; export or sign the profile again")
	errCMSOverrun  = errors.New("CMS message is damaged: an element runs past the end of the one around it")
	errCMSLength   = errors.New("CMS message is damaged: a length is reserved, too large or out of place")
)

// signedContent returns what one CMS SignedData message (RFC 5652) in BER or
// DER encapsulates. Signatures are not verified. The result is a part of text
// unless the message holds its content in several chunks.
func signedContent(text []byte) ([]byte, error) {
	if err := recogniseCMS(text); err != nil {
		return nil, err
	}
	r := berReader{text: text}
	r.scopes[0].end = len(text)
	r.open(tagSequence, "ContentInfo")
	if oid := r.primitive(tagOID, "content type"); r.err == nil && string(oid) != pkcs7+"\x02" {
		return nil, otherCMSContent(string(oid))
	}
	r.open(tagContext0, "content")
	r.open(tagSequence, "SignedData")
	version := r.primitive(tagInteger, "version")
	if r.err == nil && (len(version) != 1 || version[0] < 1 || version[0] > 5) {
		return nil, errors.New("CMS message has an unknown version of SignedData")
	}
	r.open(tagSet, "list of digest algorithms")
	r.close()
	r.open(tagSequence, "encapsulated content")
	r.primitive(tagOID, "type of the encapsulated content")
	if !r.more() && r.err == nil {
		return nil, errors.New("CMS message carries no content (a detached signature); sign with the content attached, as openssl cms -sign -nodetach does")
	}
	r.open(tagContext0, "encapsulated content")
	content := r.octetString()
	// Certificates and signer infos say nothing about the profile, but a
	// device refuses a message that ends among them.
	for r.depth > 0 && r.err == nil {
		r.close()
	}
	if r.err != nil {
		return nil, r.err
	}
	return content, nil
}

// recogniseCMS refuses files that start as a CMS message does, with a SEQUENCE,
// but are something else that admins keep next to their profiles.
func recogniseCMS(text []byte) error {
	if len(text) == 0 || text[0] != tagSequence {
		return errNotCMS
	}
	_, _, pos, err := readBERHeader(text, 0)
	if err != nil || pos == len(text) || text[pos] == tagOID {
		return err
	}
	if bytes.HasPrefix(text[pos:], []byte{tagInteger, 1, 3, tagSequence}) {
		return errors.New("a PKCS#12 file (certificate and private key), not a signed profile")
	}
	tag, _, pos, err := readBERHeader(text, pos)
	if tag == tagSequence && err == nil && pos < len(text) && text[pos] == tagContext0 {
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

// readBERHeader reads the identifier and length octets at pos, without a look at
// whether the contents are there.
func readBERHeader(text []byte, pos int) (tag byte, length, next int, err error) {
	next = pos + 1
	if pos < len(text) && text[pos]&0x1f == 0x1f { // the tag number takes further octets
		for next < len(text) && text[next]&0x80 != 0 {
			next++
		}
		next++
	}
	if next >= len(text) {
		return 0, 0, 0, errCMSCut
	}
	tag, first := text[pos], text[next]
	next++
	switch {
	case first < 0x80:
		return tag, int(first), next, nil
	case first == 0x80 && tag&0x20 != 0: // constructed
		return tag, indefinite, next, nil
	case first == 0x80, first == 0xff:
		return 0, 0, 0, errCMSLength
	case int(first&0x7f) > len(text)-next:
		return 0, 0, 0, errCMSCut
	}
	for end := next + int(first&0x7f); next < end; next++ {
		if length > math.MaxInt>>8 {
			return 0, 0, 0, errCMSLength
		}
		length = length<<8 | int(text[next])
	}
	return tag, length, next, nil
}

// berScope is an element whose contents are being read.
type berScope struct {
	end        int  // of the element, or of the nearest one around it that has a length
	sized      bool // end comes from a length, and not from the end of the file
	indefinite bool // end-of-contents octets close the element
}

// berReader walks BER from left to right with a fixed number of open
// elements. It keeps the first error; its methods move no further after it.
type berReader struct {
	text   []byte
	pos    int
	depth  int
	scopes [maxNesting + 1]berScope
	err    error
}

// header reads one header and makes sure that what it announces fits the
// innermost open element. Tag 0 stands for the end of that element.
func (r *berReader) header() (tag byte, length int) {
	if !r.more() {
		return 0, 0
	}
	scope := &r.scopes[r.depth]
	tag, length, next, err := readBERHeader(r.text[:scope.end], r.pos)
	missing := length - (scope.end - next)
	switch {
	case scope.sized && (err == errCMSCut || err == nil && missing > 0):
		r.err = errCMSOverrun
	case err != nil:
		r.err = err
	case missing > 0:
		r.err = fmt.Errorf("CMS message is cut off: %d bytes or more are missing; export or sign the profile again", missing)
	default:
		r.pos = next
		return tag, length
	}
	return 0, 0
}

// expect reads the header of an element that must have the tag.
func (r *berReader) expect(tag byte, name string) int {
	found, length := r.header()
	if r.err == nil && found != tag {
		r.err = fmt.Errorf("CMS message is damaged: its %s is missing", name)
	}
	return length
}

// push makes an element whose header was just read the innermost open one.
func (r *berReader) push(length int) {
	if r.err != nil {
		return
	}
	if r.depth == maxNesting {
		r.err = fmt.Errorf("CMS message nests more than %d elements", maxNesting)
		return
	}
	scope := berScope{r.pos + length, true, false}
	if length == indefinite {
		scope = berScope{r.scopes[r.depth].end, r.scopes[r.depth].sized, true}
	}
	r.depth++
	r.scopes[r.depth] = scope
}

// open enters the next element, which must have the tag.
func (r *berReader) open(tag byte, name string) {
	r.push(r.expect(tag, name))
}

// primitive returns the contents of the next element, which must have the tag.
func (r *berReader) primitive(tag byte, name string) []byte {
	length := r.expect(tag, name)
	if r.err != nil {
		return nil
	}
	r.pos += length
	return r.text[r.pos-length : r.pos : r.pos]
}

// more reports whether the innermost open element has contents left. One of
// indefinite length that ends without its two closing octets is an error.
func (r *berReader) more() bool {
	scope := &r.scopes[r.depth]
	switch {
	case r.err != nil || !scope.indefinite:
		return r.err == nil && r.pos < scope.end
	case scope.end-r.pos >= 2:
		return r.text[r.pos] != 0 || r.text[r.pos+1] != 0
	case scope.sized:
		r.err = errCMSOverrun
	default:
		r.err = errCMSUnclosed
	}
	return false
}

// close passes over the rest of the innermost open element. Only indefinite
// lengths inside it have to be followed; whatever has a length is one step.
func (r *berReader) close() {
	for outer := r.depth - 1; r.err == nil && r.depth > outer; {
		if !r.scopes[r.depth].indefinite {
			r.pos = r.scopes[r.depth].end
			r.depth--
		} else if !r.more() {
			r.pos += 2
			r.depth--
		} else if _, length := r.header(); length == indefinite {
			r.push(length)
		} else {
			r.pos += length
		}
	}
}

// octetString returns the contents of an OCTET STRING of either form. Chunks
// are joined in one allocation, which what is left of the text bounds.
func (r *berReader) octetString() []byte {
	content, base := []byte{}, r.depth
	for {
		tag, length := r.header()
		switch {
		case r.err != nil:
		case tag == tagChunks:
			r.push(length)
		case tag != tagOctets:
			r.err = errors.New("CMS message does not hold its content in octet strings")
		case length > 0 && len(content) == 0:
			content = r.text[r.pos : r.pos+length : r.pos+length]
			r.pos += length
		case length > 0:
			if cap(content)-len(content) < length {
				content = append(make([]byte, 0, len(content)+r.scopes[base].end-r.pos), content...)
			}
			content = append(content, r.text[r.pos:r.pos+length]...)
			r.pos += length
		}
		for r.depth > base && !r.more() && r.err == nil {
			r.close()
		}
		if r.depth == base || r.err != nil {
			return content
		}
	}
}

// pemContent returns the DER in the first PEM block of a text that starts with
// one. A block that holds no CMS message is named, its content is not shown.
func pemContent(text []byte) ([]byte, error) {
	block, rest := pem.Decode(text)
	// The decoder passes over a broken block to the next one.
	if block == nil || bytes.Count(text[:len(text)-len(rest)], []byte("-----BEGIN")) != 1 {
		return nil, errors.New("PEM block is damaged or its END line is missing; export or sign the profile again")
	}
	kind := strings.ToUpper(block.Type)
	switch {
	case kind == "CMS", kind == "SIGNED MESSAGE", strings.HasPrefix(kind, "PKCS7"), strings.HasPrefix(kind, "PKCS #7"):
		if len(block.Bytes) == 0 || block.Bytes[0] != tagSequence { // a profile, or another block
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
