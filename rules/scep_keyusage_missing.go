package rules

import "github.com/sceplint/sceplint/checker"

var scepKeyusageMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keyusage-missing",
		Title:    "Key Usage is missing or 0",
		Severity: checker.Warning,
		Doc: `What it checks: Key Usage is set, and not 0.
Why it matters: by Apple's schema the default is 0, neither signing nor encryption; on iOS it is 1, signing (observed
on iOS). The same profile then requests different certificates on different devices. Servers that select a template by
the requested usage, such as NDES, may use the wrong one.`,
		Help: "use 1 for signing, 4 for encryption, or 5 for both, as the CA's certificate template requires",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ca.corp.example/scep</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep</string>
<key>Key Usage</key>
<integer>5</integer>`,
		},
		Refs:      []checker.Ref{refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			means := checker.Prose("the default is 0, or 1 on iOS (observed on iOS)")
			if scep.Declarative() {
				means = "the default is 0"
			}
			switch k := scep.KeyUsage; {
			case isMissing(p, &scep, "Key Usage"):
				p.AtStart(scep.Content, "SCEP payload is missing `Key Usage`; %s", means).Missing("Key Usage")
			case k.Set() && k.Known && k.Value == 0:
				p.Value(k.Node, "`Key Usage` is 0, neither signing nor encryption")
			}
		}
		return nil
	},
}
