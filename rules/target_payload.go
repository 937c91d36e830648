package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var targetPayload = checker.Rule{
	Meta: checker.Meta{
		ID:       "target-payload",
		Title:    "payload type not supported on a target platform",
		Severity: checker.Error,
		Varies:   "warning if another target supports it, info without certificates",
		Doc: `What it checks: all target platforms support the payload types of the profile, and macOS also the channel that
PayloadScope selects. Runs only with --target.
Why it matters: Apple's schema states which platforms and versions support each payload. Elsewhere the device ignores
the payload or rejects the profile.
Exceptions: if another target supports the payload, a warning, or info for payloads without certificates. With
TargetDeviceType only that platform is checked.`,
		Help: "remove the payload from profiles for that platform, or raise the minimum target version",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<!-- targets ios=17 -->
<dict>
<key>PayloadType</key>
<string>com.apple.ews.account</string>
</dict>`,
			Good: `<!-- targets ios=17 -->
<dict>
<key>PayloadType</key>
<string>com.apple.eas.account</string>
</dict>`,
		},
		Refs: []checker.Ref{refProfileTypes},
	},
	Check: func(p *checker.Pass) error {
		targets := targetsOf(p)
		if len(targets) == 0 {
			return nil
		}
		scope, _ := p.Profile.Root.Get("PayloadScope").Str()
		reported := scopeReported(p)
		for _, payload := range p.Profile.Payloads() {
			row := availability(payload.Type)
			if row == nil {
				continue
			}
			missing := unsupportedTargets(targets, row.Since)
			if wrongScope(row, scope) && targets.Has("macos") && !slices.ContainsFunc(missing, onMac) && !reported[payload.Node] {
				missing = append(missing, unsupportedTarget{system: "macos", scope: scope})
			}
			if len(missing) == 0 {
				continue
			}
			remedy := "remove the payload from profiles for " + plural(len(missing), "that platform", "those platforms")
			if len(missing) == 1 {
				switch {
				case missing[0].scope != "":
					remedy = "set PayloadScope to " + row.Scope
				case missing[0].since != "":
					remedy = "remove the payload from profiles for older versions, or raise the minimum target version"
				}
			}
			f := p.Value(payload.Keys.Type, "`PayloadType` %q is not supported %s", payload.Type, describeTargets(missing)).WithHelp("%s", remedy)
			f.Argument = argumentOf(missing)
			switch {
			case len(missing) == len(targets):
			case row.Types == nil:
				f.Severity = checker.Info
			default:
				f.Severity = checker.Warning
			}
		}
		return nil
	},
}

// targetsOf gives the targets that a profile is meant for: those of the run, or
// the one that its TargetDeviceType leaves.
func targetsOf(p *checker.Pass) checker.Targets {
	if len(p.Targets) == 0 {
		return nil
	}
	n := p.Profile.Root.Get("TargetDeviceType")
	if n == nil {
		return p.Targets
	}
	kind, ok := n.Int()
	if !ok || kind == 0 {
		return p.Targets
	}
	var left checker.Targets
	for _, t := range p.Targets {
		if deviceTypes[kind] == t.System {
			left = append(left, t)
		}
	}
	return left
}

// deviceTypes are the values of TargetDeviceType whose systems can be targets.
var deviceTypes = map[int64]string{1: "ios", 2: "watchos", 4: "tvos", 5: "macos", 6: "visionos"}

// systemNames are the systems as Apple writes them.
var systemNames = map[string]string{"ios": "iOS", "macos": "macOS", "tvos": "tvOS", "watchos": "watchOS", "visionos": "visionOS"}

// availability finds the row of a payload type, nil if there is none. What
// schema.Availabilities does not hold comes from Apple's schema, without a scope,
// on which payload-channel reports.
func availability(payloadType string) *schema.Availability {
	for i := range schema.Availabilities {
		if slices.Contains(schema.Availabilities[i].Types, payloadType) {
			return &schema.Availabilities[i]
		}
	}
	t := schema.Payload(payloadType)
	if t == nil || len(t.Platforms) == 0 {
		return nil
	}
	return &schema.Availability{Since: sinceOf(t.Platforms)}
}

// sinceOf gives the first versions that the schema states.
func sinceOf(platforms schema.Platforms) (since schema.Since) {
	for i := range platforms {
		first := platforms[i].Introduced
		switch platforms[i].Name {
		case "iOS":
			since.IOS = first
		case "macOS":
			since.MacOS = first
		case "tvOS":
			since.TVOS = first
		case "watchOS":
			since.WatchOS = first
		case "visionOS":
			since.VisionOS = first
		}
	}
	return since
}

// unsupportedTarget is a target that does without something.
type unsupportedTarget struct {
	system string
	since  string // the first version that has it; "" if none has
	oldest string // the target's oldest version, which is older
	scope  string // the PayloadScope that does without it
}

func onMac(l unsupportedTarget) bool { return l.system == "macos" }

// unsupportedTargets gives the targets that do without something. One without a version
// has it if any version has.
func unsupportedTargets(targets checker.Targets, since schema.Since) (list []unsupportedTarget) {
	for _, t := range targets {
		first := since.On(t.System)
		switch {
		case first == schema.NotAvailable:
			list = append(list, unsupportedTarget{system: t.System})
		case first != "" && t.Version != "" && older(t, first):
			list = append(list, unsupportedTarget{system: t.System, since: first, oldest: t.Version})
		}
	}
	return list
}

// older reports whether a target's oldest version is older than another.
func older(t checker.Target, version string) bool {
	oldest, first := t.Number(), checker.Target{Version: version}.Number()
	return slices.Compare(oldest[:], first[:]) < 0
}

// describeTargets names the platforms of a list: "on tvOS and watchOS and before iOS 17.0
// (a target is iOS 16)".
func describeTargets(list []unsupportedTarget) checker.Phrase {
	var never, parts []string
	for _, l := range list {
		name := systemNames[l.system]
		switch {
		case l.scope != "":
			parts = append(parts, "in profiles of PayloadScope "+l.scope+" on "+name)
		case l.since != "":
			parts = append(parts, "before "+name+" "+l.since+" (a target is "+name+" "+l.oldest+")")
		default:
			never = append(never, name)
		}
	}
	if len(never) > 0 {
		parts = append([]string{"on " + joinWords(never)}, parts...)
	}
	return checker.Phrase(joinWords(parts))
}

// argumentOf identifies platforms in a fingerprint, in whatever words they are
// reported.
func argumentOf(list []unsupportedTarget) string { return fmt.Sprint(list) }

// plural gives the word for one or for more.
func plural(count int, one, more string) string {
	if count == 1 {
		return one
	}
	return more
}

// joinWords joins words as in "a, b, and c".
func joinWords(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + plural(last, " and ", ", and ") + words[last]
}

// wrongScope reports whether a Mac has a payload in profiles of the other scope
// alone.
func wrongScope(row *schema.Availability, scope string) bool {
	return row.Scope != "" && (scope == "System" || scope == "User") && scope != row.Scope
}

// scopeReported gives the payloads that profile-scope speaks of, because their
// identity is in the profile too.
func scopeReported(p *checker.Pass) map[*profile.Node]bool {
	reported := map[*profile.Node]bool{}
	if p.RuleEnabled(profileScope.ID) {
		for _, r := range p.Profile.References() {
			if userChannelOnly(r) {
				reported[r.From.Node] = true
			}
		}
	}
	return reported
}
