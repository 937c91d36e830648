package profile

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// jumble puts some of the pieces together, the same for the same seed.
func jumble(seed uint64, pieces ...string) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for range r.IntN(24) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// TestSearches holds that what searches texts by hand, for speed, finds places inside of them, and what plain forms of it
// do.
func TestSearches(t *testing.T) {
	for seed := range uint64(40_000) {
		text := jumble(seed, "//", ":", "/", "@", "a", "?", "&", ";", "#", "token=", "PassWord=", "challengepassword=", "=", " ", "\"", "<", "x.y", "\xff")
		last := 0
		for at := range urlSecrets(text, seed%2 == 0) {
			if at.Start < last || at.End <= at.Start || at.End > len(text) {
				t.Fatalf("secrets in URLs of %q: %v after %d", text, at, last)
			}
			last = at.End
		}

		text = jumble(seed, "{{", "}}", "{%", "%}", "{#", "#}", "$(", ")", "${", "}", "{", "&", "&", "\n", "</string>", "a")
		b := newBlocks(text, 0)
		for i := range len(text) {
			if got, want := b.around(i), plainAround(text, i); got != want {
				t.Fatalf("blocks of %q at %d: %d, want %d", text, i, got, want)
			}
		}
	}
}

// plainAround is what blocks.around finds.
func plainAround(text string, i int) int {
	before := text[:i]
	for _, marks := range blockMarks {
		open := strings.LastIndex(before, marks[0])
		if open < 0 || strings.Contains(before[open:], marks[1]) {
			continue
		}
		n := strings.Index(text[i:], marks[1])
		if n >= 0 && !strings.Contains(text[i:i+n], "\n") && !strings.Contains(text[i:i+n], "</string>") {
			return i + n + len(marks[1])
		}
	}
	return 0
}

func TestLineIndex(t *testing.T) {
	for seed := range uint64(400) {
		text := []byte(jumble(seed, "\n", "\n\n", "a", strings.Repeat("b", 300), strings.Repeat("\n", 700), strings.Repeat("c", 512)))
		if seed%2 == 0 {
			text = append(text, jumble(seed, "\r", "\r\n", "\n", "a", strings.Repeat("b", 511), strings.Repeat("\r\n", 256))...)
		}
		starts := []int{0}
		for i, c := range text {
			if c == '\n' || c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
				starts = append(starts, i+1)
			}
		}
		x := newLineIndex(text)
		if x.count != len(starts) {
			t.Fatalf("%q has %d lines, want %d", text, x.count, len(starts))
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
