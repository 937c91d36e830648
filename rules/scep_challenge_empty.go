package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepChallengeEmpty = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-challenge-empty",
		Title:    "Challenge is empty",
		Severity: checker.Warning,
		Doc: `What it checks: Challenge is not empty.
Why it matters: a server that requires a challenge rejects the request; one that requires none does not need the key.
If a user installs the profile, it is not known whether the device asks for the challenge, as it does when the key is
not set. Typical cause: a template whose value was not rendered.`,
		Help: "set a challenge or a variable, or remove the key",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Challenge</key>
<string></string>`,
			Good: `<key>Challenge</key>
<string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPProtocol},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			if scep.ChallengeKind == profile.ChallengeEmpty {
				p.Value(scep.Challenge.Node, "`Challenge` is empty")
			}
		}
		return nil
	},
}
