package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var targetKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "target-key",
		Title:    "a key is newer than a target, or not there on it",
		Severity: checker.Warning,
		Doc: `Devices pass over keys that they do not know, and what these set is not set. Some keys came later than their payload, as Key Usage of SCEP on
macOS 10.11, and some are there on Macs alone, as KeyIsExtractable and AllowAllAppsAccess. The rule knows the keys of
Apple's schema, and runs only if targets are given. Of other payloads than SCEP, a key with its default value is not reported, and one that another
target does support is info. Where a key means nothing on the systems that ignore it, and another target
does use it, the finding is info; false, which is the default there anyway, is not reported.`,
		Help: "leave the key out of profiles for that system, or raise the oldest version that is supported",
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
			f := p.Key(fault.node, "key %q is ignored %s", excerpt(p, fault.node.Key), inWords(fault.missing))
			f.Severity = fault.severity
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
	missing := lacking(targets, row.Since)
	return slices.DeleteFunc(slices.Clone(targets), func(t checker.Target) bool {
		return slices.ContainsFunc(missing, func(l lack) bool { return l.system == t.System })
	})
}

// listedKey reports whether profile.KeyAvailabilities has a key, with the keys
// around it from the payload on.
func listedKey(payloadType, path string) bool {
	return slices.ContainsFunc(profile.KeyAvailabilities, func(row profile.KeyAvailability) bool {
		return row.Path == path && slices.Contains(row.Types, payloadType)
	})
}

// keysOn reports the keys of a payload, or of the profile, that targets do
// without.
func keysOn(p *checker.Pass, targets checker.Targets, in *profile.Node, payloadType string) {
	for i := range profile.KeyAvailabilities {
		row := &profile.KeyAvailabilities[i]
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
		missing := lacking(targets, row.Since)
		switch {
		case len(missing) == 0, row.Idle != "" && n.Text() == row.Idle:
		case row.Moot && n.Text() == "false" && !slices.ContainsFunc(missing, onMac): // which is what holds there anyway
		case row.Moot && len(missing) < len(targets):
			p.Key(n, "key %q is passed over %s, where it means nothing; keep it for the other targets", n.Key, inWords(missing)).Severity = checker.Info
		case len(missing) < len(targets):
			p.Key(n, "key %q is passed over %s; keep it out of profiles for %s", n.Key, inWords(missing), few(len(missing), "that system", "those systems"))
		default:
			p.Key(n, "key %q is passed over %s; remove it", n.Key, inWords(missing))
		}
	}
}
