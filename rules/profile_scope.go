package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var profileScope = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-scope",
		Title:    "PayloadScope does not fit",
		Severity: checker.Warning,
		Doc: `PayloadScope tells a Mac whether a profile is installed for the system or for the user, and with that the keychain that its
certificates and identities go to. Apple's schema has the values System and User. Exchange accounts and the preferences that pick a
certificate or an identity for a service belong on the user channel only, while the identity of a System profile goes to the system
keychain: in one profile they do not fit together.`,
		Help: "write System or User, and put payloads of users and their identity into a profile with PayloadScope User",
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
			p.Value(n, "PayloadScope %q is neither System nor User; write %s", excerpt(p, scope), nearestScope(scope))
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
			return scope
		}
	}
	return "one of the two, or remove the key"
}

// userOnly reports payloads of users in a System profile that also holds the
// identity they name.
func userOnly(p *checker.Pass) {
	for _, r := range p.Profile.References() {
		if leftToUser(r) {
			p.Value(r.Node, "%s works in user profiles only, but PayloadScope System puts the identity it uses, %s, into the system keychain; write PayloadScope User",
				payloadLabel(p, *r.From), placed(p, *r.Target))
		}
	}
}

// leftToUser reports whether a payload that belongs into user profiles names an
// identity beside it.
func leftToUser(r profile.Reference) bool {
	switch r.From.Type {
	case "com.apple.ews.account", "com.apple.security.identitypreference", "com.apple.security.certificatepreference":
		return r.Target != nil && !r.Variable && profile.HoldsIdentity(r.Target.As)
	}
	return false
}
