package printable

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestLogText(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"a::b":                           "a::b",
		"file:1:2: error":                "file:1:2: error",
		"::stop-commands::x":             `:\u{3a}stop-commands::x`,
		" \t::add-mask::x":               " \t" + `:\u{3a}add-mask::x`,
		"a\n::x\r::y":                    "a\n" + `:\u{3a}x` + "\r" + `:\u{3a}y`,
		": : x":                          ": : x",
		"\u00a0::x":                      "\u00a0" + `:\u{3a}x`,
		"## heading [x]":                 "## heading [x]",
		"#[x]":                           "#[x]",
		"a ##[error]x":                   `a ##\u{5b}error]x`,
		"####[error]x":                   `####\u{5b}error]x`,
		"##vso[task.setvariable]":        `##vso\u{5b}task.setvariable]`,
		"##teamcity[message]":            `##teamcity\u{5b}message]`,
		"::group::##[x]\n##[debug]::x::": `:\u{3a}group::##\u{5b}x]` + "\n" + `##\u{5b}debug]::x::`,
	} {
		if got := LogText(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

// TestLogWriter writes random texts in random pieces: it does not matter where
// they are cut, and no command is left.
func TestLogWriter(t *testing.T) {
	command := regexp.MustCompile(`(^|[\n\r])[\s\p{Z}]*::|##\w*\[`)
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{":", "::", "#", "##", "[", "]", "vso", "x", " ", "\t", "\n", "\r", "\u00a0", "漢"}
	for range 20_000 {
		text := ""
		for range random.IntN(12) {
			text += pieces[random.IntN(len(pieces))]
		}
		var b bytes.Buffer
		w := &LogWriter{To: &b}
		for rest := text; rest != ""; {
			n := 1 + random.IntN(len(rest))
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got, want := b.String(), LogText(text); got != want {
			t.Fatalf("%q in pieces: %q, not %q", text, got, want)
		}
		if found := command.FindString(b.String()); found != "" {
			t.Fatalf("%q: %q is left", text, found)
		}
		if !command.MatchString(text) && !strings.ContainsAny(text, "\u00a0漢") && b.String() != text {
			t.Fatalf("%q has no command, but became %q", text, b.String())
		}
	}
}
