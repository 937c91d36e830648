package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var eapEncryption = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-encryption",
		Title:    "enterprise network that allows WPA",
		Severity: checker.Info,
		Doc: `What it checks: a Wi-Fi payload with EAPClientConfiguration has EncryptionType WPA.
Why it matters: such a payload also joins networks that offer WPA alone. Before macOS 13 the value had to match the network exactly, so that a Mac did not join
a WPA2 network. Enterprise networks use WPA2 or WPA3.
Exceptions: the finding is a warning with a macOS target before version 13.`,
		Help: "set EncryptionType to WPA2 or WPA3",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EncryptionType</key>
<string>WPA</string>
<key>EAPClientConfiguration</key>
<dict>
	<key>AcceptEAPTypes</key>
	<array>
		<integer>13</integer>
	</array>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EncryptionType</key>
<string>WPA2</string>
<key>EAPClientConfiguration</key>
<dict>
	<key>AcceptEAPTypes</key>
	<array>
		<integer>13</integer>
	</array>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{refWiFi},
	},
	Check: func(p *checker.Pass) error {
		for payload, eap := range eapConfigurations(p.Profile) {
			n := payload.Node.Get("EncryptionType")
			if text, ok := n.Str(); !ok || text != "WPA" || eap.Len() == 0 {
				continue
			}
			f := p.Value(n, "`EncryptionType` WPA also joins WPA networks; expected WPA2 or WPA3")
			for _, t := range targetsOf(p) {
				if t.System == "macos" && t.Version != "" && older(t, "13") {
					f.Severity = checker.Warning
				}
			}
		}
		return nil
	},
}
