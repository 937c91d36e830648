package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadKeyMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-key-missing",
		Title:    "missing required key in a payload",
		Severity: checker.Error,
		Varies:   "warning for an empty key, and for PayloadVersion unless iOS is a target",
		Doc: `What it checks: every payload has PayloadType, PayloadVersion, PayloadIdentifier, and PayloadUUID, spelled like this.
Why it matters: one payload without them is enough for a device to reject the whole profile (MCPayloadErrorDomain
2002, missing field).
Exceptions: an empty PayloadType or PayloadIdentifier is a warning. A missing PayloadVersion is a warning unless iOS
is a target (macOS installs such payloads; observed on macOS).`,
		Help: "add the key to the payload dictionary",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadVersion</key>
<integer>1</integer>
<key>PayloadIdentifier</key>
<string>org.corp.wifi.scep</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadVersion</key>
<integer>1</integer>
<key>PayloadIdentifier</key>
<string>org.corp.wifi.scep</string>
<key>PayloadUUID</key>
<string>0C0D5B6E-6B0C-4B8E-9B35-6D0A7D6E1C42</string>
</dict>`,
		},
		Refs:             []checker.Ref{refCommonKeys, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			if payload.Node.Templated() {
				continue // template text may bring the keys
			}
			if payload.Node.Len() == 0 {
				p.Value(payload.Node, "%s is an empty dictionary", payloadLabel(p, payload)).WithHelp("remove the dictionary, or add the keys of a payload")
				continue
			}
			keys := payload.Keys
			for _, k := range []struct {
				name string
				node *profile.Node
			}{{"PayloadType", keys.Type}, {"PayloadVersion", keys.Version}, {"PayloadIdentifier", keys.Identifier}, {"PayloadUUID", keys.UUID}} {
				if k.node == nil {
					f := missingKey(p, payload.Node, payloadLabel(p, payload), k.name, exampleOf[k.name])
					if k.name == "PayloadVersion" && !p.Targets.Has("ios") {
						f.Severity = checker.Warning // macOS installs it
					}
				} else if blankName(k.node) {
					p.Value(k.node, "`%s` of %s is empty", k.name, payloadLabel(p, payload)).WithHelp("set `%s` to %s", k.name, expectedValue(k.name)).Severity = checker.Warning
				}
			}
		}
		return nil
	},
}

// missingKey reports a required key that a dictionary does not have, at the key that is
// a misspelling of it if there is one.
func missingKey(p *checker.Pass, in *profile.Node, label checker.Phrase, key, example string) *checker.Finding {
	if f := misspelledKey(p, in, label, key); f != nil {
		return f
	}
	return p.AtStart(in, "%s is missing required key `%s`", label, key).Missing(key).WithHelp("add %s", checker.Markup(example))
}

// misspelledKey reports a required key that a dictionary has in another spelling; nil if
// it does not.
func misspelledKey(p *checker.Pass, in *profile.Node, label checker.Phrase, key string) *checker.Finding {
	for n := range in.Children() {
		if !misspells(n.Key, key) {
			continue
		}
		f := p.Key(n, "%s is missing required key `%s`: found misspelled key %q", label, key, shownKey(p, n.Key)).WithHelp("rename the key to `%s`", key)
		f.StandsFor(append(in.Path(), key)...)
		f.Fix = renameKey(p, n, key, profile.FoldName(n.Key) == profile.FoldName(key))
		return f
	}
	return nil
}

// renameKey is the fix that gives a key another name; nil if the document cannot be edited.
func renameKey(p *checker.Pass, n *profile.Node, name string, safe bool) *checker.Fix {
	if !p.Editable() {
		return nil
	}
	return &checker.Fix{
		Message: "rename the key to " + name,
		Safe:    safe,
		Edits:   []checker.TextEdit{checker.Replace(n.KeySpan(), "<key>"+name+"</key>")},
	}
}

// misspells reports whether a key that no payload has is a misspelling of one that all
// have.
func misspells(key, right string) bool {
	if len(key) > maxKeyName || keysOfPayloads[key] || keysOfProfile[key] {
		return false
	}
	folded, wanted := profile.FoldName(key), profile.FoldName(right)
	return max(len(folded)-len(wanted), len(wanted)-len(folded)) <= 1 && profile.Distance(folded, wanted) <= 2 // PayloadID is none
}

// shownKey quotes a key with the whitespace that makes it another one.
func shownKey(p *checker.Pass, key string) string {
	if strings.TrimSpace(key) != key && len(key) < 40 {
		return p.Mask(key)
	}
	return excerpt(p, key)
}

// expectedValue says what belongs into the keys that blankName looks at.
func expectedValue(key string) string {
	switch key {
	case "PayloadType":
		return "the type of the payload"
	case "PayloadIdentifier":
		return "a reverse-DNS name that all versions keep"
	}
	return ""
}

// blankName reports whether a required name is there but says nothing. An empty
// PayloadUUID is the business of payload-uuid-format.
func blankName(n *profile.Node) bool {
	text, ok := n.Str()
	return ok && expectedValue(n.Key) != "" && strings.TrimSpace(text) == ""
}

// payloadLabel names a payload in a message as paths do: counted from 0, and
// with its type where it has one.
func payloadLabel(p *checker.Pass, payload profile.Payload) checker.Phrase {
	if payload.Type == "" {
		return checker.Phrase(fmt.Sprintf("payload PayloadContent[%d]", payload.Index))
	}
	return checker.Phrase(fmt.Sprintf("payload PayloadContent[%d] (%s)", payload.Index, excerpt(p, payload.Type)))
}
