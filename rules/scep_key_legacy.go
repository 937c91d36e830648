package rules

import "github.com/sceplint/sceplint/checker"

var scepKeyLegacy = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-legacy",
		Title:    "key that is no longer part of SCEP payloads",
		Severity: checker.Info,
		Doc: `These keys are found in profiles though Apple's schema of SCEP payloads does not have them. GetCACaps was in Apple's early manuals;
iOS was observed to take its list for the capabilities of the server and not to ask the server any more, so that an outdated
list keeps devices from better algorithms. CertificateRenewalTimeInterval belongs to Active Directory certificate payloads;
what it does in a SCEP payload is not documented. ScepProxyOption is a note of Jamf Pro to itself.`,
		Help: "remove the key, unless a device or server is known to need it",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>GetCACaps</key>
<array>
	<string>POSTPKIOperation</string>
	<string>SHA-1</string>
</array>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep</string>`,
		},
		Refs:      []checker.Ref{refSCEP, refADCertificate, refSCEPProtocol},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			for n := range scep.Content.Children() {
				switch {
				case !legacyKeys[n.Key]:
				case n.Key == "ScepProxyOption":
					p.Key(n, "key %q is written by Jamf Pro and ignored by devices", n.Key).Help = "no change is needed"
				case n.Key == "GetCACaps":
					p.Key(n, "key %q is gone from Apple's schema, and iOS was observed to trust its list instead of asking the server; remove it", n.Key)
				default:
					p.Key(n, "key %q belongs to com.apple.ADCertificate.managed and is not documented for SCEP payloads; remove it", n.Key)
				}
			}
		}
		return nil
	},
}

var refADCertificate = checker.Ref{
	Title: "Apple device management schema: com.apple.ADCertificate.managed",
	URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.ADCertificate.managed.yaml",
}
