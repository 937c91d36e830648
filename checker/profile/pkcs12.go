package profile

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"unicode/utf16"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/sceplint/sceplint/checker/cms"
)

// TypePKCS12 is the PayloadType of PKCS #12 payloads.
const TypePKCS12 = "com.apple.security.pkcs12"

// PKCS12File is what is known of a PKCS #12 file without opening it. It is read
// in DER, as all current programs write it.
type PKCS12File struct {
	PBES2      bool   // its content is encrypted with a scheme of PKCS #5, not of PKCS #12
	MAC        string // the digest algorithm of its MAC, such as "SHA-256", or "PBMAC1"; "" if it has none, or another
	Iterations int    // of the hash of the MAC

	mac     pkcs12MAC
	content []byte // what the MAC is over
	work    int    // iterations that decryption takes; -1 if they are not known
}

// The parts of a PKCS #12 file, as in RFC 7292.
type (
	pkcs12PFX struct {
		Version  int
		AuthSafe pkcs12Content
		MAC      pkcs12MAC `asn1:"optional"`
	}
	pkcs12Content struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	pkcs12MAC struct {
		Digest struct {
			Algorithm pkix.AlgorithmIdentifier
			Digest    []byte
		}
		Salt       []byte
		Iterations int `asn1:"optional,default:1"`
	}
	pkcs12Encrypted struct {
		Version int
		Content struct {
			Type      asn1.ObjectIdentifier
			Algorithm pkix.AlgorithmIdentifier
			Data      asn1.RawValue `asn1:"optional"`
		}
	}
	pkcs12Bag struct {
		Type       asn1.ObjectIdentifier
		Value      asn1.RawValue `asn1:"tag:0,explicit"`
		Attributes asn1.RawValue `asn1:"set,optional"`
	}
	pkcs12Key struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
)

var (
	oidPKCS7Data      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidPKCS7Encrypted = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidShroudedKey    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidPBES2          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBMAC1         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}
)

// hashNames are the names that PKCS12File.MAC has.
var hashNames = map[crypto.Hash]string{crypto.SHA1: "SHA-1", crypto.SHA256: "SHA-256", crypto.SHA384: "SHA-384", crypto.SHA512: "SHA-512"}

// PKCS12File reads the file in a PKCS #12 payload; false if it is template text,
// or not a file that is read here.
func (p Payload) PKCS12File() (f PKCS12File, ok bool) {
	data, known, err := payloadData(p.Keys.Content, "a PKCS #12 file")
	if !known || err != nil {
		return f, false
	}
	var pfx pkcs12PFX
	if _, err := asn1.Unmarshal(data, &pfx); err != nil || !pfx.AuthSafe.Type.Equal(oidPKCS7Data) {
		return f, false
	}
	if _, err := asn1.Unmarshal(pfx.AuthSafe.Content.Bytes, &f.content); err != nil {
		return f, false
	}
	f.mac, f.Iterations = pfx.MAC, pfx.MAC.Iterations
	if algorithm := pfx.MAC.Digest.Algorithm.Algorithm; algorithm.Equal(oidPBMAC1) {
		f.MAC = "PBMAC1"
	} else if hash, ok := cms.HashOf(algorithm); ok && len(f.mac.Digest.Digest) > 0 {
		f.MAC = hashNames[hash]
	}
	var parts []pkcs12Content
	if _, err := asn1.Unmarshal(f.content, &parts); err != nil {
		return f, true
	}
	for _, part := range parts {
		switch {
		case part.Type.Equal(oidPKCS7Encrypted):
			var e pkcs12Encrypted
			if _, err := asn1.Unmarshal(part.Content.Bytes, &e); err == nil {
				f.PBES2 = f.PBES2 || e.Content.Algorithm.Algorithm.Equal(oidPBES2)
				f.addWork(e.Content.Algorithm)
			} else {
				f.work = -1
			}
		case part.Type.Equal(oidPKCS7Data):
			var octets []byte
			var bags []pkcs12Bag
			if _, err := asn1.Unmarshal(part.Content.Bytes, &octets); err != nil {
				continue
			}
			if _, err := asn1.Unmarshal(octets, &bags); err != nil {
				continue
			}
			for _, bag := range bags {
				var key pkcs12Key
				if !bag.Type.Equal(oidShroudedKey) {
					continue
				}
				if _, err := asn1.Unmarshal(bag.Value.Bytes, &key); err == nil {
					f.PBES2 = f.PBES2 || key.Algorithm.Algorithm.Equal(oidPBES2)
					f.addWork(key.Algorithm)
				} else {
					f.work = -1
				}
			}
		}
	}
	return f, true
}

// Opens reports whether a password is that of the file, by its MAC. It is not
// known for files without a MAC, or with one that is not verified here. Its cost
// grows with Iterations.
func (f *PKCS12File) Opens(password string) (opens, known bool) {
	hash, ok := cms.HashOf(f.mac.Digest.Algorithm.Algorithm)
	if !ok || f.Iterations < 1 || len(f.mac.Digest.Digest) != hash.Size() {
		return false, false
	}
	encoded := make([]byte, 0, 2*len(password)+2)
	for _, unit := range utf16.Encode([]rune(password)) {
		encoded = binary.BigEndian.AppendUint16(encoded, unit)
	}
	candidates := [][]byte{append(encoded, 0, 0)}
	if password == "" {
		candidates = append(candidates, nil) // the other way of writing none
	}
	for _, candidate := range candidates {
		mac := hmac.New(hash.New, pkcs12MACKey(hash, candidate, f.mac.Salt, f.Iterations))
		mac.Write(f.content)
		if hmac.Equal(mac.Sum(nil), f.mac.Digest.Digest) {
			return true, true
		}
	}
	for i := range len(password) {
		if password[i] >= 0x80 {
			return false, false // programs differ in how they write it
		}
	}
	return false, true
}

// pkcs12MACKey derives the key of a MAC from a password, as in RFC 7292,
// appendix B.2. The key is as long as the digest, so that one round will do.
func pkcs12MACKey(hash crypto.Hash, password, salt []byte, iterations int) []byte {
	h := hash.New()
	block := h.BlockSize()
	const purpose = 3 // a key for a MAC
	h.Write(bytes.Repeat([]byte{purpose}, block))
	for _, part := range [][]byte{salt, password} {
		if len(part) > 0 {
			size := (len(part) + block - 1) / block * block
			h.Write(bytes.Repeat(part, size/len(part)+1)[:size])
		}
	}
	key := h.Sum(nil)
	for range iterations - 1 {
		h.Reset()
		h.Write(key)
		key = h.Sum(key[:0])
	}
	return key
}

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
