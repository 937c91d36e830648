package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var schemaKeyMisspelled = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-key-misspelled",
		Title:    "misspelled key",
		Severity: checker.Error,
		Varies:   "warning for preferences of applications, keys of the profile, and texts for people, info for a setting that is off by default and stays so",
		Doc: `What it checks: keys that Apple's schema does not have, and that differ from one it has in case, in whitespace, or by a small edit,
or that abbreviate it or add a word to it, such as EAPClientConfig. The keys of the profile itself, such as PayloadScope, are checked, too, and PayloadDisplayName,
PayloadDescription, and PayloadOrganization of every payload.
Why it matters: keys are case-sensitive, and devices ignore those that they do not know. The setting is lost, though the profile installs.
Exceptions: a warning for payloads that are preferences of applications, for keys of the profile itself, and for what is only shown to people, and info if the value is false, which is the default, too. Not reported where the key that is meant is present too.
` + schemaDate,
		Help: "rename the key as Apple's schema spells it",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>Autojoin</key>
<false/>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>AutoJoin</key>
<false/>
</dict>`,
		},
		Defers:           true,
		Refs:             []checker.Ref{refSchema, refProfileKeys},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		renamed := map[renaming]bool{}
		for _, fault := range schemaFaultsOf(p, faultMisspelled) {
			n, right := fault.node, fault.key.Name
			f := p.Key(n, "misspelled key %q is ignored; expected %q", shownKey(p, n.Key), right).StandsFor(append(n.Parent().Path(), right)...)
			f.Severity = fault.severity
			f.Help = "rename the key to `" + right + "`"
			to := renaming{n.Parent(), right}
			if !renamed[to] {
				f.Fix = renameKey(p, n, right, fault.exact)
			}
			renamed[to] = true
		}
		return nil
	},
}

// renaming is a key that a dictionary gets by a fix.
type renaming struct {
	in  *profile.Node
	key string
}
