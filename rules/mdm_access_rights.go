package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var mdmAccessRights = checker.Rule{
	Meta: checker.Meta{
		ID:       "mdm-access-rights",
		Title:    "invalid AccessRights",
		Severity: checker.Error,
		Varies:   "warning for unknown flags",
		Doc: `What it checks: AccessRights of the MDM payload is a sum of the flags from 1 to 4096, is not 0, and includes the flags that others need.
Why it matters: Apple's schema does not allow 0. The right to install profiles (2) needs the right to inspect them (1), and the right to install provisioning
profiles (128) needs the right to inspect those (64). An update of the profile must not add rights.
Exceptions: flags above 4096 are a warning, since devices may know more of them. User enrollment ignores the key.`,
		Help: "set AccessRights to 8191 for all rights, or add the missing flag",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>AccessRights</key>
<integer>2</integer>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>AccessRights</key>
<integer>3</integer>
</dict>`,
		},
		Refs: []checker.Ref{refMDM},
	},
	Check: func(p *checker.Pass) error {
		const all = 8191
		for _, payload := range p.Profile.Payloads() {
			if payload.Type != typeMDM || payload.Node.Get("AssignedManagedAppleID") != nil || payload.Node.Get("ManagedAppleID") != nil || payload.Node.Get("EnrollmentMode") != nil {
				continue // an enrollment of a user, which ignores the key
			}
			n := payload.Node.Get("AccessRights")
			rights, ok := n.Int()
			switch {
			case !ok:
			case rights <= 0:
				p.Value(n, "`AccessRights` is %d; expected a sum of flags from 1 to 8191", rights)
			case rights > all:
				p.Value(n, "`AccessRights` %d has unknown flags; expected at most 8191", rights).Severity = checker.Warning
			case rights&2 != 0 && rights&1 == 0:
				p.Value(n, "`AccessRights` %d has flag 2 without flag 1, which it requires", rights).Help = "add 1, the right to inspect installed profiles"
			case rights&128 != 0 && rights&64 == 0:
				p.Value(n, "`AccessRights` %d has flag 128 without flag 64, which it requires", rights).Help = "add 64, the right to inspect provisioning profiles"
			}
		}
		return nil
	},
}
