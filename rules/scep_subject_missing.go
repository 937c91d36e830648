package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepSubjectMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-missing",
		Title:    "Subject is missing or empty",
		Severity: checker.Warning,
		Doc: `What it checks: Subject is set, and not an empty array.
Why it matters: Subject is the X.500 name that the device requests. Apple's schema does not require it, and the
request then contains no subject name. Unless the server adds one, nothing identifies the certificate, and servers
that find the device by its CN reject the request.`,
		Help: "add a Subject with a CN that identifies the device or user",
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
			case isMissing(p, &scep, "Subject"):
				p.AtStart(scep.Content, "SCEP payload is missing `Subject`; the request contains no subject name").Missing("Subject")
			case n.Is(profile.Array) && n.Len() == 0 && !n.Templated():
				p.Value(n, "`Subject` is empty; the request contains no subject name")
			}
		}
		return nil
	},
}
