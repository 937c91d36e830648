package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var scepKeyMisplaced = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-misplaced",
		Title:    "SCEP key beside PayloadType instead of inside PayloadContent",
		Severity: checker.Error,
		Doc: `A SCEP payload has two levels: the keys that every payload has, and inside its PayloadContent the keys of SCEP.
Devices read the SCEP keys inside PayloadContent only. One that stands beside PayloadType is passed over without a word,
so that the setting is lost. ACME payloads, which have their keys beside PayloadType, are where this is often copied from.`,
		Help: "move the key with its value into the dict under PayloadContent",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
	<key>PayloadType</key>
	<string>com.apple.security.scep</string>
	<key>Keysize</key>
	<integer>2048</integer>
	<key>PayloadContent</key>
	<dict>
		<key>URL</key>
		<string>https://ca.corp.example/scep</string>
	</dict>
</dict>`,
			Good: `<dict>
	<key>PayloadType</key>
	<string>com.apple.security.scep</string>
	<key>PayloadContent</key>
	<dict>
		<key>URL</key>
		<string>https://ca.corp.example/scep</string>
		<key>Keysize</key>
		<integer>2048</integer>
	</dict>
</dict>`,
		},
		Refs: []checker.Ref{refSCEP, refCommonKeys},
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			for n := range scep.Node.Children() {
				right := misplaced(n.Key)
				if right == "" {
					continue
				}
				rename := ""
				if right != n.Key {
					rename = ` as "` + right + `"`
				}
				switch {
				case scep.Content.Get(right) != nil:
					f := p.Key(n, "key %q stands beside PayloadType and is passed over; remove it, for PayloadContent holds %q already", n.Key, right)
					f.Severity = checker.Warning
					f.Help = "remove the key with its value"
				case scep.Content.Templated(): // template text may bring the key
					f := p.Key(n, "key %q stands beside PayloadType and is passed over; write it inside PayloadContent%s", n.Key, rename).StandsFor(scep.SettingPath(right)...)
					f.Severity = checker.Warning
				default:
					p.Key(n, "key %q stands beside PayloadType, where it is passed over and the setting is lost; write it inside PayloadContent%s", n.Key, rename).StandsFor(scep.SettingPath(right)...)
				}
			}
		}
		return nil
	},
}

// misplaced gives the SCEP key that a key beside PayloadType was meant to be,
// or "". A misspelt short name is close to too many others to tell, and
// Payload… is common to all payloads.
func misplaced(key string) string {
	switch {
	case scepKey(key):
		return key
	case strings.HasPrefix(key, "Payload"):
		return ""
	}
	if right := misspelling(key); len(right) >= 6 {
		return right
	}
	return ""
}
