package keyname

import (
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"keysize", "keysize", 0}, {"keysize", "kezsize", 1}, {"keysize", "keysie", 1}, {"keysize", "keyysize", 1}, {"keysize", "keyszie", 1},
		{"url", "uri", 1}, {"", "url", 3}, {"größe", "große", 1}, {"challenge", "password", 8},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := Distance(c.b, c.a); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

// TestNearest holds that names are suggested that a misspelled one is plausibly meant to be.
func TestNearest(t *testing.T) {
	names := []string{"type", "url", "keysize", "key_type", "subject", "allow_all_apps_access"}
	for name, want := range map[string]string{
		"nope": "", "tpye": "type", "types": "type", "uri": "url", "host": "", "kezsize": "keysize", "keysie_": "keysize", "key-tyep": "key_type",
		"object": "subject", "project": "", "alow_al_app_access": "allow_all_apps_access", "allow_apps": "", "": "", "größe": "",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for name, want := range map[string]string{
		"Key Type": "keytype", "Key_Type": "keytype", "key-type": "keytype", "Кеysize": "keysize", "Chällenge": "challenge", "Chal\u200blenge": "challenge", "": "",
	} {
		if got := Fold(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestClosest(t *testing.T) {
	names := []Name{New("Keysize"), New("URL"), New("Key Usage")}
	for folded, want := range map[string]string{"keysize": "Keysize", "keysise": "Keysize", "uri": "URL", "uris": "", "keyusges": "Key Usage", "name": ""} {
		if got := Closest([]byte(folded), names); got != want {
			t.Errorf("%q: %q, want %q", folded, got, want)
		}
	}
}

// TestWithin holds that the letters of names, which are counted first, rule out nothing that is near.
func TestWithin(t *testing.T) {
	pieces := []string{"a", "b", "c", "scep", "é", "-", "ab", "ba"}
	for seed := range uint64(20_000) {
		a, b := profiletest.Jumble(seed, pieces...), profiletest.Jumble(seed^1, pieces...)
		if seed%2 == 0 {
			b = strings.Replace(a, "b", "c", int(seed%5))
		}
		for limit := range 4 {
			if got, want := Within(a, b, limit), Distance(a, b) <= limit; got != want {
				t.Fatalf("%q and %q are within %d: %t; the distance is %d", a, b, limit, got, Distance(a, b))
			}
		}
	}
}
