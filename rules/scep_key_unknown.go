package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepKeyUnknown = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-unknown",
		Title:    "key that SCEP payloads do not have",
		Severity: checker.Warning,
		Doc: `Apple's schema of SCEP payloads has thirteen keys, and devices pass over any other one. Whoever wrote the key expects
something of it that does not happen. ACME payloads have keys of their own for extended key usage, hardware-bound keys and
attestation; a SCEP payload has no such settings: extended key usage is what the CA makes it.
A second PayloadContent around the settings is an error, for all of them are lost with it.`,
		Help: "remove the key, and set on the CA or in another payload what it was meant to set",
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
				if scepKey(n.Key) || legacyKeys[n.Key] || misspelling(n.Key) != "" || profile.HasVariable(n.Key) {
					continue
				}
				switch instead, acme := acmeKeys[profile.FoldName(n.Key)]; {
				case acme:
					p.Key(n, "key %q belongs to ACME payloads; SCEP payloads have none like it and it is passed over; %s", n.Key, instead)
				case scep.Declarative():
					p.Key(n, "key %q is none that SCEP payloads have and is passed over; remove it", n.Key)
				case n.Key == "PayloadContent":
					f := p.Key(n, "SCEP payload has a PayloadContent inside PayloadContent, which is passed over; write the SCEP keys directly into the outer one")
					if holdsSetting(n) {
						f.Severity = checker.Error
					}
				case keysOfProfile[n.Key]:
					p.Key(n, "key %q is a key of the whole profile and passed over inside a SCEP payload; move it to the outermost dict", n.Key)
				case keysOfPayloads[n.Key]:
					p.Key(n, "key %q is none of SCEP's and passed over inside PayloadContent; move it one level up, beside PayloadContent", n.Key)
				default:
					p.Key(n, "key %q is none that SCEP payloads have and is passed over; remove it", n.Key)
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

// holdsSetting reports whether a value is a dict with a SCEP key in it, which
// is lost with the dict.
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
// with what to do instead. KeyType and KeySize are misspelt SCEP keys here.
var acmeKeys = map[string]string{
	"directoryurl":     "write the address of the SCEP server under URL, or use an ACME payload",
	"clientidentifier": "let Challenge authorise the request, or use an ACME payload",
	"hardwarebound":    "remove it, or use an ACME payload for hardware-bound keys",
	"attest":           "remove it, or use an ACME payload for attestation",
	"usageflags":       "write Key Usage",
	"extendedkeyusage": "set the extended key usage on the CA",
}

// keysOfPayloads are the keys that every payload has.
var keysOfPayloads = map[string]bool{
	"PayloadType": true, "PayloadVersion": true, "PayloadIdentifier": true, "PayloadUUID": true, "PayloadEnabled": true,
	"PayloadDisplayName": true, "PayloadDescription": true, "PayloadOrganization": true,
}

// keysOfProfile are keys of the profile as a whole.
var keysOfProfile = map[string]bool{
	"PayloadScope": true, "PayloadRemovalDisallowed": true, "PayloadExpirationDate": true,
	"RemovalDate": true, "DurationUntilRemoval": true, "TargetDeviceType": true, "ConsentText": true,
}
