package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var profileScope = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-scope",
		Title:    "invalid or conflicting PayloadScope",
		Severity: checker.Warning,
		Doc: `What it checks: PayloadScope is System or User, and payloads of the user channel are not in a System profile together
with their identity.
Why it matters: PayloadScope decides whether a Mac installs the profile for the system or a user, and which keychain
gets its certificates and identities. Exchange accounts and identity and certificate preferences belong to the user
channel; the identity of a System profile goes to the system keychain.`,
		Help: "use System or User; move user-channel payloads and their identity to a User profile",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadScope</key>
<string>system</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadScope</key>
<string>System</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel, refIdentityPreference},
	},
	Check: func(p *checker.Pass) error {
		n := p.Profile.Root.Get("PayloadScope")
		scope, ok := n.Str()
		if !ok || p.Profile.Foreign() != "" || profile.HasVariable(scope) {
			return nil
		}
		switch scope {
		case "User":
		case "System":
			userOnly(p)
		default:
			p.Value(n, "invalid `PayloadScope` %q; expected \"System\" or \"User\"", excerpt(p, scope)).WithHelp("%s", nearestScope(scope))
		}
		return nil
	},
}

var refIdentityPreference = checker.Ref{
	Title: "Apple device management schema: com.apple.security.identitypreference",
	URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.identitypreference.yaml",
}

func nearestScope(text string) string {
	for _, scope := range []string{"System", "User"} {
		if profile.Distance(strings.ToLower(strings.TrimSpace(text)), strings.ToLower(scope)) <= 1 {
			return "use " + scope
		}
	}
	return "use System or User, or remove the key"
}

// userOnly reports payloads of users in a System profile that also holds the
// identity they name.
func userOnly(p *checker.Pass) {
	for _, r := range p.Profile.References() {
		if userChannelOnly(r) {
			p.Value(r.Node, "%s needs the user channel, but `PayloadScope` is System; its identity is %s",
				payloadLabel(p, *r.From), payloadLocation(p, *r.Target)).WithHelp("set `PayloadScope` to User, or move the payload and its identity to a User profile")
		}
	}
}

// userChannelOnly reports whether a payload that belongs into user profiles names an
// identity beside it.
func userChannelOnly(r profile.Reference) bool {
	switch r.From.Type {
	case "com.apple.ews.account", "com.apple.security.identitypreference", "com.apple.security.certificatepreference":
		return r.Target != nil && !r.Variable && profile.HoldsIdentity(r.Target.As)
	}
	return false
}
