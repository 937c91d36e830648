package rules

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadUUIDDuplicate = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-uuid-duplicate",
		Title:    "duplicate PayloadUUID in a profile",
		Severity: checker.Error,
		Varies:   "warning for the UUID of the profile",
		Doc: `What it checks: each payload has a PayloadUUID that no other payload, and not the profile itself, has.
Why it matters: iOS rejects a profile in which two payloads have the same PayloadUUID (MCProfileErrorDomain 1007;
observed on iOS). A certificate reference such as IdentityCertificateUUID cannot tell them apart. Typical cause: a
copied payload.
Exceptions: a payload with the UUID of the profile is a warning. Placeholders and template text are not compared.`,
		Help: "generate a UUID with uuidgen, and update the references to the payload",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust.root</string>
<key>PayloadUUID</key>
<string>5E0E2B7C-7C3A-4C8C-8E1F-6B1D0E3C9A74</string>
</dict>
<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust.issuing</string>
<key>PayloadUUID</key>
<string>5E0E2B7C-7C3A-4C8C-8E1F-6B1D0E3C9A74</string>
</dict>`,
			Good: `<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust.root</string>
<key>PayloadUUID</key>
<string>5E0E2B7C-7C3A-4C8C-8E1F-6B1D0E3C9A74</string>
</dict>
<dict>
<key>PayloadIdentifier</key>
<string>org.corp.trust.issuing</string>
<key>PayloadUUID</key>
<string>B1F4D6A2-0A57-4E0B-9C68-2F7D5A1E8C30</string>
</dict>`,
		},
		Refs: []checker.Ref{refCommonKeys, refMDMErrors},
	},
	Check: func(p *checker.Pass) error {
		root := p.Profile.Root
		if root.Get("PayloadContent").Templated() {
			return nil // the payloads may be branches of a template
		}
		own, _ := root.Get("PayloadUUID").Str()
		payloads := p.Profile.Payloads()
		first := firstByName(payloads, func(x *profile.Payload) string { return x.UUID })
		for i, payload := range payloads {
			again := first(i)
			if again == i && payload.UUID != own || !isComparable(payload.Node, payload.UUID) || !isComparable(payloads[again].Node, payload.UUID) {
				continue
			}
			n := payload.Keys.UUID
			if again != i {
				f := p.Value(n, "duplicate `PayloadUUID` %q; also used by %s",
					excerpt(p, payload.UUID), payloadLocation(p, payloads[again]))
				f.Fix = freshUUID(p, n, own, payload)
				continue
			}
			f := p.Value(n, "duplicate `PayloadUUID` %q; also used by the profile", excerpt(p, own))
			f.Severity = checker.Warning
			if bytes.Count(p.Profile.Source.Text, []byte(own)) == 2 { // otherwise something refers to it
				f.Fix = freshUUID(p, n, own, payload)
			}
		}
		return nil
	},
}

// firstByName returns a function that gives the index of the first payload with
// the name of another, which may be itself. A few payloads do without a map.
func firstByName(payloads []profile.Payload, name func(*profile.Payload) string) func(int) int {
	if len(payloads) <= 16 {
		return func(i int) int {
			text := name(&payloads[i])
			for j := range i {
				if name(&payloads[j]) == text {
					return j
				}
			}
			return i
		}
	}
	firsts := make(map[string]int, len(payloads))
	for i := range payloads {
		if _, ok := firsts[name(&payloads[i])]; !ok {
			firsts[name(&payloads[i])] = i
		}
	}
	return func(i int) int { return firsts[name(&payloads[i])] }
}

// isComparable reports whether a payload's UUID or identifier can be compared with
// those of others: it is neither absent, nor placeholder or template text, and no
// branch of a template may replace it.
func isComparable(payload *profile.Node, text string) bool {
	if profile.IsUUID(text) && !payload.Templated() {
		return true
	}
	if text == "" || payload.Templated() || profile.HasVariable(text) {
		return false
	}
	_, sample := profile.Placeholder(text)
	return !sample
}

// payloadLocation names a payload and, where there are lines, tells where it is.
func payloadLocation(p *checker.Pass, payload profile.Payload) checker.Phrase {
	at := payload.Node.Span()
	if !at.Valid() {
		return payloadLabel(p, payload)
	}
	return checker.Phrase(fmt.Sprintf("%s on line %d", payloadLabel(p, payload), p.Profile.Source.Position(at.Start).Line))
}

// freshUUID replaces a duplicate UUID with a new one. It is derived from
// the profile, so that the same fix gives the same UUID anywhere. It is not
// safe: a reference may have meant this payload, and a device takes it for new.
func freshUUID(p *checker.Pass, n *profile.Node, own string, payload profile.Payload) *checker.Fix {
	inner, ok := elementText(p, n)
	if !ok {
		return nil
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s", own, payload.Index, payload.Identifier))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80 // version 8 and the variant of RFC 9562
	u[8] = u[8]&0x3f | 0x80
	fresh := fmt.Sprintf("%X-%X-%X-%X-%X", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
	return &checker.Fix{Message: "replace the UUID with " + fresh, Edits: []checker.TextEdit{checker.Replace(inner, fresh)}}
}
