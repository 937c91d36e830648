package keyname

import (
	"strconv"
	"strings"
	"testing"
)

// TestSecretWords holds which names are secret.
func TestSecretWords(t *testing.T) {
	for _, key := range []string{
		"Challenge", "challenge", "ChallengePassword", "Challange", "Chalenge", "Сhallenge", "Ｃｈａｌｌｅｎｇｅ", "Chal\u200blenge", " C h a l l e n g e ", "𝐂hallenge", "CHALLENGÉ", "chall3nge",
		"Password", "PassWord1", "UserPassword", "passwd", "Passphrase", "SharedSecret", "client_secret", "Private Key", "APIToken", "RegistrationToken", "WEPKey",
		strings.Repeat(" ", 1000) + "Challenge", "Challenge" + strings.Repeat("\u200b", 1000), strings.Repeat("x", 5000) + "Password",
	} {
		if !IsSecret(key) {
			t.Errorf("%q is not secret", key)
		}
	}
	for _, key := range []string{"", "a", "URL", "Name", "Keysize", "Key Usage", "PayloadContent", "PayloadCertificateUUID", "Change", "Channel", "TokenToUserMapping", "KeyIsExtractable", "Сhange"} {
		if IsSecret(key) {
			t.Errorf("%q is secret", key)
		}
	}
}

// BenchmarkIsSecret asks about the keys of a payload, and about keys as if they came for the first time.
func BenchmarkIsSecret(b *testing.B) {
	keys := []string{"PayloadContent", "Key Usage", "TLSTrustedServerNames", "allowFeature12OfKind0", "EAPClientConfiguration", "SSID_STR"}
	for name, ask := range map[string]func(string) bool{"kept": IsSecret, "new": isSecret} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for _, key := range keys {
					ask(key)
				}
			}
		})
	}
}

// TestPublicKeys holds that keys are answered alike each time, however many there are.
func TestPublicKeys(t *testing.T) {
	for i := range 10_000 {
		key := strconv.Itoa(i) + "Setting"
		secret := key + "Password"
		for range 2 {
			if IsSecret(key) || !IsSecret(secret) {
				t.Fatalf("%s is secret, or %s is not", key, secret)
			}
		}
	}
}
