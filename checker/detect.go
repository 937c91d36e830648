package checker

import (
	"bytes"
	"strings"

	"github.com/sceplint/sceplint/checker/profile"
)

// looksLikeProfile reports whether a file that the user did not name is a
// profile, or a malformed one: a .plist, .xml, or .json file of a directory may
// be anything.
func looksLikeProfile(profiles []*profile.Profile, err error, text []byte) bool {
	if profiles[0].Declaration != "" {
		return profiles[0].IsDistinct()
	}
	if x := profiles[0].Export; x != nil {
		return x.Nothing == ""
	}
	if err == nil {
		root := profiles[0].Root
		if root.Get("PayloadContent").Is(profile.Dict) && !strings.EqualFold(root.Get("PayloadType").Text(), "Configuration") {
			return false // a payload on its own, from which profiles are made
		}
		return profiles[0].Foreign() == ""
	}
	if head := bytes.TrimLeft(text[:min(len(text), 512)], " \t\r\n\ufeff"); len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		return false // JSON about something else
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
