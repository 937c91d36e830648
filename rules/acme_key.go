package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var acmeKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "acme-key",
		Title:    "key of an ACME payload that no device makes",
		Severity: checker.Error,
		Doc: `What it checks: KeySize and HardwareBound of an ACME payload fit its KeyType.
Why it matters: the device cannot make any other key. RSA has a multiple of 8 from 1024 to 4096 bits. ECSECPrimeRandom has 192, 256, 384, or 521. A hardware-bound key
is ECSECPrimeRandom with 256 or 384 bits.
Exceptions: settings that hold template variables are not reported, and neither are values of the wrong type.`,
		Help: "set KeyType to ECSECPrimeRandom and KeySize to 256 or 384",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>KeyType</key>
<string>RSA</string>
<key>KeySize</key>
<integer>2048</integer>
<key>HardwareBound</key>
<true/>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>KeyType</key>
<string>ECSECPrimeRandom</string>
<key>KeySize</key>
<integer>384</integer>
<key>HardwareBound</key>
<true/>
</dict>`,
		},
		Refs: []checker.Ref{refACME},
	},
	Check: func(p *checker.Pass) error {
		for _, acme := range p.Profile.ACME() {
			kind, size := acme.KeyType, acme.KeySize
			bound := acme.HardwareBound.Known && acme.HardwareBound.Value
			switch {
			case !kind.Known:
			case kind.Value == profile.KeyTypeRSA && bound:
				p.Value(acme.HardwareBound.Node, "HardwareBound is true, but KeyType is RSA; expected ECSECPrimeRandom").Help = "set KeyType to ECSECPrimeRandom, or HardwareBound to false"
			case !size.Known:
			case kind.Value == profile.KeyTypeRSA:
				if size.Value < 1024 || size.Value > 4096 || size.Value%8 != 0 {
					p.Value(size.Node, "unsupported KeySize %d of an RSA key; expected a multiple of 8 from 1024 to 4096", size.Value).Help = "set KeySize to 2048 or more"
				}
			case kind.Value == profile.KeyTypeEC && !slices.Contains([]int64{192, 256, 384, 521}, size.Value):
				p.Value(size.Node, "unsupported KeySize %d of a key of type %s; expected 192, 256, 384, or 521", size.Value, kind.Value).Help = "set KeySize to 256 or 384"
			case kind.Value == profile.KeyTypeEC && bound && size.Value != 256 && size.Value != 384:
				p.Value(size.Node, "unsupported KeySize %d of a hardware-bound key; expected 256 or 384", size.Value).Help = "set KeySize to 256 or 384"
			}
		}
		return nil
	},
}
