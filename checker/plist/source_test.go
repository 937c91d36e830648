package plist

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestPosition compares places, asked for in any order, with a plain count.
func TestPosition(t *testing.T) {
	text := strings.Repeat("aé\t漢\r\n\n🔑b\rc", 50)
	src := &Source{Text: []byte(text)}
	naive := func(offset int) Position {
		before := strings.ReplaceAll(text[:offset], "\r\n", "\n\x00") // one line ending, as many bytes
		before = strings.ReplaceAll(before, "\r", "\n")
		if strings.HasSuffix(text[:offset], "\r") && strings.HasPrefix(text[offset:], "\n") {
			before = before[:len(before)-1] + "\x00" // inside of a line ending
		}
		line := strings.LastIndexByte(before, '\n') + 1
		column := utf8.RuneCountInString(before[line:]) + 1
		inBytes := len(before) - line + 1
		if strings.HasPrefix(before[line:], "\x00") && line > 0 {
			column--
			inBytes--
		}
		return Position{strings.Count(before, "\n") + 1, column, offset, inBytes}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		offset := r.IntN(len(text) + 1)
		if offset < len(text) && !utf8.RuneStart(text[offset]) {
			continue
		}
		if got, want := src.Position(offset), naive(offset); got != want {
			t.Fatalf("offset %d: %+v, not %+v", offset, got, want)
		}
	}
}
