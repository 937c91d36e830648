package rules

import "github.com/sceplint/sceplint/checker"

var scepChallengeMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-challenge-missing",
		Title:    "missing Challenge",
		Severity: checker.Info,
		Doc: `What it checks: Challenge is set.
Why it matters: it is optional. Without it iOS asks the user who installs the profile (observed on iOS); if an MDM
server installs the profile, the device sends its request without a challenge. The server then rejects the request,
issues certificates to anyone, or authenticates the device by other means.
Exceptions: in a repository the missing key is correct if the MDM server adds a challenge when it sends the profile.`,
		Help: "add a Challenge that the MDM server fills in, unless the CA authenticates devices otherwise",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ca.corp.example/scep</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep</string>
<key>Challenge</key>
<string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>`,
		},
		Refs:             []checker.Ref{refSCEP, refSCEPProtocol},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			switch {
			case !isMissing(p, &scep, "Challenge"):
			case scep.Declarative():
				p.AtStart(scep.Content, "SCEP credential has no `Challenge`; devices enroll without one").Missing("Challenge")
			default:
				p.AtStart(scep.Content, "SCEP payload has no `Challenge`; devices enroll without one unless a user enters it").Missing("Challenge")
			}
		}
		return nil
	},
}
