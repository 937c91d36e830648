package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refSCEPmanCommonNames = checker.Ref{
	Title: "SCEPman documentation: Kandji, on the number of CNs",
	URL:   "https://github.com/scepman/scepman-docs",
}

var scepSubjectCN = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-cn",
		Title:    "Subject has no CN or more than two",
		Severity: checker.Warning,
		Doc: `What it checks: Subject has one or two CNs.
Why it matters: servers find a device by its CN, and users see it when they choose a certificate; several SCEP servers
reject a request without one. With more than two CNs, macOS and iOS fail to choose the client certificate, according
to a vendor of SCEP servers.
Exceptions: two CNs are not reported: Jamf Pro and Kandji add a second one, which works.`,
		Help: "use exactly one CN in Subject",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Subject</key>
<array>
	<array><array><string>O</string><string>Corp</string></array></array>
</array>`,
			Good: `<key>Subject</key>
<array>
	<array><array><string>O</string><string>Corp</string></array></array>
	<array><array><string>CN</string><string>device-17</string></array></array>
</array>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPmanCommonNames},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			s := scep.Subject
			if len(s.Attributes) == 0 || len(s.Malformed) > 0 || s.Variable {
				continue
			}
			cns, unsure := 0, false
			for _, a := range s.Attributes {
				unsure = unsure || !a.Type.Is(profile.String) || profile.HasVariable(a.Type.Text())
				if !a.IsCommonName() {
					continue
				}
				if cns++; cns == 3 {
					p.Value(a.Pair, "third CN in `Subject`; macOS and iOS may fail to choose the certificate").WithHelp("remove the extra CNs")
				}
			}
			if cns == 0 && !unsure {
				p.Value(s.Node, "`Subject` has no CN").WithHelp("add %s with the name of the device or user", checker.Markup("<array><array><string>CN</string><string>…</string></array></array>"))
			}
		}
		return nil
	},
}
