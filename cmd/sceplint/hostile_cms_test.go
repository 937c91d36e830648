package main

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// der writes an element with its contents.
func der(tag byte, parts ...[]byte) []byte {
	contents := joined(parts...)
	switch n := len(contents); {
	case n < 0x80:
		return append([]byte{tag, byte(n)}, contents...)
	default:
		return append([]byte{tag, 0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, contents...)
	}
}

// ber writes an element of indefinite length.
func ber(tag byte, parts ...[]byte) []byte {
	return append(append([]byte{tag, 0x80}, joined(parts...)...), 0, 0)
}

func joined(parts ...[]byte) (all []byte) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

var (
	oidData       = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}
	oidSignedData = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	oidEnveloped  = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03}
	oidSHA256     = []byte{0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}
	oidRSA        = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b}
)

// signed is a CMS message around a text, with certificates and signer infos.
func signed(content, certificates []byte, signers ...[]byte) []byte {
	parts := [][]byte{der(2, []byte{1}), der(0x31, der(0x30, oidSHA256)), der(0x30, oidData, der(0xa0, der(4, content)))}
	if certificates != nil {
		parts = append(parts, der(0xa0, certificates))
	}
	return der(0x30, oidSignedData, der(0xa0, der(0x30, append(parts, der(0x31, signers...))...)))
}

// signerOf is the info of a signer whose signature is nothing.
func signerOf(c *x509.Certificate) []byte {
	return der(0x30, der(2, []byte{1}), der(0x30, c.RawIssuer, der(2, c.SerialNumber.Bytes())), der(0x30, oidSHA256), der(0x30, oidRSA, []byte{5, 0}), der(4, make([]byte, 2048)))
}

var hostileKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// certified is a certificate with a name for a public key; nil: one of its own.
func certified(serial int64, name pkix.Name, key any) *x509.Certificate {
	if key == nil {
		key = hostileKey.Public()
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: name, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	text, err := x509.CreateCertificate(nil, template, template, key, hostileKey)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(text)
	if err != nil {
		panic(err)
	}
	return c
}

// largeKey is an RSA key of so many bits that nobody has the private half of.
func largeKey(bits int) *rsa.PublicKey {
	n := new(big.Int).SetBytes(noise(bits / 8))
	n.SetBit(n, bits-1, 1).SetBit(n, 0, 1)
	return &rsa.PublicKey{N: n, E: 1<<31 - 1}
}

func layRoot(dir string) {
	root := certified(1, pkix.Name{CommonName: "root"}, nil)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
	if err := os.WriteFile(filepath.Join(dir, "root.pem"), text, 0o600); err != nil {
		panic(err)
	}
}

// certificatePayloads are payloads with this certificate.
func certificatePayloads(n int, certificate []byte) string {
	return payloadsOf(many("<dict><key>PayloadType</key><string>com.apple.security.root</string><key>PayloadContent</key><data>"+
		base64.StdEncoding.EncodeToString(certificate)+"</data></dict>", n))
}

func hostileCMS() []hostile {
	good := profiletest.Generate(1)
	whole := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, text: text, lay: layRoot, exit: exit, says: says}
	}
	bytes := func(name, says string, text ...byte) hostile {
		return whole(name, func() []byte { return text }, 1, says)
	}
	around := func(n int) func() []byte {
		return func() []byte {
			text := good
			for range n {
				text = signed(text, nil)
			}
			return text
		}
	}
	named := func(name pkix.Name) func() []byte {
		return func() []byte {
			c := certified(7, name, nil)
			return signed(good, c.Raw, signerOf(c))
		}
	}
	head := joined([]byte{0x30, 0x80}, oidSignedData, []byte{0xa0, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x80}, oidData, []byte{0xa0, 0x80})
	block := func(kind string, text []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: text})
	}
	const cut, length, unsigned = "CMS message is truncated", "a length is reserved, too large, or misplaced", "profile-signature"
	return []hostile{
		whole("indefinite", grown("", "\x30\x80", 2e6, ""), 1, "plist-syntax"),
		whole("indefinite-content", func() []byte { return joined(head, []byte(many("\x24\x80", 2e6))) }, 1, "nested more than 32 deep"),
		whole("indefinite-behind", func() []byte {
			return joined(head, ber(0x24, der(4, good)), []byte{0, 0, 0, 0}, []byte(many("\xa0\x80", 2e6)))
		}, 1, "nested more than 32 deep"),
		whole("unclosed", func() []byte { return joined(head, []byte{0x24, 0x80}, der(4, good)) }, 1, "before its end-of-contents octets"),
		whole("unclosed-half", func() []byte { return joined(head, ber(0x24, der(4, good)), []byte{0}) }, 1, "truncated"),
		whole("chunks", func() []byte {
			var chunks []byte
			for _, c := range good {
				chunks = append(chunks, 4, 1, c)
			}
			return ber(0x30, oidSignedData, ber(0xa0, ber(0x30, der(2, []byte{1}), der(0x31), ber(0x30, oidData, ber(0xa0, ber(0x24, chunks))), der(0x31))))
		}, 1, unsigned),
		whole("chunks-empty", func() []byte {
			return ber(0x30, oidSignedData, ber(0xa0, ber(0x30, der(2, []byte{1}), der(0x31), ber(0x30, oidData, ber(0xa0, ber(0x24, []byte(many("\x04\x00", 4e6)), der(4, good)))), der(0x31))))
		}, 1, unsigned),
		bytes("length-huge", length, 0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		bytes("length-reserved", length, 0x30, 0xff, 0, 0),
		bytes("length-long", cut, 0x30, 0xfe, 0, 0, 0, 0),
		bytes("length-4-gib", "missing", append(append([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, oidSignedData...), 0xa0, 0x80)...),
		bytes("length-zero", "CMS", 0x30, 0x80),
		whole("length-lies-inside", func() []byte {
			return joined([]byte{0x30, 0x20}, oidSignedData, []byte{0xa0, 0x82, 0x10, 0, 0x30, 0x80}, make([]byte, 15))
		}, 1, "ends after the one around it"),
		whole("length-padded", func() []byte {
			return joined([]byte{0x30, 0x90}, make([]byte, 15), []byte{0x20}, oidSignedData, make([]byte, 21))
		}, 1, "CMS message is corrupt"),
		whole("tag-long", func() []byte { return append([]byte{0x30, 0x83, 0x0f, 0x42, 0x40, 0x3f}, []byte(many("\xff", 1e6))...) }, 1, "not a CMS message"),
		whole("oid-long", func() []byte { return der(0x30, der(6, []byte(many("\x81", 1e6))), der(0xa0)) }, 1, "unsupported content type"),
		whole("oid-inside-long", func() []byte {
			return der(0x30, oidSignedData, der(0xa0, der(0x30, der(2, []byte{1}), der(0x31, der(0x30, der(6, []byte(many("\x81", 1e6))))), der(0x30, oidData, der(0xa0, der(4, good))), der(0x31))))
		}, 1, unsigned),
		whole("version", func() []byte {
			return der(0x30, oidSignedData, der(0xa0, der(0x30, der(2, []byte(many("\x01", 1000))))))
		}, 1, "unknown version of SignedData"),
		whole("empty", func() []byte { return signed(nil, nil) }, 1, "file is empty"),
		whole("detached", func() []byte {
			return der(0x30, oidSignedData, der(0xa0, der(0x30, der(2, []byte{1}), der(0x31), der(0x30, oidData), der(0x31))))
		}, 1, "the signature is detached"),
		whole("encrypted", func() []byte { return der(0x30, oidEnveloped, der(0xa0, der(0x30))) }, 1, "CMS message is encrypted"),
		whole("content-number", func() []byte {
			return der(0x30, oidSignedData, der(0xa0, der(0x30, der(2, []byte{1}), der(0x31), der(0x30, oidData, der(0xa0, der(2, []byte{1}))), der(0x31))))
		}, 1, "content is not in octet strings"),
		whole("content-noise", func() []byte { return signed(noise(1<<20), nil) }, 1, "binary file of an unknown kind"),
		whole("around-8", around(8), 1, unsigned),
		whole("around-9", around(9), 1, "signed more than 8 times"),
		whole("around-1000", around(1000), 1, "signed more than 8 times"),
		whole("behind", func() []byte { return append(signed(good, nil), noise(1<<20)...) }, 1, unsigned),
		whole("signers-none", func() []byte { return signed(good, nil) }, 1, unsigned),
		whole("signers-many", func() []byte {
			c := certified(7, pkix.Name{CommonName: "a"}, nil)
			return signed(good, c.Raw, []byte(many(string(signerOf(c)), 5000)))
		}, 1, unsigned),
		whole("signers-garbage", func() []byte { return signed(good, nil, []byte(many("\x30\x00", 1e5))) }, 1, "signature is invalid"),
		whole("certificates-many", func() []byte {
			c := certified(7, pkix.Name{CommonName: "a"}, nil)
			return signed(good, []byte(many(string(c.Raw), 5000)), signerOf(c))
		}, 1, unsigned),
		whole("certificates-distinct", func() []byte {
			var all []byte
			for i := range 1000 {
				all = append(all, certified(int64(i+1), pkix.Name{CommonName: fmt.Sprint("a", i)}, nil).Raw...)
			}
			return signed(good, all, signerOf(certified(7, pkix.Name{CommonName: "a6"}, nil)))
		}, 1, unsigned),
		whole("certificates-garbage", func() []byte { return signed(good, []byte(many("\x30\x03\x02\x01\x01", 1e5)), der(0x30)) }, 1, "signature is invalid"),
		whole("signer-key-16k", func() []byte {
			c := certified(7, pkix.Name{CommonName: "a"}, largeKey(16384))
			return signed(good, c.Raw, signerOf(c))
		}, 1, unsigned),
		whole("signer-escape", named(pkix.Name{CommonName: "a\x1b[31mb\x07\u202e\u009b", Organization: []string{"o\nsceplint: all is well\r"}}), 1, `"CN=a\\1b[31mb`),
		whole("signer-long", named(pkix.Name{CommonName: many("ä", 1e6)}), 1, unsigned),
		whole("signer-names", named(pkix.Name{OrganizationalUnit: strings.Split(many("a,", 2e4), ",")}), 1, unsigned),

		// Certificates in payloads.
		whole("payload-key-16k", func() []byte {
			return []byte(certificatePayloads(50, certified(7, pkix.Name{CommonName: "a"}, largeKey(16384)).Raw))
		}, 1, "payload-key-missing"),
		whole("payload-certificates", func() []byte {
			return []byte(certificatePayloads(5000, certified(7, pkix.Name{CommonName: "a"}, nil).Raw))
		}, 2, "which policies are not shown"),
		whole("payload-pem", func() []byte {
			return []byte(certificatePayloads(1, []byte(many(string(block("CERTIFICATE", certified(7, pkix.Name{CommonName: "a"}, nil).Raw)), 5000))))
		}, 1, "more than 100 certificates"),
		whole("payload-names", func() []byte {
			return []byte(certificatePayloads(1, certified(7, pkix.Name{CommonName: "\x1b]0;title\x07\u202e"}, largeKey(512)).Raw))
		}, 1, "certificate-weak"),
		whole("payload-garbage", func() []byte { return []byte(certificatePayloads(20, noise(1<<18))) }, 1, "certificate-invalid"),
		whole("payload-nested", func() []byte { return []byte(certificatePayloads(20, []byte(many("\x30\x80", 1e5)))) }, 1, "certificate-invalid"),

		// PEM and others that begin alike.
		whole("pem-open", grown("-----BEGIN PKCS7-----\n", "A", 1e6, ""), 1, "its END line is missing"),
		whole("pem-begins", grown("", "-----BEGIN CMS-----\n", 2e5, ""), 1, "PEM block is corrupt"),
		whole("pem-headers", grown("-----BEGIN CMS-----\n", "a: b\n", 5e5, "\nAAAA\n-----END CMS-----\n"), 1, "PEM block"),
		whole("pem-kind", func() []byte { return block("\x1b[31mCMS", good) }, 1, "PEM block"),
		whole("pem-key", func() []byte { return block("RSA PRIVATE KEY", noise(2000)) }, 1, "a private key in PEM"),
		whole("pem-certificate", func() []byte { return block("CERTIFICATE", noise(2000)) }, 1, "a certificate or certificate request in PEM"),
		whole("pem-signed", func() []byte { return block("PKCS7", signed(good, nil)) }, 1, unsigned),
		whole("pem-in-pem", func() []byte { return block("PKCS7", block("PKCS7", signed(good, nil))) }, 1, "PEM block"),
		whole("pem-profile", func() []byte { return block("PKCS7", good) }, 1, "PEM block"),
		whole("pkcs12", func() []byte { return der(0x30, der(2, []byte{3}), der(0x30, noise(5000))) }, 1, "a PKCS #12 file"),
		whole("certificate", func() []byte { return certified(7, pkix.Name{CommonName: "\x1b[31m"}, nil).Raw }, 1, "an X.509 certificate in DER"),
	}
}
