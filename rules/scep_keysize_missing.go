package rules

import "github.com/sceplint/sceplint/checker"

var scepKeysizeMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keysize-missing",
		Title:    "Keysize is absent",
		Severity: checker.Warning,
		Doc: `By Apple's schema Keysize may be left out and then means 1024, which many servers refuse and which is too short for an RSA key
today. iOS was observed to refuse a payload without it (MCPayloadErrorDomain 2002, missing field); the finding is an error
when iOS is among the targets.`,
		Help: "add <key>Keysize</key><integer>2048</integer>, or 4096 where the server and all devices take it",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ca.corp.example/scep</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep</string>
<key>Keysize</key>
<integer>2048</integer>`,
		},
		Refs:      []checker.Ref{refSCEP, refMDMErrors},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			if !lacks(p, &scep, "Keysize") {
				continue
			}
			if scep.Declarative() { // what iOS was observed to do was with a payload
				p.AtStart(scep.Content, "SCEP credential lacks Keysize, which means 1024 by Apple's schema; add <key>Keysize</key><integer>2048</integer>")
				continue
			}
			f := p.AtStart(scep.Content, "SCEP payload lacks Keysize, which means 1024 by Apple's schema and was observed to be required on iOS; add <key>Keysize</key><integer>2048</integer>")
			if p.Targets.Has("ios") {
				f.Severity = checker.Error
			}
		}
		return nil
	},
}
