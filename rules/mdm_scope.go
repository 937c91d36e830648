package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var refMDMScope = checker.Ref{
	Title: "micromdm issue 766: PayloadScope System and the user channel",
	URL:   "https://github.com/micromdm/micromdm/issues/766",
}

var mdmScope = checker.Rule{
	Meta: checker.Meta{
		ID:       "mdm-scope",
		Title:    "PayloadScope System in a profile that enrolls users",
		Severity: checker.Info,
		Doc: `What it checks: an enrollment profile has PayloadScope System, and its MDM payload asks for com.apple.mdm.per-user-connections.
Why it matters: installed by hand, such a profile was seen to enroll the Mac without its user channel (observed on macOS). Without the key both work.
Exceptions: the rule runs only where it is enabled, for Apple does not document the difference and many servers send such profiles. Automated enrollment is not
affected. Targets without macOS are not reported.`,
		Help: "remove PayloadScope from the enrollment profile",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadScope</key>
<string>System</string>
<key>PayloadContent</key>
<array>
	<dict>
		<key>PayloadType</key>
		<string>com.apple.mdm</string>
		<key>ServerCapabilities</key>
		<array>
			<string>com.apple.mdm.per-user-connections</string>
		</array>
	</dict>
</array>`,
			Good: `<key>PayloadContent</key>
<array>
	<dict>
		<key>PayloadType</key>
		<string>com.apple.mdm</string>
		<key>ServerCapabilities</key>
		<array>
			<string>com.apple.mdm.per-user-connections</string>
		</array>
	</dict>
</array>`,
		},
		Refs:              []checker.Ref{refMDM, refMDMScope},
		DisabledByDefault: true, // for most servers send such profiles, and most of them work
	},
	Check: func(p *checker.Pass) error {
		n := p.Profile.Root.Get("PayloadScope")
		if scope, ok := n.Str(); !ok || scope != "System" || p.Profile.Deployed() || len(p.Targets) > 0 && !targetsOf(p).Has("macos") {
			return nil
		}
		for _, payload := range p.Profile.Payloads() {
			if payload.Type == typeMDM && listsText(payload.Node.Get("ServerCapabilities"), perUserConnections) {
				p.Value(n, "`PayloadScope` System disables the user channel in manual enrollment (observed on macOS)")
				return nil
			}
		}
		return nil
	},
}
