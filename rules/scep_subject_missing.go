package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepSubjectMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-missing",
		Title:    "the certificate gets no name",
		Severity: checker.Warning,
		Doc: `Subject is the X.500 name that the device asks the server to put into the certificate. Apple's schema lets it be left out,
and the request then carries no name at all. Unless the server fills one in, nobody can tell whose certificate it is, and
servers that find the device by its CN refuse the request.`,
		Help: "add a Subject with at least a CN that tells the device or its user",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ca.corp.example/scep</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep</string>
<key>Subject</key>
<array>
	<array><array><string>CN</string><string>%SerialNumber%</string></array></array>
</array>`,
		},
		Refs:      []checker.Ref{refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			switch n := scep.Subject.Node; {
			case lacks(p, &scep, "Subject"):
				p.AtStart(scep.Content, "SCEP payload has no Subject, so its certificate gets no name; add <key>Subject</key> with at least a CN")
			case n.Is(profile.Array) && n.Len() == 0 && !n.Templated():
				p.Value(n, "Subject is empty, so the certificate gets no name; write at least a CN")
			}
		}
		return nil
	},
}
