package usage

import "testing"

// TestNearestName holds which misspelled flags and commands are recognized.
func TestNearestName(t *testing.T) {
	names := []string{"format", "fix", "fail-on", "check", "config", "no-config"}
	for given, want := range map[string]string{
		"formt": "format", "formats": "format", "chekc": "check", "conf": "config", "noconfig": "no-config", "xyz": "", "frobnicate": "", "": "", "fxi": "fix",
	} {
		if got := nearestName(given, names); got != want {
			t.Errorf("%q: %q, not %q", given, got, want)
		}
	}
}
