package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var schemaKeyMisplaced = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-key-misplaced",
		Title:    "key in the wrong dictionary",
		Severity: checker.Warning,
		Varies:   "error for a PayloadContent around all settings",
		Doc: `What it checks: keys that Apple's schema does not list where they are, but in the dictionary around theirs, or in one inside it, or
in a payload, if they are among the keys of the profile. Settings of payloads other
than SCEP and certificates are not inside a PayloadContent.
Why it matters: devices look for a key in one place and ignore it elsewhere. The setting is lost, though the profile installs.
Exceptions: not reported where the right dictionary has the key, too, or if several could be meant. Preferences of applications are not checked. Other rules
report misplaced keys of SCEP and ACME payloads, and the identity of Wi-Fi and Ethernet payloads.
` + schemaDate,
		Help: "move the key and its value",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.dnsSettings.managed</string>
<key>DNSSettings</key>
<dict>
	<key>DNSProtocol</key>
	<string>HTTPS</string>
	<key>ServerURL</key>
	<string>https://dns.corp.example/dns-query</string>
	<key>ProhibitDisablement</key>
	<true/>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.dnsSettings.managed</string>
<key>DNSSettings</key>
<dict>
	<key>DNSProtocol</key>
	<string>HTTPS</string>
	<key>ServerURL</key>
	<string>https://dns.corp.example/dns-query</string>
</dict>
<key>ProhibitDisablement</key>
<true/>
</dict>`,
		},
		Defers:           true,
		Refs:             []checker.Ref{refSchema, refProfileKeys},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, fault := range schemaFaultsOf(p, faultMisplaced) {
			n := fault.node
			var f *checker.Finding
			switch payload := fault.payload.Node; {
			case fault.key == nil:
				f = p.Key(n, "settings inside `PayloadContent` are ignored; expected beside `PayloadType`").WithHelp("move the keys out of PayloadContent, and remove it")
				f.Fix = unnested(p, n)
			case fault.place != "":
				f = p.Key(n, "misplaced key %q is ignored; expected inside `%s`", n.Key, fault.place).WithHelp("move it into `%s`", fault.place)
				f.StandsFor(append(payload.Path(), fault.place, n.Key)...)
			case n.Parent() == p.Profile.Root && payload != n.Parent():
				f = p.Key(n, "misplaced key %q beside `PayloadContent` is ignored; expected in %s", n.Key, payloadLabel(p, *fault.payload)).WithHelp("move it into the payload")
				f.StandsFor(append(payload.Path(), n.Key)...)
			default:
				f = p.Key(n, "misplaced key %q inside `%s` is ignored; expected beside it", n.Key, n.Parent().Key).WithHelp("move it out of `%s`", n.Parent().Key)
				f.StandsFor(append(n.Parent().Parent().Path(), n.Key)...)
			}
			f.Severity = fault.severity
		}
		return nil
	},
}
