package checker

import (
	"bytes"

	"github.com/sceplint/sceplint/checker/profile"
)

// meant reports whether a file that nobody named is a profile, or a broken
// one: a .plist or .xml file found on the way may be anything.
func meant(profiles []*profile.Profile, err error, text []byte) bool {
	if err == nil {
		return profiles[0].Foreign() == ""
	}
	src := profiles[0].Source
	if src.Signatures > 0 {
		return bytes.Contains(src.Text, []byte("PayloadContent"))
	}
	for _, key := range []string{"PayloadContent", "PayloadType", "PayloadIdentifier"} {
		if bytes.Contains(text, []byte(key)) || bytes.Contains(src.Text, []byte(key)) {
			return true
		}
	}
	return false
}
