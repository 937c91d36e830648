package plist

import (
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

func TestLineIndex(t *testing.T) {
	for seed := range uint64(400) {
		text := []byte(profiletest.Jumble(seed, "\n", "\n\n", "a", strings.Repeat("b", 300), strings.Repeat("\n", 700), strings.Repeat("c", 512)))
		if seed%2 == 0 {
			text = append(text, profiletest.Jumble(seed, "\r", "\r\n", "\n", "a", strings.Repeat("b", 511), strings.Repeat("\r\n", 256))...)
		}
		starts := []int{0}
		for i, c := range text {
			if c == '\n' || c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
				starts = append(starts, i+1)
			}
		}
		x := newLineIndex(text)
		if x.lines != len(starts) {
			t.Fatalf("%q has %d lines, want %d", text, x.lines, len(starts))
		}
		line := 0
		for offset := range len(text) + 1 {
			for line < len(starts) && starts[line] <= offset {
				line++
			}
			if n, start := x.at(offset); n != line || start != starts[line-1] {
				t.Fatalf("%q at %d: line %d from %d, want %d from %d", text, offset, n, start, line, starts[line-1])
			}
		}
		for i, start := range starts {
			if got := x.start(i + 1); got != start {
				t.Fatalf("%q: line %d starts at %d, want %d", text, i+1, got, start)
			}
		}
		if got := x.start(len(starts) + 1); got != len(text) {
			t.Fatalf("%q: behind the last line is %d", text, got)
		}
	}
}

// TestOffsetsBackwards holds that an offset of the file does not depend on what
// was asked before.
func TestOffsetsBackwards(t *testing.T) {
	text := []byte("aä中😀\nb")
	for width := range 3 {
		for first := 0; first <= len(text); first++ {
			for second := 0; second <= len(text); second++ {
				if !runeStart(text, first) || !runeStart(text, second) {
					continue
				}
				fresh, used := &Source{Text: text, Encoding: Encoding{width: width}}, &Source{Text: text, Encoding: Encoding{width: width}}
				used.Position(first)
				if got, want := used.Position(second), fresh.Position(second); got != want {
					t.Fatalf("width %d: %d behind %d: %v, want %v", width, second, first, got, want)
				}
			}
		}
	}
}

func runeStart(text []byte, at int) bool { return at == len(text) || text[at]&0xc0 != 0x80 }
