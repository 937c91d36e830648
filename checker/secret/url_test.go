package secret

import (
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// TestURLSecrets holds that the secrets that are found in any text lie inside it, one after the other.
func TestURLSecrets(t *testing.T) {
	for seed := range uint64(40_000) {
		text := profiletest.Jumble(seed, "//", ":", "/", "@", "a", "?", "&", ";", "#", "token=", "PassWord=", "challengepassword=", "=", " ", "\"", "<", "x.y", "\xff")
		last := 0
		for at := range urlSecrets(text, seed%2 == 0) {
			if at.Start < last || at.End <= at.Start || at.End > len(text) {
				t.Fatalf("secrets in URLs of %q: %v after %d", text, at, last)
			}
			last = at.End
		}
	}
}
