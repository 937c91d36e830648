package rules

import "github.com/sceplint/sceplint/checker"

var scepChallengeMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-challenge-missing",
		Title:    "no Challenge",
		Severity: checker.Info,
		Doc: `Challenge is optional. Without it iOS was observed to prompt for the challenge when a person installs the profile; when a
management server installs it, nobody is asked and the device sends its request without one. A server then has to refuse the
request, or to issue certificates to anybody, or to know the device by other means. In a file that is kept in a repository
the absence is right if the management server puts a challenge in as it sends the profile.`,
		Help: "add a Challenge that the management server fills in for each device, unless the server knows devices by other means",
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
			case !lacks(p, &scep, "Challenge"):
			case scep.Declarative():
				p.AtStart(scep.Content, "SCEP credential has no Challenge, so devices enrol without one; add \"Challenge\" unless the server needs none")
			default:
				p.AtStart(scep.Content, "SCEP payload has no Challenge: a person who installs the profile is asked for it, an unattended device enrols without; add <key>Challenge</key> unless the server needs none")
			}
		}
		return nil
	},
}
