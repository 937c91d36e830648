package rules

import "github.com/sceplint/sceplint/checker"

var scepKeyusage = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keyusage",
		Title:    "Key Usage has a bit that SCEP payloads do not have",
		Severity: checker.Error,
		Doc: `Key Usage is a sum of 1 (signing) and 4 (encryption). iOS was observed to refuse any other bit (MCSCEPErrorDomain 22000,
invalid key usage), among them 2 and 3, which look as if they meant both. The numbers are Apple's: they are not the bits of
the X.509 extension of that name, where 128 and 160 are usual.`,
		Help: "write 1 for signing, 4 for encryption or 5 for both",
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
				p.Value(k.Node, "Key Usage %d is more than the bits 1 and 4; write 1 (signing), 4 (encryption) or 5 (both)", k.Value)
			}
		}
		return nil
	},
}
