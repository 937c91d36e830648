package rules

import (
	"time"

	"github.com/sceplint/sceplint/checker"
)

var profileExpired = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-expired",
		Title:    "removal or expiration date is in the past",
		Severity: checker.Warning,
		Doc: `What it checks: RemovalDate and PayloadExpirationDate are in the future, or after the time of --now.
Why it matters: a device removes the profile on its RemovalDate, and cannot install it after that day: devices report
errors 4006 or 4026. After PayloadExpirationDate the profile counts as expired.`,
		Help: "set a future date, or remove the key",
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
				p.Value(n, "`%s` %s is in the past", key, t.UTC().Format(time.RFC3339))
			}
		}
		return nil
	},
}
