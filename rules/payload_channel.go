package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadChannel = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-channel",
		Title:    "payload type not supported in this PayloadScope",
		Severity: checker.Warning,
		Varies:   "error with a macOS target where the system reads the payload",
		Doc: `What it checks: payloads that Macs support on the device channel only in a profile with PayloadScope User, and the other way around.
Why it matters: macOS rejects the profile, or installs it without the effect of the payload.
Exceptions: an error with a macOS target where the profile system reads the payload. A profile without PayloadScope is reported only if it has DNS settings and a
target is a version of macOS from 26.1 on, which installs them by hand only with PayloadScope System (observed on macOS). Other systems ignore PayloadScope.
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
		Refs: []checker.Ref{refSchema, refTopLevel, {
			Title: "encrypted-dns-profiles issue 18: DNS settings without PayloadScope on macOS 26.1",
			URL:   "https://github.com/mullvad/encrypted-dns-profiles/issues/18",
		}},
	},
	Check: func(p *checker.Pass) error {
		scope, _ := p.Profile.Root.Get("PayloadScope").Str()
		targets := targetsOf(p)
		if scope != "System" && scope != "User" {
			if p.Profile.Root.Get("PayloadScope") == nil && !p.Profile.Root.Templated() {
				scopeMissing(p, targets)
			}
			return nil
		}
		if len(p.Targets) > 0 && !targets.Has("macos") {
			return nil // the others ignore PayloadScope
		}
		var reported map[*profile.Node]bool
		for _, payload := range p.Profile.Payloads() {
			t := payload.Schema
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

// scopeMissing reports DNS settings in a profile without PayloadScope.
func scopeMissing(p *checker.Pass, targets checker.Targets) {
	for _, t := range targets {
		if t.System != "macos" || t.Version == "" || older(t, "26.1") {
			continue
		}
		for _, payload := range p.Profile.Payloads() {
			if payload.Type == "com.apple.dnsSettings.managed" {
				p.Value(payload.Keys.Type, "DNS settings without `PayloadScope`; macOS 26.1 does not install the profile by hand").WithHelp("add <key>PayloadScope</key><string>System</string> to the profile, unless MDM installs it")
				return
			}
		}
	}
}
