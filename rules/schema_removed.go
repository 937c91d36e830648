package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var schemaRemoved = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-removed",
		Title:    "key or payload that a target no longer supports",
		Severity: checker.Warning,
		Doc: `What it checks: keys and payloads that Apple's schema marks as removed on a target. This rule runs only with --target.
Why it matters: devices with that version or a later one ignore the key or the payload, so the setting is lost.
Exceptions: a target whose version is older than the change is not reported, nor is one without a version.
` + schemaDate,
		Help: "remove it from profiles for that system, or use what replaces it",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<!-- targets macos=15 -->
<dict>
<key>PayloadType</key>
<string>com.apple.jabber.account</string>
</dict>`,
			Good: `<!-- targets macos=10.13 -->
<dict>
<key>PayloadType</key>
<string>com.apple.jabber.account</string>
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
		for _, fault := range schemaFaultsOf(p, faultRemoved) {
			p.Key(fault.node, "key %q is ignored since %s", excerpt(p, fault.node.Key), joinWords(fault.systems))
		}
		for _, payload := range p.Profile.Payloads() {
			t := payload.Schema
			if t == nil {
				continue
			}
			if removed, _ := supportOf(targets, t.Platforms); len(removed) > 0 {
				p.Value(payload.Keys.Type, "`PayloadType` %q is ignored since %s", payload.Type, joinWords(removed))
			}
		}
		return nil
	},
}
