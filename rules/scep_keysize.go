package rules

import "github.com/sceplint/sceplint/checker"

var scepKeysize = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-keysize",
		Title:    "unsupported Keysize",
		Severity: checker.Error,
		Doc: `What it checks: Keysize is 1024, 2048, or 4096.
Why it matters: Apple's schema allows only these sizes of the RSA key. iOS rejects any other value, such as 3072 or 0
(MCPayloadErrorDomain 2004, unsupported value; observed on iOS).
Exceptions: a value of the wrong type is reported by scep-value-type. 1024, which many servers reject, is reported by
the policy keysize-minimum.`,
		Help: "use 2048, or 4096 if the server and all devices support it",
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
				p.Value(k.Node, "unsupported `Keysize` %d; expected 1024, 2048, or 4096", k.Value)
			}
		}
		return nil
	},
}
