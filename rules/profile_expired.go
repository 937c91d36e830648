package rules

import (
	"time"

	"github.com/sceplint/sceplint/checker"
)

var profileExpired = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-expired",
		Title:    "the profile is past its date",
		Severity: checker.Warning,
		Doc: `RemovalDate is the day on which a device removes the profile, PayloadExpirationDate the day after which it counts as expired.
A profile whose RemovalDate is over cannot be installed any more: devices report errors 4006 or 4026. The profile was right once, and
what goes wrong is that it is still in use.`,
		Help: "set a date that is still to come, or remove the key",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>RemovalDate</key>
<date>2019-06-30T00:00:00Z</date>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>RemovalDate</key>
<date>2099-06-30T00:00:00Z</date>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel},
	},
	Check: func(p *checker.Pass) error {
		if p.Profile.Foreign() != "" {
			return nil
		}
		for _, key := range []string{"RemovalDate", "PayloadExpirationDate"} {
			n := p.Profile.Root.Get(key)
			if t, ok := n.Time(); ok && t.Before(p.Now) {
				p.Value(n, "%s %s is in the past; set a later date, or remove the key", key, t.UTC().Format(time.RFC3339))
			}
		}
		return nil
	},
}
