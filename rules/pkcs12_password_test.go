package rules

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
)

// payloadsPKCS12 is a profile of PKCS #12 payloads with a password that is wrong.
func payloadsPKCS12(files ...[]byte) []byte {
	var b strings.Builder
	b.WriteString(`<plist version="1.0"><dict><key>PayloadContent</key><array>`)
	for _, file := range files {
		fmt.Fprintf(&b, `<dict><key>PayloadType</key><string>com.apple.security.pkcs12</string><key>Password</key><string>wrong</string><key>PayloadContent</key><data>%s</data></dict>`,
			base64.StdEncoding.EncodeToString(file))
	}
	b.WriteString(`</array></dict></plist>`)
	return []byte(b.String())
}

func example(t *testing.T, text string) []byte {
	t.Helper()
	file, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPKCS12Work holds that the work for the passwords of a profile is bounded,
// however many iterations its files ask for.
func TestPKCS12Work(t *testing.T) {
	file := example(t, examplePKCS12Legacy)
	at := bytes.LastIndex(file, []byte{2, 2, 8, 0}) // 2048 iterations
	if at < 0 {
		t.Fatal("the number of iterations is not where it was")
	}
	file[at+2], file[at+3] = 0x7f, 0xff
	files := make([][]byte, 100)
	for i := range files {
		files[i] = file
	}
	verified := 0
	for _, f := range run(t, "many.mobileconfig", payloadsPKCS12(files...), nil, pkcs12Password).Findings {
		if f.Severity == checker.Error {
			verified++
		}
	}
	if most := maxIterations / 0x7fff; verified != most {
		t.Errorf("%d files were verified, not %d", verified, most)
	}
}

// TestPKCS12Damaged holds that damaged files are no burden.
func TestPKCS12Damaged(t *testing.T) {
	for _, text := range []string{examplePKCS12, examplePKCS12Legacy} {
		file := example(t, text)
		for i := range file {
			flipped := bytes.Clone(file)
			flipped[i] ^= 0x55
			for _, damaged := range [][]byte{file[:i], flipped} {
				profiles, err := export.Parse("damaged", payloadsPKCS12(damaged))
				if err != nil {
					t.Fatal(err)
				}
				payload := profiles[0].Payloads()[0]
				if f, ok := payload.PKCS12File(); ok && f.Iterations <= 10_000 {
					f.Opens("wrong")
				}
			}
		}
	}
}
