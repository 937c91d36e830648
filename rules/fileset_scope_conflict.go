package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var filesetScopeConflict = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-scope-conflict",
		Title:    "conflicting PayloadScope for one PayloadIdentifier",
		Severity: checker.Warning,
		Doc: `What it checks: profiles of the run with the same PayloadIdentifier have the same PayloadScope.
Why it matters: they are versions of one profile. On macOS, PayloadScope selects the system or a user, and the
keychain of a SCEP identity. With two scopes, the identity is in one place, the other, or both, depending on the order
of installation, and references look in the wrong one.
Exceptions: profiles without PayloadScope are not compared: the schema has no default.`,
		Help: "use one PayloadScope, or give each profile its own PayloadIdentifier",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<!-- wifi.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadScope</key>
<string>System</string>
<key>PayloadContent</key>
<array/>
<!-- wifi-lab.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadScope</key>
<string>User</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<!-- wifi.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadScope</key>
<string>System</string>
<key>PayloadContent</key>
<array/>
<!-- wifi-lab.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadScope</key>
<string>System</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel},
	},
	CollectFacts: func(p *checker.Pass) error {
		if n, id := scopeOf(p.Profile); n != nil {
			p.ExportFactWith("PayloadScope", id, n.Text(), n)
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		n, id := scopeOf(p.Profile)
		if n == nil {
			return nil
		}
		count, places := p.ImportConflicts("PayloadScope", id, n.Text())
		if count == 0 {
			return nil
		}
		other := map[string]string{"System": "User", "User": "System"}[n.Text()]
		p.Value(n, "`PayloadScope` is %q here but %q in %s, with the same `PayloadIdentifier`",
			n.Text(), other, otherProfiles(count, places)).RelatedTo(places, "PayloadScope "+other)
		return nil
	},
}

// scopeOf is the scope of a profile, and its identifier, if both can be compared
// with those of others.
func scopeOf(p *profile.Profile) (*profile.Node, string) {
	scope := p.Root.Get("PayloadScope")
	if text, _ := scope.Str(); text != "System" && text != "User" {
		return nil, ""
	}
	n, id := ownIdentifier(p)
	if n == nil {
		return nil, ""
	}
	return scope, id
}
