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
		Title:    "Subject without a CN, or with more than two",
		Severity: checker.Warning,
		Doc: `The CN is what servers find a device by and what people see when they are asked to choose a certificate; several SCEP servers
refuse a request that has none. Jamf Pro and Kandji add a second CN of their own to profiles they send out, which works. A vendor of
SCEP servers reports that more than two keep macOS and iOS from choosing the client certificate by themselves.`,
		Help: "write one CN into Subject",
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
					p.Value(a.Pair, "this is the third CN of the Subject; write two at most, for macOS and iOS may fail to choose the certificate")
				}
			}
			if cns == 0 && !unsure {
				p.Value(s.Node, "Subject has no CN, by which servers and people tell the certificate; add <array><array><string>CN</string><string>…</string></array></array>")
			}
		}
		return nil
	},
}
