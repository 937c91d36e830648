package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var targetKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "target-key",
		Title:    "key not supported on a target platform",
		Severity: checker.Warning,
		Varies:   "info where the key has no meaning, and if another target supports it",
		Doc: `What it checks: all target platforms support the keys of the profile. Runs only with --target.
Why it matters: devices ignore keys that they do not support, and the setting is lost. Some keys are newer than their
payload, such as Key Usage of SCEP on macOS 10.11; some exist only on macOS, such as KeyIsExtractable and
AllowAllAppsAccess.
Exceptions: info for a key that has no meaning on the platforms that ignore it, and for keys of other payloads than
SCEP that another target supports. A default value is not reported.`,
		Help: "remove the key, or raise the minimum target version",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<!-- targets ios=17 -->
<key>URL</key>
<string>https://ca.corp.example/scep</string>
<key>KeyIsExtractable</key>
<true/>`,
			Good: `<!-- targets macos=14 -->
<key>URL</key>
<string>https://ca.corp.example/scep</string>
<key>KeyIsExtractable</key>
<false/>`,
		},
		Refs: []checker.Ref{refSCEP, refProfileTypes},
	},
	Check: func(p *checker.Pass) error {
		targets := targetsOf(p)
		if len(targets) == 0 {
			return nil
		}
		keysOn(p, targets, p.Profile.Root, "Configuration")
		for _, payload := range p.Profile.Payloads() {
			keysOn(p, havingPayload(targets, payload.Type), payload.Node, payload.Type)
		}
		for _, fault := range schemaFaultsOf(p, faultTarget) {
			f := p.Key(fault.node, "key %q is ignored %s", excerpt(p, fault.node.Key), describeTargets(fault.missing))
			f.Severity, f.Argument = fault.severity, argumentOf(fault.missing)
		}
		return nil
	},
}

// havingPayload gives the targets that support a payload; target-payload reports on
// the others.
func havingPayload(targets checker.Targets, payloadType string) checker.Targets {
	row := availability(payloadType)
	if row == nil {
		return targets
	}
	missing := unsupportedTargets(targets, row.Since)
	return slices.DeleteFunc(slices.Clone(targets), func(t checker.Target) bool {
		return slices.ContainsFunc(missing, func(l unsupportedTarget) bool { return l.system == t.System })
	})
}

// listedKey reports whether schema.KeyAvailabilities has a key, with the keys
// around it from the payload on.
func listedKey(payloadType, path string) bool {
	return slices.ContainsFunc(schema.KeyAvailabilities, func(row schema.KeyAvailability) bool {
		return row.Path == path && slices.Contains(row.Types, payloadType)
	})
}

// keysOn reports the keys of a payload, or of the profile, that targets do
// without.
func keysOn(p *checker.Pass, targets checker.Targets, in *profile.Node, payloadType string) {
	for i := range schema.KeyAvailabilities {
		row := &schema.KeyAvailabilities[i]
		if !slices.Contains(row.Types, payloadType) {
			continue
		}
		n := in
		for key := range strings.SplitSeq(row.Path, ".") {
			n = n.Get(key)
		}
		if n == nil || p.Profile.Lossy() && n.Is(profile.Template) && !n.KeySpan().Valid() { // of which the export says nothing
			continue
		}
		missing := unsupportedTargets(targets, row.Since)
		if len(missing) == 0 || row.Idle != "" && n.Text() == row.Idle {
			continue
		}
		if row.Moot && n.Text() == "false" && !slices.ContainsFunc(missing, onMac) { // which is the default there anyway
			continue
		}
		moot := row.Moot && len(missing) < len(targets)
		format := "key %q is ignored %s"
		if moot {
			format = "key %q has no meaning %s and is ignored"
		}
		f := p.Key(n, format, n.Key, describeTargets(missing))
		f.Argument = argumentOf(missing)
		if moot {
			f.WithHelp("keep it for the other targets").Severity = checker.Info
		} else if len(missing) < len(targets) {
			f.WithHelp("remove it from profiles for %s", plural(len(missing), "that platform", "those platforms"))
		}
	}
}
