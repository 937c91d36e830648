package rules

import "github.com/sceplint/sceplint/checker"

var scepKeyusageMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keyusage-missing",
		Title:    "Key Usage is absent or 0",
		Severity: checker.Warning,
		Doc: `Without Key Usage it is open what the certificate may be used for. By Apple's schema the missing key means 0, neither signing
nor encryption; iOS was observed to take it for 1, signing. The same profile so asks for different certificates on different
devices. Servers that choose a template by the requested usage, as NDES does, may issue from the wrong one.`,
		Help: "write 1 for signing, 4 for encryption or 5 for both, as the template of the CA demands",
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
			means := "which is 0 by Apple's schema and was observed to be 1 on iOS"
			if scep.Declarative() {
				means = "which is 0 by Apple's schema"
			}
			switch k := scep.KeyUsage; {
			case lacks(p, &scep, "Key Usage"):
				p.AtStart(scep.Content, "SCEP payload lacks Key Usage, %s; add it with 1 (signing), 4 (encryption) or 5 (both)", means)
			case k.Set() && k.Known && k.Value == 0:
				p.Value(k.Node, "Key Usage 0 names no use, like a missing key, %s; write 1 (signing), 4 (encryption) or 5 (both)", means)
			}
		}
		return nil
	},
}
