package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepKeyUnknown = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-unknown",
		Title:    "unknown SCEP key",
		Severity: checker.Warning,
		Varies:   "error for a nested PayloadContent with settings, and for a required key of the payload",
		Doc: `What it checks: keys that Apple's schema of SCEP payloads does not have.
Why it matters: devices ignore them, and the setting is lost. ACME payloads have keys for extended key usage,
hardware-bound keys, and attestation; SCEP payloads have none. The CA decides about the extended key usage.
Exceptions: an error for a nested PayloadContent with settings in it, which are all lost, and for a key such
as PayloadUUID that the payload itself does not have. Misspelled keys are reported
by scep-key-misspelled.`,
		Help: "remove the key; configure the setting on the CA or in a payload that supports it",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Key Usage</key>
<integer>5</integer>
<key>ExtendedKeyUsage</key>
<array>
	<string>1.3.6.1.5.5.7.3.2</string>
</array>`,
			Good: `<key>Key Usage</key>
<integer>5</integer>`,
		},
		Refs:      []checker.Ref{refSCEP, refACME},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			for n := range scep.Content.Children() {
				if scep.Declarative() && slices.Contains(profile.WrapperKeys, n.Key) {
					continue // the business of scep-ddm-nested
				}
				if scepKey(n.Key) || isLegacyKey(n.Key) || misspelling(n.Key) != "" || profile.HasVariable(n.Key) {
					continue
				}
				switch instead, acme := acmeKeys[profile.FoldName(n.Key)]; {
				case acme:
					p.Key(n, "key %q of ACME payloads is ignored in a SCEP payload", n.Key).WithHelp("%s", instead)
				case scep.Declarative():
					p.Key(n, "unknown key %q in a SCEP payload is ignored", n.Key)
				case n.Key == "PayloadContent":
					f := p.Key(n, "nested `PayloadContent` in a SCEP payload is ignored")
					f.WithHelp("move the SCEP keys into the outer `PayloadContent`")
					if holdsSetting(n) {
						f.Severity = checker.Error
					}
				case keysOfProfile[n.Key]:
					p.Key(n, "key %q of the profile is ignored inside a SCEP payload", n.Key).WithHelp("move it to the top-level dictionary")
				case keysOfPayloads[n.Key]:
					f := p.Key(n, "key %q of the payload is ignored inside `PayloadContent`", n.Key).WithHelp("move it one level up, beside `PayloadContent`")
					if scep.Content != scep.Node && requiredInPayloads[n.Key] && scep.Node.Get(n.Key) == nil {
						f.StandsFor(append(scep.Node.Path(), n.Key)...).Severity = checker.Error
					}
				default:
					p.Key(n, "unknown key %q in a SCEP payload is ignored", n.Key)
				}
			}
		}
		return nil
	},
}

var refACME = checker.Ref{
	Title: "Apple device management schema: com.apple.security.acme",
	URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.acme.yaml",
}

// holdsSetting reports whether a value is a dictionary with a SCEP key in it, which
// is lost with the dictionary.
func holdsSetting(n *profile.Node) bool {
	if !n.Is(profile.Dict) {
		return false
	}
	for c := range n.Children() {
		if scepKey(c.Key) {
			return true
		}
	}
	return false
}

// acmeKeys are the keys of ACME payloads that SCEP has under no name, squeezed,
// with what to do instead. KeyType and KeySize are misspelled SCEP keys here.
var acmeKeys = map[string]string{
	"directoryurl":     "set URL to the address of the SCEP server, or use an ACME payload",
	"clientidentifier": "authorize the request with Challenge, or use an ACME payload",
	"hardwarebound":    "remove it, or use an ACME payload for hardware-bound keys",
	"attest":           "remove it, or use an ACME payload for attestation",
	"usageflags":       "use Key Usage",
	"extendedkeyusage": "set the extended key usage on the CA",
}

// keysOfPayloads are the keys that every payload has.
var keysOfPayloads = map[string]bool{
	"PayloadType": true, "PayloadVersion": true, "PayloadIdentifier": true, "PayloadUUID": true, "PayloadEnabled": true,
	"PayloadDisplayName": true, "PayloadDescription": true, "PayloadOrganization": true,
}

// requiredInPayloads are those of keysOfPayloads that every payload must have.
var requiredInPayloads = map[string]bool{"PayloadType": true, "PayloadVersion": true, "PayloadIdentifier": true, "PayloadUUID": true}

// keysOfProfile are keys of the profile as a whole.
var keysOfProfile = map[string]bool{
	"PayloadScope": true, "PayloadRemovalDisallowed": true, "PayloadExpirationDate": true,
	"RemovalDate": true, "DurationUntilRemoval": true, "TargetDeviceType": true, "ConsentText": true,
}
