package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var schemaValue = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-value",
		Title:    "value not in Apple's schema",
		Severity: checker.Error,
		Varies:   "warning for preferences of applications, and for one of several values in an array",
		Doc: `What it checks: values of keys for which Apple's schema lists all values that are allowed. Text is case-sensitive.
Why it matters: the profile system rejects the payload, or ignores the value and uses the default.
Exceptions: a warning for payloads that are preferences of applications, and for one value among several in an array. Empty text is reported for keys that are required.
` + schemaDate,
		Help: "use a value that Apple's schema lists",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EncryptionType</key>
<string>WPA2-Enterprise</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EncryptionType</key>
<string>WPA2</string>
</dict>`,
		},
		Defers:           true,
		Refs:             []checker.Ref{refSchema, refProfileKeys},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, fault := range schemaFaultsOf(p, faultValue) {
			n := fault.node
			found := n.Text()
			if n.Is(profile.String) {
				found = `"` + excerpt(p, found) + `"`
			}
			f := p.Value(n, "unsupported %s %s; expected %s", keyLabel(p, n), found, checker.Phrase(allowedPhrase(fault.key)))
			f.Severity = fault.severity
			if n.Is(profile.String) && n.Text() == "" {
				f.Message = string(keyLabel(p, n)) + " is empty; expected " + allowedPhrase(fault.key)
				continue
			}
			right := sameValue(n.Text(), fault.key.Allowed)
			if right == "" || !n.Is(profile.String) {
				continue
			}
			f.Message = "unsupported " + string(keyLabel(p, n)) + " " + found + `; expected "` + right + `"`
			f.Help = `use "` + right + `"`
			if inner, ok := elementText(p, n); ok {
				f.Fix = &checker.Fix{Message: `replace the value with "` + right + `"`, Safe: true, Edits: []checker.TextEdit{checker.Replace(inner, right)}}
			}
		}
		return nil
	},
}

// sameValue gives the allowed value that differs from a text in case, whitespace, and
// what is around the text only; "" if there is none.
func sameValue(text string, allowed []string) string {
	if len(text) >= 200 {
		return ""
	}
	bare, _ := strayAround(text)
	i := slices.IndexFunc(allowed, func(a string) bool { return profile.FoldName(a) == profile.FoldName(bare) })
	if i < 0 || strings.ContainsAny(allowed[i], "<&") {
		return ""
	}
	return allowed[i]
}

// allowedPhrase lists the values that the schema allows: "A, B, or C".
func allowedPhrase(k *schema.Key) string { return alternatives(k.Allowed) }

// alternatives joins words as in "a, b, or c"; the first ones, if there are many.
func alternatives(list []string) string {
	const most = 10
	switch last := len(list) - 1; {
	case last == 0:
		return list[0]
	case last == 1:
		return list[0] + " or " + list[1]
	case last < most:
		return strings.Join(list[:last], ", ") + ", or " + list[last]
	}
	return strings.Join(list[:most], ", ") + ", …"
}
