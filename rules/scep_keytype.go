package rules

import "github.com/sceplint/sceplint/checker"

var scepKeytype = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keytype",
		Title:    "Key Type is not RSA",
		Severity: checker.Error,
		Doc: `The key pair of a SCEP identity is always an RSA key: Apple's schema allows "RSA" under Key Type and nothing else, and iOS was
observed not to read the key at all. Whoever writes another type gets an RSA key nevertheless. Keys on elliptic curves are to
be had with ACME payloads.`,
		Help: "write RSA, or remove the key, which means the same",
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
				p.Value(k.Node, "Key Type %q is not RSA, the only type that SCEP payloads have; write RSA", k.Value)
			}
		}
		return nil
	},
}
