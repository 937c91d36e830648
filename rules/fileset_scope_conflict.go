package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var filesetScopeConflict = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-scope-conflict",
		Title:    "profiles with one PayloadIdentifier have two PayloadScopes",
		Severity: checker.Warning,
		Doc: `On macOS PayloadScope says whom a profile is for, the system or one user, and with that in which keychain a SCEP identity lands. Two
profiles with one PayloadIdentifier are versions of one profile. If one is for the system and the other for a user, the identity is in one place or
the other, or in both, depending on which of them was installed, and what refers to it looks in the wrong one. A profile without PayloadScope is
not compared, for the schema names no default.`,
		Help: "give the profiles one PayloadScope, or each a PayloadIdentifier of its own",
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
		for i := range places {
			places[i].Message = "PayloadScope " + other
		}
		f := p.Value(n, "PayloadScope %q is %q in %s, under the same PayloadIdentifier; give them one scope, or each an identifier of its own",
			n.Text(), other, otherProfiles(count, places))
		f.Related = places
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
