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
		Doc: `An empty Challenge says less than none: a server that asks for a challenge refuses the request, one that asks for none does
not need the key, and where a person installs the profile it is not established that the device still prompts for the
challenge as it does when the key is absent. It is mostly left over from a template whose value was not filled in.`,
		Help: "write the challenge, or a variable for it, or remove the key",
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
				p.Value(scep.Challenge.Node, "Challenge is empty; write the challenge, or remove the key if the server asks for none")
			}
		}
		return nil
	},
}
