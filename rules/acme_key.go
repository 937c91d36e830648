package rules

import (
	"fmt"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var acmeKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "acme-key",
		Title:    "unsupported ACME key type or size",
		Severity: checker.Error,
		Doc: `What it checks: KeySize and HardwareBound of an ACME payload fit its KeyType.
Why it matters: the device cannot make any other key. RSA has a multiple of 8 from 1024 to 4096 bits. ECSECPrimeRandom has 192, 256, 384, or 521. A hardware-bound key
is ECSECPrimeRandom with 256 or 384 bits.
Exceptions: settings with template variables are not reported, and neither are values of the wrong type.`,
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
		Refs:      []checker.Ref{refACME},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		acme := p.Profile.ACME()
		for i := range acme {
			if fault := acmeKeyFaultOf(&acme[i]); fault.node != nil {
				f := p.Value(fault.node, "%s", checker.Phrase(fault.message))
				f.Help, f.Argument = fault.help, fault.node.Text()
			}
		}
		return nil
	},
}

// acmeKeyFault is what makes the key of an ACME payload impossible.
type acmeKeyFault struct {
	node          *profile.Node // nil if nothing does
	message, help string
}

func acmeKeyFaultOf(acme *profile.ACME) acmeKeyFault {
	kind, size := acme.KeyType, acme.KeySize
	bound := acme.HardwareBound.Known && acme.HardwareBound.Value
	switch {
	case !kind.Known:
	case kind.Value == profile.KeyTypeRSA && bound:
		return acmeKeyFault{acme.HardwareBound.Node, "`HardwareBound` is true, but `KeyType` is RSA; expected ECSECPrimeRandom", "set KeyType to ECSECPrimeRandom, or HardwareBound to false"}
	case !size.Known:
	case kind.Value == profile.KeyTypeRSA:
		if size.Value < 1024 || size.Value > 4096 || size.Value%8 != 0 {
			return acmeKeyFault{size.Node, fmt.Sprintf("unsupported `KeySize` %d of an RSA key; expected a multiple of 8 from 1024 to 4096", size.Value), "set KeySize to 2048 or more"}
		}
	case kind.Value == profile.KeyTypeEC && !slices.Contains([]int64{192, 256, 384, 521}, size.Value):
		return acmeKeyFault{size.Node, fmt.Sprintf("unsupported `KeySize` %d of a key of type %s; expected 192, 256, 384, or 521", size.Value, kind.Value), "set KeySize to 256 or 384"}
	case kind.Value == profile.KeyTypeEC && bound && size.Value != 256 && size.Value != 384:
		return acmeKeyFault{size.Node, fmt.Sprintf("unsupported `KeySize` %d of a hardware-bound key; expected 256 or 384", size.Value), "set KeySize to 256 or 384"}
	}
	return acmeKeyFault{}
}
