package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var scepKeyMisplaced = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-misplaced",
		Title:    "SCEP key outside PayloadContent",
		Severity: checker.Error,
		Varies:   "warning if PayloadContent has the key, too, or contains template text",
		Doc: `What it checks: the keys of a SCEP payload are inside its PayloadContent, not beside PayloadType.
Why it matters: devices read SCEP keys only inside PayloadContent and ignore the others, so that the setting is lost.
Typical cause: settings copied from an ACME payload, which has its keys beside PayloadType.
Exceptions: a warning if PayloadContent has the key too, or contains template text that may add it.`,
		Help: "move the key and its value into the PayloadContent dictionary",
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
					f := p.Key(n, "key %q is outside `PayloadContent` and is ignored; `PayloadContent` has %q", n.Key, right)
					f.Severity = checker.Warning
					f.WithHelp("remove the key and its value")
				case scep.Content.Templated(): // template text may bring the key
					f := p.Key(n, "key %q is outside `PayloadContent` and is ignored", n.Key).StandsFor(scep.SettingPath(right)...).WithHelp("move it into `PayloadContent`%s", rename)
					f.Severity = checker.Warning
				default:
					p.Key(n, "key %q is outside `PayloadContent` and is ignored", n.Key).StandsFor(scep.SettingPath(right)...).WithHelp("move it into `PayloadContent`%s", rename)
				}
			}
		}
		return nil
	},
}

// misplaced gives the SCEP key that a key beside PayloadType was meant to be,
// or "". A misspelled short name is close to too many others to tell, and
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
