package keyname

import (
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
