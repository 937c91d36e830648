package rules

import "github.com/sceplint/sceplint/checker"

var scepKeyLegacy = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-legacy",
		Title:    "obsolete or undocumented SCEP key",
		Severity: checker.Info,
		Doc: `What it checks: GetCACaps, CertificateRenewalTimeInterval, and ScepProxyOption, which Apple's schema of SCEP payloads
does not have.
Why it matters: GetCACaps was in Apple's early manuals: iOS uses its list instead of asking the server (observed on
iOS), so that an outdated list keeps devices from better algorithms. CertificateRenewalTimeInterval belongs to Active
Directory certificate payloads; its effect in a SCEP payload is not documented.
Exceptions: ScepProxyOption is written by Jamf Pro for itself, and no change is needed.`,
		Help: "remove the key unless a device or server requires it",
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
				case !isLegacyKey(n.Key):
				case n.Key == "ScepProxyOption":
					p.Key(n, "key %q is written by Jamf Pro and ignored by devices", n.Key).Help = ""
				case n.Key == "GetCACaps":
					p.Key(n, "obsolete key %q overrides the capabilities that the server reports (observed on iOS)", n.Key)
				default:
					p.Key(n, "key %q of com.apple.ADCertificate.managed is undocumented for SCEP payloads", n.Key)
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
