package profile

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/cms"
)

// TestCertificatesHostile takes what would be slow if anything but linear.
func TestCertificatesHostile(t *testing.T) {
	const mega = 1 << 20
	attribute := "\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02ab"
	name := strings.Repeat(attribute, mega/len(attribute))
	for what, content := range map[string][]byte{
		"garbage":            bytes.Repeat([]byte("garbage\n"), mega/8),
		"begins":             bytes.Repeat([]byte("-----BEGIN CERTIFICATE-----\n"), mega/28),
		"ends":               bytes.Repeat([]byte("-----END CERTIFICATE-----\n"), mega/26),
		"ends and begins":    bytes.Repeat([]byte("-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n"), mega/54),
		"begins and ends":    bytes.Repeat([]byte("-----BEGIN CERTIFICATE-----\n-----END X-----\n"), mega/44),
		"headers":            append([]byte("-----BEGIN CERTIFICATE-----\n"), bytes.Repeat([]byte("a: b\n"), mega/5)...),
		"other blocks":       bytes.Repeat([]byte("-----BEGIN X-----\nAAAA\n-----END X-----\n"), mega/39),
		"blocks":             bytes.Repeat(inPEM([]byte("\x30\x00")), 10_000),
		"a block of garbage": inPEM(bytes.Repeat([]byte("garbage\n"), mega/8)),
		"dashes":             bytes.Repeat([]byte("-"), mega),
		"sequences":          bytes.Repeat([]byte("\x30\x84\x7f\xff\xff\xff"), mega/6),
		"a name":             append([]byte{0x30, 0x84, 0, 0x10, 0, 0}, make([]byte, mega)...),
		"base64":             bytes.Repeat([]byte("MIID"), mega/4),
		"variables":          bytes.Repeat([]byte("${A"), mega/3),
	} {
		p := carry(t, "com.apple.security.root", data(content))
		for _, c := range p.Certificates() {
			c.SelfSigned()
		}
		if n := len(p.certificates); n > maxCertificates+1 {
			t.Errorf("%s: %d certificates", what, n)
		}
	}
	long := cms.NameString(append([]byte{0x30, 0x83, byte(len(name) >> 16), byte(len(name) >> 8), byte(len(name))}, name...))
	if !strings.HasPrefix(long, "CN=ab,CN=ab,") {
		t.Errorf("a name of %d bytes begins otherwise", len(long))
	}
}

func FuzzCertificates(f *testing.F) {
	f.Add(root())
	f.Add(inPEM(root(), root()))
	for _, name := range []string{"sha1", "md5", "dsa", "ed448", "name", "negative", "secp256k1"} {
		f.Add(sample(f, name))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p := carry(t, "com.apple.security.root", data(content))
		for i, c := range p.Certificates() {
			switch {
			case i > maxCertificates:
				t.Fatal("too many certificates")
			case c.Parsed != nil && (c.DER == nil || c.Err != nil), c.DER != nil && c.Parsed == nil && c.Err == nil:
				t.Fatalf("certificate %+v", c)
			case c.DER == nil:
				continue
			}
			c.SelfSigned()
			c.Key()
			c.Serial()
			if name := c.Subject() + c.Issuer() + c.Signature(); strings.ContainsAny(name, "\x00\n") {
				t.Fatalf("%q", name)
			}
			if matches := p.FingerprintMatches(Fingerprint{Bytes: c.Digest("SHA-256"), Algorithm: "SHA-256"}); !slices.Contains(matches, i) {
				t.Fatalf("certificate %d matches %v", i, matches)
			}
		}
	})
}

// BenchmarkCertificates reads a CA that stands in many profiles, and one that
// no profile had before.
func BenchmarkCertificates(b *testing.B) {
	key, _ := rsa.GenerateKey(rand.Reader, 4096)
	der := issue(b, key.Public(), key, nil)
	p := carry(b, "com.apple.security.root", data(der))
	p.Payloads()
	run := func(name string, forget bool, each func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.foundCertificates, p.parsedCertificates, p.certificates, p.digests = false, false, nil, nil
				if forget {
					certificateCache.facts, certificateCache.next = nil, 0
				}
				each()
			}
		})
	}
	fingerprint := Fingerprint{Bytes: make([]byte, 32), Algorithm: "SHA-256"}
	run("match", false, func() { p.FingerprintMatches(fingerprint) })
	run("known", false, func() { p.Certificates() })
	run("new", true, func() { p.Certificates() })
	run("known and self-signed", false, func() { p.Certificates()[0].SelfSigned() })
	run("new and self-signed", true, func() { p.Certificates()[0].SelfSigned() })
	run("digests", false, func() {
		for _, name := range []string{"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"} {
			p.Certificates()[0].Digest(name)
		}
	})
}
