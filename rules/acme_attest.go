package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var acmeAttest = checker.Rule{
	Meta: checker.Meta{
		ID:       "acme-attest",
		Title:    "unsupported Attest or HardwareBound",
		Severity: checker.Error,
		Doc: `What it checks: Attest of an ACME payload is true only if HardwareBound is true, and both are false for macOS before version 14.
Why it matters: the device attests keys of its Secure Enclave only. Before macOS 14, Macs rejected both settings.
Exceptions: the second part needs a macOS target with a version. Settings with template variables are not reported.`,
		Help: "set HardwareBound to true, or Attest to false",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>HardwareBound</key>
<false/>
<key>Attest</key>
<true/>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>HardwareBound</key>
<true/>
<key>Attest</key>
<true/>
</dict>`,
		},
		Refs:      []checker.Ref{refACME},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, acme := range p.Profile.ACME() {
			attest := acme.Attest.Known && acme.Attest.Value
			bound := acme.HardwareBound
			if attest && bound.Known && !bound.Value {
				p.Value(acme.Attest.Node, "`Attest` is true, but `HardwareBound` is false; only hardware-bound keys are attested")
				continue
			}
			for _, t := range targetsOf(p) {
				if t.System != "macos" || t.Version == "" || !older(t, "14") {
					continue
				}
				switch {
				case bound.Known && bound.Value:
					p.Value(bound.Node, "`HardwareBound` is true; not supported before macOS 14 (a target is macOS %s)", t.Version).Help = "set HardwareBound to false for older Macs"
				case attest:
					p.Value(acme.Attest.Node, "`Attest` is true; not supported before macOS 14 (a target is macOS %s)", t.Version).Help = "set Attest to false for older Macs"
				}
			}
		}
		return nil
	},
}
