package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var scepURLAdmin = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-url-admin",
		Title:    "URL is the NDES administration page",
		Severity: checker.Error,
		Doc: `What it checks: URL does not have the path /certsrv/mscep_admin/ of NDES.
Why it matters: Microsoft's Network Device Enrollment Service (NDES) has two addresses. /certsrv/mscep_admin/ is a
page for administrators that requires a Windows login, which shows the thumbprint of the CA and a challenge. Devices enroll
at /certsrv/mscep/mscep.dll.`,
		Help: "use the enrollment URL, https://host/certsrv/mscep/mscep.dll",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ndes.corp.example/certsrv/mscep_admin/</string>`,
			Good: `<key>URL</key>
<string>https://ndes.corp.example/certsrv/mscep/mscep.dll</string>`,
		},
		Refs:      []checker.Ref{refNDES, refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			text, ok := scep.URL.Node.Str()
			if !ok {
				continue
			}
			for part := range strings.SplitSeq(splitURL(text).path, "/") {
				if !strings.EqualFold(part, "mscep_admin") {
					continue
				}
				p.Value(scep.URL.Node, "`URL` %q is the NDES administration page; devices cannot enroll there", shownURL(text))
				break
			}
		}
		return nil
	},
}

var refNDES = checker.Ref{
	Title: "Microsoft: Active Directory Certificate Services, Network Device Enrollment Service",
	URL:   "https://learn.microsoft.com/en-us/archive/technet-wiki/9063.active-directory-certificate-services-ad-cs-network-device-enrollment-service-ndes",
}
