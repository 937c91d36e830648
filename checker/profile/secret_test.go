package profile

import "testing"

func TestSecretsOnce(t *testing.T) {
	p := parsed(t, "<dict><key>Challenge</key><string>k8Zr5vX1</string></dict>")
	s := p.Secrets()
	if p.Secrets() != s || s.Text("k8Zr5vX1") != Mask || p.NoSecrets().Text("k8Zr5vX1") == Mask || p.Secrets() != s {
		t.Error("secrets are searched for again, or shown")
	}
	p.Release()
	if p.secrets != nil {
		t.Error("a released profile has secrets")
	}
}
