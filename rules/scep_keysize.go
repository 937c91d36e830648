package rules

import "github.com/sceplint/sceplint/checker"

var scepKeysize = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keysize",
		Title:    "Keysize is none that SCEP payloads have",
		Severity: checker.Error,
		Doc: `Keysize is the length of the RSA key in bits. Apple's schema allows 1024, 2048 and 4096 and nothing else;
iOS was observed to refuse any other value (MCPayloadErrorDomain 2004, unsupported value), 3072 and 0 among them.
Many servers refuse 1024.`,
		Help: "write 2048, or 4096 where the server and all devices take it",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Keysize</key>
<integer>3072</integer>`,
			Good: `<key>Keysize</key>
<integer>4096</integer>`,
		},
		Refs:      []checker.Ref{refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			k := scep.Keysize
			if !k.Set() || !k.Known {
				continue // a wrong type is the business of scep-value-type
			}
			switch k.Value {
			case 1024, 2048, 4096:
			default:
				p.Value(k.Node, "Keysize %d is not one of 1024, 2048 and 4096; write 2048", k.Value)
			}
		}
		return nil
	},
}
