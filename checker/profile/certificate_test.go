package profile

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker/cms"
	"github.com/sceplint/sceplint/checker/plist"
)

// carry writes a profile with one payload of the type for each PayloadContent.
func carry(t testing.TB, payloadType string, contents ...string) *Profile {
	t.Helper()
	var b strings.Builder
	b.WriteString("<plist><dict><key>PayloadContent</key><array>")
	for i, content := range contents {
		fmt.Fprintf(&b, "<dict><key>PayloadType</key><string>%s</string><key>PayloadUUID</key><string>%d</string><key>PayloadContent</key>%s</dict>", payloadType, i, content)
	}
	b.WriteString("</array></dict></plist>")
	p, err := readProfile("test", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func data(b []byte) string {
	return "<data>" + base64.StdEncoding.EncodeToString(b) + "</data>"
}

func inPEM(ders ...[]byte) (text []byte) {
	for _, der := range ders {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return text
}

// issue makes a certificate for the key, signed by another.
func issue(t testing.TB, public, signer any, change func(template, parent *x509.Certificate)) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x0a1b), Subject: pkix.Name{CommonName: "Corp CA", Organization: []string{"Corp, Inc"}},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0), IsCA: true, BasicConstraintsValid: true,
	}
	parent := *template
	if change != nil {
		change(template, &parent)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, &parent, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

var root = sync.OnceValue(func() []byte {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return issue(&testing.T{}, key.Public(), key, nil)
})

// sample is a certificate that openssl made: of algorithms that Go does not
// make certificates with, or does not read.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "certificates", name+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	return block.Bytes
}

func TestCertificateForms(t *testing.T) {
	der := root()
	pemText := inPEM(der)
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	tests := []struct {
		name, content string
		want          []string // "certificate", "refused", "template", or the error
	}{
		{"DER", data(der), []string{"certificate"}},
		{"DER with a line feed", data(append(slices.Clone(der), '\n')), []string{"certificate"}},
		{"PEM", data(pemText), []string{"certificate"}},
		{"PEM with CRLF", data(bytes.ReplaceAll(pemText, []byte("\n"), []byte("\r\n"))), []string{"certificate"}},
		{"PEM behind text", data(append([]byte("0 s:/CN=Corp CA\n"), pemText...)), []string{"certificate"}},
		{"PEM with a byte order mark", data(append([]byte(plist.ByteOrderMark), pemText...)), []string{"certificate"}},
		{"PEM bundle", data(append(inPEM(der, der), pemText...)), []string{"certificate", "certificate", "certificate"}},
		{"PEM with a key", data(append(key, pemText...)), []string{"certificate", "contains a private key"}},
		{"PEM damaged", data(append(pemText, bytes.Replace(pemText, []byte("M"), []byte("*"), 1)...)), []string{"certificate", "corrupt"}},
		{"PEM of garbage", data(inPEM([]byte("garbage"))), []string{"not a certificate in DER or PEM"}},
		{"PEM of a key only", data(key), []string{"contains a private key"}},
		{"PEM not closed", data(pemText[:len(pemText)/2]), []string{"no certificate that can be decoded"}},
		{"too many", data(bytes.Repeat(inPEM(der), 101)), append(slices.Repeat([]string{"certificate"}, 100), "more than 100")},
		{"just enough", data(bytes.Repeat(inPEM(der), 100)), slices.Repeat([]string{"certificate"}, 100)},
		{"refused by Go", data(sample(t, "negative")), []string{"refused"}},
		{"a sequence", data([]byte("\x30\x03\x30\x01\x00")), []string{"refused"}},
		{"empty", "<data></data>", []string{"empty"}},
		{"truncated", data(der[:len(der)-1]), []string{"truncated"}},
		{"length truncated", data([]byte("\x30\x82\x01")), []string{"truncated"}},
		{"indefinite", data([]byte("\x30\x80\x30\x00\x00\x00")), []string{"indefinite"}},
		{"PKCS#12", data([]byte("\x30\x06\x02\x01\x03\x30\x01\x00")), []string{"PKCS #12"}},
		{"PKCS#7", data([]byte("\x30\x04\x06\x02\x2a\x03")), []string{"PKCS #7"}},
		{"private key", data([]byte("\x30\x06\x02\x01\x00\x02\x01\x05")), []string{"found a key"}},
		{"text", data([]byte("Corp CA")), []string{"not a certificate in DER or PEM"}},
		{"base64 twice", data([]byte(base64.StdEncoding.EncodeToString(der))), []string{"twice"}},
		{"string", "<string>MIIB</string>", []string{"found string"}},
		{"dict", "<dict></dict>", []string{"found dict"}},
		{"variable as a string", "<string>$CA_CERT</string>", []string{"template"}},
		{"variable as data", "<data>{{ .CA }}</data>", []string{"template"}},
		{"variable for data", "{{ .CA }}", []string{"template"}},
		{"variable in base64", data([]byte("${CA_CERTIFICATE}")), []string{"template"}},
	}
	for _, test := range tests {
		for _, payloadType := range []string{"com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem"} {
			p := carry(t, payloadType, test.content)
			found := p.Certificates()
			for i := range min(len(found), len(test.want)) {
				c, want := found[i], test.want[i]
				var ok bool
				switch want {
				case "certificate":
					ok = c.Err == nil && c.Parsed != nil && bytes.Equal(c.DER, der) && c.Subject() == "CN=Corp CA,O=Corp\\, Inc"
				case "refused":
					ok = c.Err != nil && c.Parsed == nil && c.DER != nil && c.Digest("SHA-256") != nil
				case "template":
					ok = c.Err == nil && c.Parsed == nil && c.DER == nil
				default:
					ok = c.Err != nil && strings.Contains(c.Err.Error(), want) && c.Parsed == nil && c.DER == nil
				}
				if !ok || c.Content == nil || c.UUID != "0" {
					t.Errorf("%s in %s: %d is %+v, want %s", test.name, payloadType, i, c, want)
				}
			}
			if len(found) != len(test.want) {
				t.Errorf("%s in %s: %d certificates, want %d", test.name, payloadType, len(found), len(test.want))
			}
		}
	}
	for _, payloadType := range []string{"com.apple.security.pkcs12", "com.apple.security.scep", "com.apple.Security.root", ""} {
		if found := carry(t, payloadType, data(der)).Certificates(); len(found) != 0 {
			t.Errorf("%q gives %d certificates", payloadType, len(found))
		}
	}
}

func TestCertificateFacts(t *testing.T) {
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p521, _ := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	otherName := func(_, parent *x509.Certificate) { parent.Subject.CommonName = "Root" }
	bigSerial := func(template, _ *x509.Certificate) { template.SerialNumber = big.NewInt(0xfa1b) }
	tests := []struct {
		name      string
		der       []byte
		self      bool
		key       string
		bits      int
		signature string
		serial    string
	}{
		{"P-256", issue(t, p256.Public(), p256, nil), true, "ECDSA", 256, "ECDSA-SHA256", "0a1b"},
		{"P-521", issue(t, p521.Public(), p521, bigSerial), true, "ECDSA", 521, "ECDSA-SHA512", "fa1b"},
		{"Ed25519", issue(t, edKey.Public(), edKey, nil), true, "Ed25519", 256, "Ed25519", "0a1b"},
		{"RSA", issue(t, rsaKey.Public(), rsaKey, nil), true, "RSA", 2048, "SHA256-RSA", "0a1b"},
		{"issued by another", issue(t, p256.Public(), rsaKey, otherName), false, "ECDSA", 256, "SHA256-RSA", "0a1b"},
		{"of the same name, by another key", issue(t, p256.Public(), p521, nil), false, "ECDSA", 256, "ECDSA-SHA512", "0a1b"},
		{"SHA-1", sample(t, "sha1"), true, "RSA", 2048, "SHA1-RSA", "4cd2d4bd4b0291dc81729af1c8feb47b4c165797"},
		{"MD5", sample(t, "md5"), true, "RSA", 1024, "MD5-RSA", "4e4090ef9054d446a621fe8a1422f0000da9fb2a"},
		{"DSA", sample(t, "dsa"), true, "DSA", 2048, "DSA-SHA256", "07640979b59f855f9199f32053d65093c8643c10"},
		{"Ed448", sample(t, "ed448"), true, "unknown", 0, "unknown", "4abbca61bf0d51fd6793158856cab29f7208b1c8"},
	}
	for _, test := range tests {
		c := carry(t, "com.apple.security.root", data(test.der)).Certificates()[0]
		if c.Err != nil {
			t.Errorf("%s: %v", test.name, c.Err)
			continue
		}
		key, bits := c.Key()
		if c.SelfSigned() != test.self || key != test.key || bits != test.bits || c.Signature() != test.signature || c.Serial() != test.serial {
			t.Errorf("%s: self-signed %v, %s %d, %s, serial %s", test.name, c.SelfSigned(), key, bits, c.Signature(), c.Serial())
		}
	}
	// A signature that is not verified does not outweigh the key identifiers.
	other := *carry(t, "com.apple.security.root", data(sample(t, "md5"))).Certificates()[0].Parsed
	other.AuthorityKeyId = []byte{1}
	if selfSigned(&other) {
		t.Error("a certificate with the key identifier of another authority is self-signed")
	}
	for _, name := range []string{"negative", "secp256k1"} {
		c := carry(t, "com.apple.security.root", data(sample(t, name))).Certificates()[0]
		sum := sha256.Sum256(c.DER)
		if c.Err == nil || c.Subject() != "" || c.SelfSigned() || !bytes.Equal(c.Digest("SHA-256"), sum[:]) {
			t.Errorf("%s: %v, subject %q", name, c.Err, c.Subject())
		}
	}
	var none *Certificate
	if algorithm, bits := none.Key(); algorithm != "unknown" || bits != 0 || none.Subject()+none.Issuer()+none.Serial() != "" ||
		none.SelfSigned() || none.Digest("MD5") != nil || none.Signature() != "unknown" {
		t.Error("no certificate has facts")
	}
}

func TestCertificateName(t *testing.T) {
	for name, want := range map[string]string{
		"sha1": "CN=Old CA,DC=corp,DC=example",
		"name": `UID=u1,2.5.4.12=#0c04426f7373,CN=\ lead\ +emailAddress=a@b.example,OU=\#x\\y,O=A\, B\+C\;\",C=DK`,
	} {
		c := carry(t, "com.apple.security.root", data(sample(t, name))).Certificates()[0]
		if got := c.Subject(); got != want || c.Issuer() != c.Subject() {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	part := func(tag byte, value string) string { // a name of one CN
		value = string([]byte{tag, byte(len(value))}) + value
		value = "\x06\x03\x55\x04\x03" + value
		for _, tag := range []byte{0x30, 0x31, 0x30} {
			value = string([]byte{tag, byte(len(value))}) + value
		}
		return value
	}
	for der, want := range map[string]string{
		part(12, "Åbo"):                "CN=Åbo",
		part(20, "\xc5bo"):             "CN=Åbo",
		part(30, "\x00\xc5\x00b"):      "CN=Åb",
		part(30, "\x00\xc5\x00"):       "CN=#1e0300c500",
		part(28, "\x00\x00\x00A"):      "CN=#1c0400000041",
		part(19, "a\x00b\nc"):          `CN=a\00b\0ac`,
		part(19, " "):                  `CN=\ `,
		part(12, "\xff"):               "CN=\ufffd",
		"\x30\x00":                     "",
		"\x30\x02\x31\x00":             "",
		"":                             "",
		"\x30\x05\x31\x03\x30\x01\x06": "",
	} {
		if got := cms.NameString([]byte(der)); got != want {
			t.Errorf("%x: %q, want %q", der, got, want)
		}
	}
}

func TestDigests(t *testing.T) {
	p := carry(t, "com.apple.security.root", data([]byte("\x30\x03\x30\x01\x00")), data(root()), data(inPEM(root())), data([]byte("none")))
	for name, size := range map[string]int{"MD5": 16, "SHA-1": 20, "SHA-224": 28, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64} {
		if plist.DigestAlgorithm(size) != name {
			t.Errorf("%d bytes are %s", size, plist.DigestAlgorithm(size))
		}
		for i, want := range [][]int{{0}, {1, 2}, {1, 2}} {
			digest := p.Certificates()[i].Digest(name)
			if len(digest) != size {
				t.Errorf("%s has %d bytes", name, len(digest))
			}
			if got := p.FingerprintMatches(Fingerprint{Bytes: digest, Algorithm: name}); !slices.Equal(got, want) {
				t.Errorf("%s of %d matches %v, want %v", name, i, got, want)
			}
			digest[0]++
			if got := p.FingerprintMatches(Fingerprint{Bytes: digest, Algorithm: name}); got != nil {
				t.Errorf("another %s matches %v", name, got)
			}
		}
	}
	known, _ := hex.DecodeString("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e")
	if sum := sha512.Sum512(nil); !bytes.Equal(sum[:], known) {
		t.Error("SHA-512 of nothing")
	}
	var none *Profile
	if none.Certificates() != nil || none.FingerprintMatches(Fingerprint{Bytes: known, Algorithm: "SHA-512"}) != nil ||
		p.FingerprintMatches(Fingerprint{}) != nil || p.FingerprintMatches(Fingerprint{Bytes: known}) != nil ||
		p.Certificates()[1].Digest("SHA-3") != nil {
		t.Error("nothing matches something")
	}
	fresh := carry(t, "com.apple.security.root", data(append(slices.Clone(root()), "fresh"...))) // no text that was read before
	digest := p.Certificates()[1].Digest("SHA-1")
	if got := fresh.FingerprintMatches(Fingerprint{Bytes: digest, Algorithm: "SHA-1"}); !slices.Equal(got, []int{0}) || fresh.certificates[0].Parsed != nil {
		t.Errorf("matches %v; a certificate was parsed to find that out", got)
	}
}

// TestManyDigests holds that a profile with many certificates tells the same of
// them as one with few.
func TestManyDigests(t *testing.T) {
	var payloads []string
	for i := range 3 * maxUnindexedCertificates {
		payloads = append(payloads, data([]byte{0x30, 3, 0x30, 1, byte(i % maxUnindexedCertificates)}), data([]byte("none")))
	}
	p := carry(t, "com.apple.security.root", payloads...)
	for range 2 { // the second time from the index
		for i := range maxUnindexedCertificates {
			digest := p.Certificates()[2*i].Digest("SHA-256")
			want := []int{2 * i, 2 * (i + maxUnindexedCertificates), 2 * (i + 2*maxUnindexedCertificates)}
			if got := p.FingerprintMatches(Fingerprint{Bytes: digest, Algorithm: "SHA-256"}); !slices.Equal(got, want) {
				t.Errorf("certificate %d matches %v, want %v", i, got, want)
			}
			if got := p.FingerprintMatches(Fingerprint{Bytes: digest, Algorithm: "SHA-1"}); got != nil {
				t.Errorf("what is no digest of certificate %d matches %v", i, got)
			}
		}
	}
}

// TestCertificatesKept holds the bounds of what is remembered, and that it
// belongs to no profile.
func TestCertificatesKept(t *testing.T) {
	text := []byte(data(root()))
	p := carry(t, "com.apple.security.root", string(text))
	first := p.Certificates()[0]
	p.Release()
	if p.certificates != nil || p.digests != nil {
		t.Error("a released profile has certificates")
	}
	if again := carry(t, "com.apple.security.pem", data(inPEM(root()))).Certificates()[0]; again.Parsed != first.Parsed || &again.DER[0] != &first.DER[0] {
		t.Error("the same certificate was parsed twice")
	}
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for i := range keptCertificates {
				der := []byte{0x30, 4, 0x31, 2, byte(i), byte(worker % 2)}
				if f := cachedCertificate(der); !bytes.Equal(f.der, der) || f.err == nil {
					t.Error("the facts are of another certificate")
				}
			}
			carry(t, "com.apple.security.root", string(text)).Certificates()[0].SelfSigned()
		})
	}
	wait.Wait()
	if n := len(certificateCache.facts); n != keptCertificates {
		t.Errorf("%d certificates are kept, not %d", n, keptCertificates)
	}
	for _, key := range certificateCache.order {
		if certificateCache.facts[key] == nil {
			t.Error("what is kept and its order differ")
		}
	}
	large := append([]byte{0x30, 0x82, 0x40, 0x00}, make([]byte, keptSize)...)
	if once, again := cachedCertificate(large), cachedCertificate(large); once == again {
		t.Error("a certificate of more than 16 KiB is kept")
	}
}
