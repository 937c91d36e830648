package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var payloadMultiple = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-multiple",
		Title:    "duplicate payload of a type that is allowed once",
		Severity: checker.Error,
		Varies:   "warning for preferences of applications, and where platforms differ and no target is set",
		Doc: `What it checks: profiles with more than one payload of a type that Apple's schema allows once.
Why it matters: the profile system rejects the profile, or uses one of the payloads and ignores the others.
Exceptions: a warning for payloads that are preferences of applications, and where systems differ and no target is set.
` + schemaDate,
		Help: "merge the payloads, or move them to profiles of their own",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.dnsProxy.managed</string>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.dnsProxy.managed</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.dnsProxy.managed</string>
</dict>`,
		},
		Refs: []checker.Ref{refSchema, refProfileKeys},
	},
	Check: func(p *checker.Pass) error {
		payloads := p.Profile.Payloads()
		if len(payloads) < 2 {
			return nil
		}
		targets := targetsOf(p)
		var first []*profile.Payload // of each type; there are no more than the schema has types
		for i := range payloads {
			payload := &payloads[i]
			if payload.As == profile.TypeSCEP {
				continue
			}
			t := payload.Schema
			if t == nil {
				continue
			}
			once, agreed := allowedOnce(t, targets)
			if !once || payload.Node.Parent().Templated() { // a template may keep one of them
				continue
			}
			at := slices.IndexFunc(first, func(x *profile.Payload) bool { return x.Type == payload.Type })
			if at < 0 {
				first = append(first, payload)
				continue
			}
			before := first[at]
			f := p.Value(payload.Keys.Type, "duplicate %s payload; only one is allowed in a profile%s", payload.Type, lineOfFirst(p, before))
			if !agreed || !strictTypes[payload.Type] {
				f.Severity = checker.Warning
			}
		}
		return nil
	},
}

// allowedOnce reports whether a profile may have one payload of a type only, and
// whether that holds for all targets, or for all systems that have the type.
func allowedOnce(t *schema.Type, targets checker.Targets) (once, agreed bool) {
	agreed = true
	for i := range t.Platforms {
		platform := &t.Platforms[i]
		if !platform.Available() || len(targets) > 0 && !hasPlatform(targets, platform) {
			continue
		}
		once = once || !platform.Multiple
		agreed = agreed && !platform.Multiple
	}
	return once, agreed
}

func hasPlatform(targets checker.Targets, platform *schema.Platform) bool {
	return slices.ContainsFunc(targets, func(t checker.Target) bool { return strings.EqualFold(t.System, platform.Name) })
}

// lineOfFirst says where the first of several payloads is, where lines are known.
func lineOfFirst(p *checker.Pass, payload *profile.Payload) checker.Phrase {
	at := payload.Keys.Type.Span()
	if !at.Valid() || !p.Profile.Source.Textual() {
		return ""
	}
	return checker.Phrase(fmt.Sprintf(", and the first is on line %d", p.Profile.Source.Position(at.Start).Line))
}
