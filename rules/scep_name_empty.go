package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var scepNameEmpty = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-name-empty",
		Title:    "Name is empty",
		Severity: checker.Warning,
		Doc: `Name tells the server which of its CAs is meant (CA-IDENT). iOS was observed to send it as the message parameter of GetCACert
and GetCACaps, and to leave the parameter out where the key is absent. An empty Name names no CA: it is either a value that
got lost, or a key that is not needed.`,
		Help: "write the name that the server knows the CA by, or remove the key",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Name</key>
<string></string>`,
			Good: `<key>Name</key>
<string>CORP-DEVICES</string>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPProtocol},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			if name, ok := scep.Name.Node.Str(); ok && strings.TrimSpace(name) == "" {
				p.Value(scep.Name.Node, "Name is empty; write the name of the CA on the server, or remove the key")
			}
		}
		return nil
	},
}
