package rules

import "github.com/sceplint/sceplint/checker"

var scepKeytype = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keytype",
		Title:    "Key Type is not RSA",
		Severity: checker.Error,
		Doc: `What it checks: Key Type is RSA, or not set.
Why it matters: Apple's schema allows only RSA, and iOS does not read the key at all (observed on iOS): the key pair
of a SCEP identity is always RSA. ACME payloads support elliptic curve keys.`,
		Help: "use RSA, or remove the key (RSA is the default)",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Key Type</key>
<string>ECSECPrimeRandom</string>`,
			Good: `<key>Key Type</key>
<string>RSA</string>`,
		},
		Refs:      []checker.Ref{refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			if k := scep.KeyType; k.Set() && k.Known && k.Value != "RSA" {
				p.Value(k.Node, "unsupported `Key Type` %q; expected \"RSA\"", k.Value)
			}
		}
		return nil
	},
}
