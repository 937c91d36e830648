package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// TestIndent holds that documents are indented as the encoder of the standard library does it.
func TestIndent(t *testing.T) {
	pieces := []string{`{}`, `[]`, `{"a":`, `[`, `]`, `}`, `,`, `""`, `"\""`, `"\\"`, `"\\\""`, `"{[:,]}"`, `1`, `-1.5e3`, `null`, `true`, `"é\u0000"`, `"k":`, `:`}
	valid := 0
	for seed := range uint64(200_000) {
		text := []byte(profiletest.Jumble(seed, pieces...))
		if !json.Valid(text) {
			continue
		}
		valid++
		var want bytes.Buffer
		if err := json.Indent(&want, text, "    ", "  "); err != nil {
			t.Fatal(err)
		}
		if got := string(appendIndented(nil, text, 2)); got != want.String() {
			t.Fatalf("%s is indented as\n%s\nwant\n%s", text, got, want.String())
		}
	}
	if valid < 1000 {
		t.Errorf("only %d documents are valid", valid)
	}
	for _, text := range []string{`{"a":[],"b":{},"c":[1,2,[3,{"d":"x\\"}]],"e":{"f":"::","g":[{}]}}`, `[[],[[]],{"a":{}}]`, `"a\\\"b"`} {
		var want bytes.Buffer
		if err := json.Indent(&want, []byte(text), "", "  "); err != nil {
			t.Fatal(err)
		}
		if got := string(appendIndented(nil, []byte(text), 0)); got != want.String() {
			t.Errorf("%s is indented as\n%s\nwant\n%s", text, got, want.String())
		}
	}
}

// BenchmarkIndent indents a finding, and has the encoder do it.
func BenchmarkIndent(b *testing.B) {
	text, err := json.Marshal(jsonFinding{
		Rule: "scep-keysize", Severity: "error", Message: "unsupported `Keysize` 3072; expected 1024, 2048, or 4096", File: "profiles/enroll.mobileconfig",
		Payload: &jsonPayload{Index: 1, Type: "com.apple.security.scep"}, Path: []any{"PayloadContent", 1, "PayloadContent", "Keysize"},
		Start: &jsonPosition{12, 5, 400}, End: &jsonPosition{12, 30, 425}, Help: "use 2048, or 4096 if the server and all devices support it", Fingerprint: "0123456789abcdef",
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("own", func(b *testing.B) {
		var to []byte
		for b.Loop() {
			to = appendIndented(to[:0], text, 2)
		}
	})
	b.Run("encoder", func(b *testing.B) {
		var to bytes.Buffer
		for b.Loop() {
			to.Reset()
			_ = json.Indent(&to, text, "    ", "  ")
		}
	})
}

// TestPlain holds that hasUnsafe, which looks at eight bytes a step, finds each byte and character that is not safe.
func TestPlain(t *testing.T) {
	for _, r := range []rune{0, '\t', '\r', 0x1f, 0x7f, 0x80, 0x9f, 0xad, 0x200b, 0x202e, 0xfffc, 0x1d159, '\n', ' ', '~', 'é', '語'} {
		for at := range 24 {
			text := []byte(strings.Repeat("a", at) + string(r) + strings.Repeat("~", 24-at))
			if got, want := hasUnsafe(text), unsafeOutput(r); got != want {
				t.Fatalf("%q at %d is unsafe: %t; want %t", r, at, got, want)
			}
		}
	}
}
