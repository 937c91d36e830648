package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var schemaKeyUnknown = checker.Rule{
	Meta: checker.Meta{
		ID:                schemaKeyUnknownID,
		Title:             "key not in Apple's schema",
		Severity:          checker.Info,
		DisabledByDefault: true,
		Doc: `What it checks: keys that Apple's schema does not list for the payload. The rule is off by default; use --enable schema-key-unknown.
Why it matters: devices ignore keys that they do not know. Many of them are harmless, and some keys that work are missing from Apple's schema.
Exceptions: misspelled keys have a rule of their own. Payloads that take any key, such as com.apple.extensiblesso, are not checked.
` + schemaDate,
		Help: "remove the key if it is not needed",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>SSID_STR</key>
<string>Corp</string>
<key>Interface</key>
<string>BuiltInWireless</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>SSID_STR</key>
<string>Corp</string>
</dict>`,
		},
		Defers:           true,
		Refs:             []checker.Ref{refSchema, refProfileKeys},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, fault := range schemaFaultsOf(p, faultUnknown) {
			p.Key(fault.node, "unknown key %q in %s", excerpt(p, fault.node.Key), dictionaryLabel(p, &fault, fault.node.Parent()))
		}
		return nil
	},
}
