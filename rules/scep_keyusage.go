package rules

import "github.com/sceplint/sceplint/checker"

var scepKeyusage = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keyusage",
		Title:    "unsupported bits in Key Usage",
		Severity: checker.Error,
		Doc: `What it checks: Key Usage is a sum of 1 (signing) and 4 (encryption).
Why it matters: iOS rejects any other bit, among them 2 and 3 (MCSCEPErrorDomain 22000, invalid key usage; observed on
iOS). The numbers are Apple's, not the bits of the X.509 extension of that name, where 128 and 160 are usual.
Exceptions: 0 is reported by scep-keyusage-missing.`,
		Help: "use 1 for signing, 4 for encryption, or 5 for both",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Key Usage</key>
<integer>3</integer>`,
			Good: `<key>Key Usage</key>
<integer>5</integer>`,
		},
		Refs:      []checker.Ref{refSCEP, refMDMErrors},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			if k := scep.KeyUsage; k.Set() && k.Known && k.Value&^5 != 0 {
				p.Value(k.Node, "unsupported bits in `Key Usage` %d; expected 1, 4, or 5", k.Value)
			}
		}
		return nil
	},
}
