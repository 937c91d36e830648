package profile

import (
	"testing"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/schema"
)

// TestNearSCEP holds that no type of Apple's schema is taken for a misspelling of TypeSCEP, so that known types need not be
// compared with it.
func TestNearSCEP(t *testing.T) {
	for _, name := range schema.PayloadTypes() {
		if name != TypeSCEP && !HoldsCertificate(name) && nearSCEP(name) {
			t.Errorf("%s is taken for %s", name, TypeSCEP)
		}
	}
}

// TestMisspelledChallenge holds that every name that is reported as a misspelling
// of Challenge is masked.
func TestMisspelledChallenge(t *testing.T) {
	for alias, key := range keyAliases {
		if got := MisspelledSCEPKey(alias); got != key {
			t.Errorf("%q: %q, want %q", alias, got, key)
		}
		if key == "Challenge" && !keyname.IsSecret(alias) {
			t.Errorf("%q means Challenge and is not secret", alias)
		}
	}
	if got := MisspelledSCEPKey("Challange"); got != "Challenge" {
		t.Errorf("Challange: %q", got)
	}
}
