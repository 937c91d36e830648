package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var payloadChannel = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-channel",
		Title:    "payload type not supported in this PayloadScope",
		Severity: checker.Warning,
		Varies:   "error with a macOS target where the system reads the payload",
		Doc: `What it checks: payloads that Macs support on the device channel only in a profile with PayloadScope User, and the other way around.
Why it matters: macOS rejects the profile, or installs it without the effect of the payload.
Exceptions: an error with a macOS target where the profile system reads the payload. A profile without PayloadScope, or only for other systems, which
ignore it, is not reported.
` + schemaDate,
		Help: "move the payload to a profile with the other PayloadScope",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadScope</key>
<string>User</string>
<key>PayloadContent</key>
<array>
	<dict>
		<key>PayloadType</key>
		<string>com.apple.loginwindow</string>
	</dict>
</array>`,
			Good: `<key>PayloadScope</key>
<string>System</string>
<key>PayloadContent</key>
<array>
	<dict>
		<key>PayloadType</key>
		<string>com.apple.loginwindow</string>
	</dict>
</array>`,
		},
		Refs: []checker.Ref{refSchema, refTopLevel},
	},
	Check: func(p *checker.Pass) error {
		scope, _ := p.Profile.Root.Get("PayloadScope").Str()
		if scope != "System" && scope != "User" {
			return nil
		}
		targets := targetsOf(p)
		if len(p.Targets) > 0 && !targets.Has("macos") {
			return nil // the others ignore PayloadScope
		}
		var reported map[*profile.Node]bool
		for _, payload := range p.Profile.Payloads() {
			t := schema.Payload(payload.Type)
			if t == nil {
				continue
			}
			mac := t.Platforms.On("macOS")
			if !mac.Available() || mac.DeviceChannel == mac.UserChannel || mac.DeviceChannel == (scope == "System") {
				continue
			}
			if reported == nil {
				reported = scopeReported(p)
			}
			if reported[payload.Node] {
				continue
			}
			if row := availability(payload.Type); row != nil && len(targets) > 0 && p.RuleEnabled(targetPayload.ID) && wrongScope(row, scope) {
				continue // target-payload reports it
			}
			other := "User"
			if mac.DeviceChannel {
				other = "System"
			}
			f := p.Value(payload.Keys.Type, "`PayloadType` %q is not supported with `PayloadScope` %s; expected %s", payload.Type, scope, other)
			f.Help = "move the payload to a profile with PayloadScope " + other
			if len(targets) > 0 && strictTypes[payload.Type] {
				f.Severity = checker.Error
			}
		}
		return nil
	},
}
