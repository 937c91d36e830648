package rules

import "github.com/sceplint/sceplint/checker"

var scepKeysizeMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keysize-missing",
		Title:    "missing Keysize",
		Severity: checker.Warning,
		Varies:   "error if iOS is a target",
		Doc: `What it checks: Keysize is set.
Why it matters: by Apple's schema the default is 1024, which many servers reject and which is too small for an RSA key
today. iOS rejects a payload without Keysize (MCPayloadErrorDomain 2002, missing field; observed on iOS).
Exceptions: an error if iOS is a target.`,
		Help: "add <key>Keysize</key><integer>2048</integer>",
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
			if !isMissing(p, &scep, "Keysize") {
				continue
			}
			if scep.Declarative() { // what iOS was observed to do was with a payload
				p.AtStart(scep.Content, "SCEP credential is missing `Keysize`; the default is 1024").Missing("Keysize")
				continue
			}
			f := p.AtStart(scep.Content, "SCEP payload is missing `Keysize`; the default is 1024, and iOS requires it (observed on iOS)").Missing("Keysize")
			if p.Targets.Has("ios") {
				f.Severity = checker.Error
			}
		}
		return nil
	},
}
