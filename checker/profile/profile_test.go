package profile

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/plist"
)

func TestSecretsOnce(t *testing.T) {
	p := parsed(t, "<dict><key>Challenge</key><string>k8Zr5vX1</string></dict>")
	s := p.Secrets()
	if p.Secrets() != s || s.Text("k8Zr5vX1") != plist.Mask || p.NoSecrets().Text("k8Zr5vX1") == plist.Mask || p.Secrets() != s {
		t.Error("secrets are searched for again, or shown")
	}
	p.Release()
	if p.secrets != nil {
		t.Error("a released profile has secrets")
	}
}

// TestKeysMasked holds that no private key in the place of a certificate is
// shown with the finding about it.
func TestKeysMasked(t *testing.T) {
	text := "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"
	der := []byte("\x30\x81\x80\x02\x01\x00" + strings.Repeat("k", 128))
	for what, content := range map[string][]byte{
		"PEM":              []byte(text),
		"PEM behind lines": []byte("Bag Attributes\n    friendlyName: it\n" + text),
		"PEM behind PEM":   append(inPEM(root()), text...),
		"DER":              der,
		"in base64 twice":  []byte(base64.StdEncoding.EncodeToString(der)),
		"PKCS#12":          []byte("\x30\x81\x80\x02\x01\x03\x30" + strings.Repeat("k", 128)),
	} {
		p := carry(t, "com.apple.security.root", data(content))
		n := p.Root.At("PayloadContent", 0, "PayloadContent")
		line, _, _ := p.Secrets().Line(n.Span())
		if !strings.Contains(line, "<data>"+plist.Mask) || strings.Contains(line, n.Text()[:16]) {
			t.Errorf("%s: %s", what, line)
		}
	}
	p := carry(t, "com.apple.security.root", data(root()))
	if line, _, _ := p.Secrets().Line(p.Root.Span()); strings.Contains(line, plist.Mask) {
		t.Errorf("a certificate is masked: %s", line)
	}
}

// readProfile reads a document that holds one profile.
func readProfile(name string, text []byte) (*Profile, error) {
	p := Read(plist.NewSource(name, text))
	if p.Err != nil {
		return p, p.Err
	}
	return p, nil
}
