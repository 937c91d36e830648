package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var scepURLAdmin = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-url-admin",
		Title:    "URL of the NDES admin page",
		Severity: checker.Error,
		Doc: `Microsoft's Network Device Enrollment Service (NDES) has two addresses. /certsrv/mscep_admin/ is a page for administrators,
behind a Windows login, that shows the thumbprint of the CA and a fresh challenge. Devices enrol at /certsrv/mscep/mscep.dll.
A profile with the first one sends devices to a login that they cannot pass.`,
		Help: "write the enrolment address, https://host/certsrv/mscep/mscep.dll",
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
				p.Value(scep.URL.Node, "URL %q is the admin page of NDES, which devices cannot enrol at; write /certsrv/mscep/mscep.dll in its place", shownURL(text))
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
