package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var scepSubjectMultivalue = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-multivalue",
		Title:    "multi-valued RDN in Subject",
		Severity: checker.Info,
		Doc: `What it checks: each RDN of Subject contains one attribute.
Why it matters: two pairs in one RDN make a multi-valued RDN: O=Corp+CN=device-17 is one component of the name, not
two. That is valid, but software that expects two components does not find them, and servers reorder the attributes.
Exceptions: RDNs with template text are not reported.`,
		Help: "give each attribute its own RDN, unless a multi-valued RDN is intended",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Subject</key>
<array>
	<array>
		<array><string>O</string><string>Corp</string></array>
		<array><string>CN</string><string>device-17</string></array>
	</array>
</array>`,
			Good: `<key>Subject</key>
<array>
	<array><array><string>O</string><string>Corp</string></array></array>
	<array><array><string>CN</string><string>device-17</string></array></array>
</array>`,
		},
		Refs:      []checker.Ref{refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for scep := range requests(p.Profile) {
			shared := false // whether any RDN has several
			for i, a := range scep.Subject.Attributes {
				shared = shared || i > 0 && a.RDN == scep.Subject.Attributes[i-1].RDN
			}
			if !shared {
				continue
			}
			types := make([][]string, len(scep.Subject.RDNs))
			for _, a := range scep.Subject.Attributes {
				types[a.RDN] = append(types[a.RDN], a.Type.Text())
			}
			for i, rdn := range scep.Subject.RDNs {
				if len(types[i]) > 1 && !rdn.Templated() { // template text: perhaps one of them remains
					p.Value(rdn, "RDN contains %d attributes (%s)", len(types[i]), strings.Join(types[i][:min(len(types[i]), 6)], ", "))
				}
			}
		}
		return nil
	},
}
