package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var scepSubjectMultivalue = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-multivalue",
		Title:    "several attributes in one RDN",
		Severity: checker.Info,
		Doc: `The middle level of Subject is the RDN, and two pairs in one RDN make a multi-valued RDN: O=Corp+CN=device-17 is one step of the
name, not two. That is legal, but software that looks for a name of two steps does not find it, and servers order the
attributes anew. Nearly always an RDN for each attribute was meant.`,
		Help: "give each attribute an RDN of its own unless a multi-valued RDN is meant",
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
					p.Value(rdn, "this RDN holds %d attributes (%s); write an RDN for each unless a multi-valued RDN is meant", len(types[i]), strings.Join(types[i][:min(len(types[i]), 6)], ", "))
				}
			}
		}
		return nil
	},
}
