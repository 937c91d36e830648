package printable

import "testing"

// TestPlainPrefix holds that the steps of eight bytes stop at each byte that single ones stop at.
func TestPlainPrefix(t *testing.T) {
	for c := range 256 {
		for at := range 12 {
			text := []byte(" ~az0}\"!  ~~")
			want := len(text)
			if text[at] = byte(c); c < ' ' || c >= 0x7f {
				want = at
			}
			if got := PlainPrefix(text); got != want {
				t.Errorf("0x%02x at %d: %d; want %d", c, at, got, want)
			}
			if got := PlainPrefix(string(text)); got != want {
				t.Errorf("0x%02x at %d of a string: %d; want %d", c, at, got, want)
			}
		}
	}
}
