package secret

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestGuessable(t *testing.T) {
	for _, text := range []string{
		"", "a", "12345", "x7$Kq", "åäöåä",
		"secret", "Secret", "SECRET!", "secret1", "secret123", "Secret2024", "secret2024!", "secret-2024", "s3cr3t", "s3cret", "$ecret", "mysecret", "topsecret",
		"password", "Password1", "P@ssw0rd", "p@$$w0rd!", "passw0rd", "Passw0rd2025", "password1234567890", "pa55word", "PassWord!!!", "passwordpassword",
		"challenge", "Challenge1", "scep-challenge", "scepchallenge", "SCEP_Challenge_2024", "scep", "scep123", "scepsecret", "SCEPsecret!", "scep password",
		"changeit", "changeme", "ChangeMe123!", "admin1", "administrator", "admin123", "adm1n1", "test123", "testing", "letmein", "l3tm31n", "1etmein", "welcome", "Welcome1!",
		"qwerty", "qwerty123", "qwertyuiop", "QWERTY!", "asdfghjkl", "asdfgh", "zxcvbnm", "1qaz2wsx", "1q2w3e4r", "qazwsx", "qweasdzxc", "123qwe", "abc123", "ABCabc123",
		"123456", "1234567890", "0987654321", "654321", "abcdef", "fedcba", "abcdefghijklmnop", "123456abcdef", "12345678!", "112233", "123321",
		"1234567890ABCDEF", "0123456789abcdef",
		"aaaaaa", "111111", "000000", "ababab", "121212", "abcabcabc", "xyxyxyxyx", "........", strings.Repeat("ab", 500), "ÅÅÅÅÅÅ",
		"apple1", "Apple123", "iphone", "mobile", "mdmmdm", "mdm-secret", "enroll", "enrollment", "Enrol2024", "certificate", "company", "Company2024!", "company1",
		"Summer2024", "summer2025!", "Acme2024", "contoso", "NDES", "ndes-challenge", "jamf123", "intune1", "DeviceEnrollment", "device enrollment challenge", "2024company",
		" secret ", "secret\n",
	} {
		if !IsWeakChallenge(text) {
			t.Errorf("%q is not guessable", text)
		}
	}
	for _, text := range []string{
		"3A7C0D9E51B24F86", "3a7c0d9e51b24f86", "F00DFACE12AB9C47", "A1B2C3D4E5F60718", "C0FFEE4217BD93AE",
		"0E9C7E2D-6C0E-4B5E-9D1B-7A1C2F3D4E5F", "550e8400-e29b-41d4-a716-446655440000", "00000000-0000-0000-0000-000000000000",
		"kX8v2QpL9sT4", "Zk3$wq9!Lm", "yT7#pQ", "482915", "83920174", "q8Zr5vX1",
		"dGhpcyBpcyBub3QgYSBzZWNyZXQ=", "u7Jx3kQ0Zb9fT2mVhL5cRw==", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.q2V0",
		"correct horse battery staple", "blaubeerkuchen", "Trofast-Hund-42-Solskin", "secretariat-of-xenon", "secret-zebra-lamp", "mypassworld-kiwi",
		"secret83910274", "password kQ7x", "sceptre", "testament", "adminicle", "certain", "companion",
		"challenge-secret-password-company-school", "aab1aab", "abcdxyq7", strings.Repeat("secret", 20) + "x", strings.Repeat("q8Zr5vX1", 100),
	} {
		if IsWeakChallenge(text) {
			t.Errorf("%q is guessable", text)
		}
	}
}

// TestGuessableRandom holds that what generators make is not taken for words.
func TestGuessableRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	count := func(each func() string) (n int) {
		for range 100_000 {
			if IsWeakChallenge(each()) {
				n++
			}
		}
		return n
	}
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	for name, each := range map[string]func() string{
		"16 hexadecimal digits":     func() string { return fmt.Sprintf("%X", random(8)) },
		"32 hexadecimal digits":     func() string { return fmt.Sprintf("%x", random(16)) },
		"16 characters of base64":   func() string { return base64.StdEncoding.EncodeToString(random(12)) },
		"24 characters of base64":   func() string { return base64.StdEncoding.EncodeToString(random(16)) },
		"22 characters of URL-safe": func() string { return base64.RawURLEncoding.EncodeToString(random(16)) },
		"12 letters": func() string {
			b := random(12)
			for i := range b {
				b[i] = 'a' + b[i]%26
			}
			return string(b)
		},
	} {
		if n := count(each); n > 0 {
			t.Errorf("%s: %d of 100,000 are guessable", name, n)
		}
	}
}

func TestGuessableWords(t *testing.T) {
	longest := 0
	for word := range commonWords() {
		longest = max(longest, len(word))
		if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" || len(word) < 2 {
			t.Errorf("%q is no word in small letters", word)
		}
		if len(word) >= minChallengeLength && !IsWeakChallenge(word) {
			t.Errorf("%q is not guessable", word)
		}
	}
	if longest != longestWord {
		t.Errorf("the longest word has %d bytes, not %d", longest, longestWord)
	}
	IsWeakChallenge(strings.Repeat("secret-", 1<<20))
	IsWeakChallenge(strings.Repeat("a", 1<<23) + "b")
	for range 1000 {
		IsWeakChallenge(strings.Repeat("123qwe", 10))
		IsWeakChallenge(strings.Repeat("a", 60) + "b")
	}
}
