package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var schemaType = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-type",
		Title:    "value of the wrong type",
		Severity: checker.Error,
		Varies:   "warning for preferences of applications, and for numbers of another type",
		Doc: `What it checks: values whose property list type is not the one that Apple's schema gives the key.
Why it matters: the profile system rejects the payload (MCPayloadErrorDomain 2003, bad data type), or ignores the value.
Exceptions: a warning for payloads that are preferences of applications, and for numbers that are written as another kind of number. Macs take 0 and 1 for
a boolean, and iOS rejects them: without targets that is a warning, and only for payloads that both have. Where the schema uses 0 and 1 for a switch, a
boolean is not reported.
` + schemaDate,
		Help: "use the type that Apple's schema gives the key",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mobiledevice.passwordpolicy</string>
<key>minLength</key>
<string>12</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mobiledevice.passwordpolicy</string>
<key>minLength</key>
<integer>12</integer>
</dict>`,
		},
		Defers:           true,
		Refs:             []checker.Ref{refSchema, refProfileKeys, refMDMErrors},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, fault := range schemaFaultsOf(p, faultType) {
			n := fault.node
			f := p.Value(n, "%s must be %s, found %s", keyLabel(p, n), kindWords[fault.key.Kind], foundPhrase(n.Kind))
			f.Severity = fault.severity
			kinds := []profile.Kind{schemaKinds[fault.key.Kind]}
			if kinds[0] == profile.Real {
				kinds = append(kinds, profile.Integer)
			}
			if fix, edits := losslessType(p, n, kinds); fix != "" {
				f.Help = "use " + kindWords[fault.key.Kind]
				if len(edits) > 0 {
					f.Fix = &checker.Fix{Message: "write the value as " + kindWords[fault.key.Kind], Safe: true, Edits: edits}
				}
			}
			if fault.key.Kind == schema.Boolean && n.Is(profile.Integer) {
				f.Message += "; iOS rejects it"
			}
		}
		return nil
	},
}

// foundPhrase names the kind of a value with its article, as kindWords do.
func foundPhrase(k profile.Kind) string {
	if k == profile.Dict {
		return "a dictionary"
	}
	return string(kindPhrase(k))
}
