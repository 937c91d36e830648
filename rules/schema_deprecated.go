package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var schemaDeprecated = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-deprecated",
		Title:    "deprecated key or payload",
		Severity: checker.Info,
		Doc: `What it checks: keys and payloads that Apple's schema marks as deprecated on a target. This rule runs only with --target.
Why it matters: a later version of the system ignores what is deprecated, and Apple has a replacement for most of it.
Exceptions: a target whose version is older than the change is not reported; one without a version is taken as new.
` + schemaDate,
		Help: "use what replaces it in Apple's documentation",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<!-- targets ios=17 -->
<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>QoSMarkingPolicy</key>
<dict>
	<key>QoSMarkingWhitelistedAppIdentifiers</key>
	<array/>
</dict>
</dict>`,
			Good: `<!-- targets ios=14.0 -->
<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>QoSMarkingPolicy</key>
<dict>
	<key>QoSMarkingWhitelistedAppIdentifiers</key>
	<array/>
</dict>
</dict>`,
		},
		Defers: true,
		Refs:   []checker.Ref{refSchema, refProfileKeys},
	},
	Check: func(p *checker.Pass) error {
		targets := targetsOf(p)
		if len(targets) == 0 {
			return nil
		}
		for _, fault := range schemaFaultsOf(p, faultDeprecated) {
			p.Key(fault.node, "key %q is deprecated since %s", excerpt(p, fault.node.Key), joinWords(fault.systems))
		}
		for _, payload := range p.Profile.Payloads() {
			t := payload.Schema
			if t == nil {
				continue
			}
			if removed, deprecated := supportOf(targets, t.Platforms); len(removed) == 0 && len(deprecated) > 0 {
				p.Value(payload.Keys.Type, "`PayloadType` %q is deprecated since %s", payload.Type, joinWords(deprecated))
			}
		}
		return nil
	},
}
