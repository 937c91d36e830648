package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var acmeNoEffect = checker.Rule{
	Meta: checker.Meta{
		ID:       "acme-no-effect",
		Title:    "setting without effect on a hardware-bound key",
		Severity: checker.Info,
		Doc: `What it checks: an ACME payload with HardwareBound sets KeyIsExtractable or AllowAllAppsAccess.
Why it matters: a hardware-bound key never leaves the device, and neither setting changes that. Readers of the profile may believe otherwise.
Exceptions: settings with template variables are not reported.`,
		Help: "remove the key",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>HardwareBound</key>
<true/>
<key>KeyIsExtractable</key>
<true/>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>HardwareBound</key>
<true/>
</dict>`,
		},
		Refs:      []checker.Ref{refACME},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, acme := range p.Profile.ACME() {
			if !acme.HardwareBound.Known || !acme.HardwareBound.Value {
				continue
			}
			// false is what holds anyway, and says so to people and to other tools.
			if s := acme.KeyIsExtractable; s.Set() && s.Known && s.Value {
				p.Key(s.Node, "`KeyIsExtractable` is ignored; a hardware-bound key cannot be extracted")
			}
			if s := acme.AllowAllAppsAccess; s.Set() && s.Known && s.Value {
				p.Key(s.Node, "`AllowAllAppsAccess` is ignored; it has no effect on a hardware-bound key")
			}
		}
		return nil
	},
}
