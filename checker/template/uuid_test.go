package template

import (
	"regexp"
	"testing"
)

// TestIsUUID holds that it is what the pattern says, with each byte in each
// place.
func TestIsUUID(t *testing.T) {
	pattern := regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	const uuid = "4d1B8e0f-93A6-4c72-8F5d-7e2A60c9B813"
	for _, text := range []string{"", uuid, uuid[1:], uuid + "0", "-" + uuid[1:], uuid[:35] + "\n"} {
		if got, want := IsUUID(text), pattern.MatchString(text) && len(text) == 36; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	for i := range uuid {
		for c := range 256 {
			text := []byte(uuid)
			text[i] = byte(c)
			if got, want := IsUUID(string(text)), pattern.Match(text); got != want {
				t.Errorf("%q: %v", text, got)
			}
		}
	}
}
