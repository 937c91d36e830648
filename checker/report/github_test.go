package report

import (
	"strings"
	"testing"
)

func TestCommandEscapes(t *testing.T) {
	for _, c := range []struct{ text, data, property string }{
		{"plain", "plain", "plain"},
		{"100%", "100%25", "100%25"},
		{"%0A", "%250A", "%250A"},
		{"a\r\nb", "a%0D%0Ab", "a%0D%0Ab"},
		{"a:b,c", "a:b,c", "a%3Ab%2Cc"},
		{"\x1b[31m", `\u{1b}[31m`, `\u{1b}[31m`},
		{"a\u202eb", `a\u{202e}b`, `a\u{202e}b`},
		{"bad\xff", "bad\ufffd", "bad\ufffd"},
		{"漢字\t", "漢字\t", "漢字\t"},
	} {
		if got := commandData(c.text); got != c.data {
			t.Errorf("data %q: %q, not %q", c.text, got, c.data)
		}
		if got := commandProperty(c.text); got != c.property {
			t.Errorf("property %q: %q, not %q", c.text, got, c.property)
		}
	}
}

// TestOneCommandALine tries to smuggle a command of its own in.
func TestOneCommandALine(t *testing.T) {
	f := finding()
	f.Message, f.File = "x\n::set-output name=a::b", "a\r\n::error::"
	if got := annotation(&f); strings.Count(got, "\n") != 1 || strings.Contains(got, "\r") {
		t.Errorf("%q", got)
	}
}
