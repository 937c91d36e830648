package cms

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const signed = "../../testdata/profile-signature/"

func signedFiles(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	names, _ := filepath.Glob(signed + pattern)
	files := map[string][]byte{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = text
	}
	if len(files) == 0 {
		t.Fatalf("no files %s", pattern)
	}
	return files
}

// signatures verifies the messages around a text, the outermost first, and
// returns what the innermost one contains.
func signatures(text []byte) (list []Signature, content []byte) {
	if bytes.HasPrefix(text, []byte("-----BEGIN")) {
		der, err := DecodePEM(text)
		if err != nil {
			return nil, nil
		}
		text = der
	}
	for len(text) > 1 && text[0] == TagSequence {
		inner, err := Content(text)
		if list = append(list, Verify(text)); err != nil {
			return list, nil
		}
		text = inner
	}
	return list, text
}

// TestSignatures holds that what openssl signs verifies, in every form.
func TestSignatures(t *testing.T) {
	for name, text := range signedFiles(t, "good-*.mobileconfig") {
		list, content := signatures(text)
		if (len(list) == 0) != (name == "good-unsigned.mobileconfig") || !bytes.Contains(content, []byte("<plist")) && !bytes.HasPrefix(content, []byte("bplist")) {
			t.Errorf("%s: %d signatures around %.40q", name, len(list), content)
		}
		for i, s := range list {
			if s.Err != nil || len(s.Signers) == 0 {
				t.Errorf("%s: message %d: %v, %d signers", name, i, s.Err, len(s.Signers))
			}
			for _, signer := range s.Signers {
				if signer.Verdict != Verified || !strings.Contains(signer.Name(), "Corp Profiles") {
					t.Errorf("%s: message %d: %q: %d %s", name, i, signer.Name(), signer.Verdict, signer.Reason)
				}
			}
		}
	}
}

// TestSignatureBits changes every byte of a message in turn: the verdict must
// never be that the changed content was signed.
func TestSignatureBits(t *testing.T) {
	for _, name := range []string{"good-ecdsa.mobileconfig", "good-ber.mobileconfig"} {
		text := signedFiles(t, name)[name]
		_, whole := signatures(text)
		for i := range text {
			changed := bytes.Clone(text)
			changed[i] ^= 0x10
			list, content := signatures(changed)
			for _, s := range list {
				for _, signer := range s.Signers {
					if signer.Verdict == Verified && !bytes.Equal(content, whole) {
						t.Errorf("%s: byte %d changes what is signed, and it verifies", name, i)
					}
				}
			}
		}
		for i := range text {
			list, _ := signatures(text[:i])
			for _, s := range list {
				for _, signer := range s.Signers {
					if signer.Verdict == Verified {
						t.Errorf("%s: cut at %d it verifies", name, i)
					}
				}
			}
		}
	}
}

// TestVerifyChain holds the chain to a root: over a certificate of the message, and at
// a time at which the signer is in force.
func TestVerifyChain(t *testing.T) {
	text := signedFiles(t, "root.pem")["root.pem"]
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		t.Fatal("no root")
	}
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	signer := func(name string) Signer {
		list, _ := signatures(signedFiles(t, name)[name])
		return list[0].Signers[0]
	}
	chained := signer("good-chain.mobileconfig")
	for _, at := range []time.Time{now, now.AddDate(-20, 0, 0), now.AddDate(200, 0, 0)} {
		if err := chained.VerifyChain(roots, at); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
	stranger := signer("good-ecdsa.mobileconfig")
	if err := stranger.VerifyChain(roots, now); err == nil {
		t.Error("a signer of its own chains to the root")
	}
	roots.AddCert(stranger.Certificate)
	if err := stranger.VerifyChain(roots, now); err != nil {
		t.Errorf("a signer that is trusted itself: %v", err)
	}
}

// TestSignaturesHostile takes what would overflow the stack or take long if it
// were left to a library.
func TestSignaturesHostile(t *testing.T) {
	const mega = 1 << 20
	wrap := func(certificates, signers []byte) []byte {
		content := appendDER(nil, TagSequence, appendDER(nil, TagOID, []byte(pkcs7+"\x01")), appendDER(nil, tagContext0, appendDER(nil, tagOctets, []byte("<plist><dict/></plist>"))))
		data := appendDER(nil, TagSequence, []byte{TagInteger, 1, 1, tagSet, 0}, content, certificates, appendDER(nil, tagSet, signers))
		return appendDER(nil, TagSequence, appendDER(nil, TagOID, []byte(pkcs7+"\x02")), appendDER(nil, tagContext0, data))
	}
	root, _ := pem.Decode(signedFiles(t, "root.pem")["root.pem"])
	var deep []byte
	for range 5000 {
		deep = appendDER(nil, TagSequence, deep)
	}
	info := func(parts ...[]byte) []byte {
		return appendDER(nil, TagSequence, append([][]byte{{TagInteger, 1, 1}}, parts...)...)
	}
	name := appendDER(nil, TagSequence, []byte{TagSequence, 0, TagInteger, 1, 1})
	algorithm := []byte{TagSequence, 2, TagOID, 0}
	for what, message := range map[string][]byte{
		"no signers":          wrap(nil, nil),
		"deep issuer":         wrap(nil, info(appendDER(nil, TagSequence, deep))),
		"deep attributes":     wrap(nil, info(name, algorithm, appendDER(nil, tagContext0, deep), algorithm, []byte{tagOctets, 0})),
		"deep certificate":    wrap(appendDER(nil, tagContext0, deep), nil),
		"many certificates":   wrap(appendDER(nil, tagContext0, bytes.Repeat([]byte{TagSequence, 0}, mega)), nil),
		"many signers":        wrap(nil, bytes.Repeat(info(name, algorithm, algorithm, []byte{tagOctets, 0}), mega/32)),
		"nothing":             wrap(nil, bytes.Repeat([]byte{TagSequence, 0}, mega)),
		"signature is chunks": wrap(nil, info(name, algorithm, algorithm, appendDER(nil, tagChunks, bytes.Repeat([]byte{tagChunks, 0}, mega)))),
		"tag of two octets":   wrap(nil, info([]byte{0xbf, 0x81, 1, 0})),
		"no name":             wrap(nil, info()),
		"large root":          wrap(appendDER(nil, tagContext0, root.Bytes), info(appendDER(nil, 0x80, []byte{1}), algorithm, algorithm, []byte{tagOctets, 0})),
	} {
		started := time.Now()
		list, content := signatures(message)
		if !bytes.HasPrefix(content, []byte("<plist")) {
			t.Errorf("%s: %.40q", what, content)
		}
		for _, s := range list {
			if len(s.Signers) > maxSigners+1 {
				t.Errorf("%s: %d signers", what, len(s.Signers))
			}
			for _, signer := range s.Signers {
				if signer.Verdict == Verified {
					t.Errorf("%s: verified", what)
				}
			}
		}
		if took := time.Since(started); took > time.Minute {
			t.Errorf("%s: %v", what, took)
		}
	}
}

func FuzzSignatures(f *testing.F) {
	for _, text := range signedFiles(f, "*.mobileconfig") {
		if len(text) < 4<<10 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, _ := signatures(text)
		for _, s := range list {
			for _, signer := range s.Signers {
				if (signer.Verdict == Verified) != (signer.Reason == "") || signer.Verdict == Verified && signer.Certificate == nil {
					t.Errorf("%d, %q", signer.Verdict, signer.Reason)
				}
				if signer.Certificate != nil {
					signer.Name()
					_ = signer.VerifyChain(x509.NewCertPool(), time.Now())
				}
			}
		}
	})
}
