package rules

import (
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/schema"
)

var payloadTypeCase = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-type-case",
		Title:    "PayloadType differs from a known type only in case",
		Severity: checker.Warning,
		Doc: `What it checks: PayloadType does not differ from a type of Apple's only in case or in surrounding whitespace.
Why it matters: payload types are case-sensitive. A type such as com.apple.webclip.managed (for
com.apple.webClip.managed) is another type, and the payload does not do what it is meant to. Rules about the correct
type do not apply to it.`,
		Help: "use the spelling in Apple's schema",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.SCEP</string>
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
			if payload.Type == "" || payload.Schema != nil || appleTypeSet()[payload.Type] {
				continue
			}
			if right := withCase(payload.Type); right != "" {
				p.Value(payload.Keys.Type, "unknown `PayloadType` %q; differs from %q only in case or whitespace", payload.Type, right).WithHelp("use %q", right)
			}
		}
		return nil
	},
}

// withCase gives the type of Apple's that one differs from in case or white
// space; "" if there is none.
func withCase(t string) string {
	t = strings.TrimSpace(t)
	types := appleTypes()
	i := slices.IndexFunc(types, func(known string) bool { return len(known) == len(t) && strings.EqualFold(known, t) })
	if i < 0 {
		return ""
	}
	return types[i]
}

var refProfileTypes = checker.Ref{
	Title: "Apple device management schema: profiles",
	URL:   "https://github.com/apple/device-management/tree/release/mdm/profiles",
}

// appleTypeSet is the set of appleTypes.
var appleTypeSet = sync.OnceValue(func() map[string]bool {
	types := appleTypes()
	set := make(map[string]bool, len(types))
	for _, t := range types {
		set[t] = true
	}
	return set
})

// appleTypes are the payload types of Apple's schema, and those that are known to
// be used without it, in the order of their bytes.
var appleTypes = sync.OnceValue(func() []string {
	types := append(schema.PayloadTypes(), schema.UnlistedPayloadTypes...)
	slices.Sort(types)
	return slices.Compact(types)
})
