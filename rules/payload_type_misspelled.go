package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var payloadTypeMisspelled = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-type-misspelled",
		Title:    "misspelled or wrong PayloadType",
		Severity: checker.Error,
		Varies:   "warning for SCEP settings under a type that is not Apple's",
		Doc: `What it checks: payloads whose type is a small edit away from one of Apple's or is in quotation marks, and payloads with the content of a SCEP payload under another type.
Why it matters: devices ignore a payload of a type that they do not know, or treat it as preferences of another application. No certificate is requested,
and payloads that refer to it find none. The content is checked as that of a SCEP payload all the same.
Exceptions: a type with a template variable is not reported. Content under a type that is not Apple's is a warning, since an application may read it.`,
		Help: "replace the PayloadType with Apple's spelling",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.scpe</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
</dict>`,
		},
		Refs: []checker.Ref{refCommonKeys, refProfileTypes},
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			t := payload.Type
			if strings.TrimSpace(t) == "" || payload.Schema != nil || appleTypeSet()[t] || profile.HasVariable(t) || withCase(t) != "" {
				continue
			}
			var f *checker.Finding
			var right string
			switch {
			case payload.IsSCEPByContent():
				f = p.Value(payload.Keys.Type, "unknown `PayloadType` %q with the content of a SCEP payload; expected %q", excerpt(p, t), profile.TypeSCEP)
				f.Help = "did you mean " + profile.TypeSCEP + "? Replace the PayloadType"
				if !strings.HasPrefix(t, "com.apple.") {
					f.Severity = checker.Warning
				}
				continue
			case payload.As == profile.TypeSCEP:
				right = profile.TypeSCEP
			default:
				if right = nearType(payload); right == "" {
					continue
				}
			}
			f = p.Value(payload.Keys.Type, "misspelled `PayloadType` %q; expected %q", excerpt(p, t), right)
			f.Help = "did you mean " + right + "? Replace the PayloadType"
			if inner, ok := elementText(p, payload.Keys.Type); ok {
				f.Fix = &checker.Fix{Message: fmt.Sprintf("replace the PayloadType with %s", right), Edits: []checker.TextEdit{checker.Replace(inner, right)}}
			}
		}
		return nil
	},
}

// nearType gives the type of Apple's that the type of a payload is a misspelling of; ""
// if there is none. Short names are too close to those of other applications, unless the
// payload has the keys of the type.
func nearType(payload profile.Payload) string {
	const prefix = "com.apple."
	t := payload.Type
	if bare, _ := strayAround(t); appleTypeSet()[bare] {
		return bare
	}
	best, far := "", 3
	for _, known := range appleTypes() {
		name := strings.TrimPrefix(known, prefix)
		if max(len(t), len(known))-min(len(t), len(known)) >= far {
			continue
		}
		d := profile.Distance(t, known)
		if len(name) < 12 && d > 1 || len(name) < 8 && d < far && !hasKeysOf(payload, known) {
			continue
		}
		if d < far {
			best, far = known, d
		}
	}
	return best
}

// hasKeysOf reports whether a payload has keys, and Apple's schema lists all of them for a
// type.
func hasKeysOf(payload profile.Payload, known string) bool {
	t, own := schema.Payload(known), 0
	for n := range payload.Node.Children() {
		if schema.IsCommon(n.Key) || n.Key == "PayloadEnabled" {
			continue
		}
		if own++; t == nil || !t.Lists(n.Key) {
			return false
		}
	}
	return own > 0
}
