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
		Doc: `What it checks: Name is not empty.
Why it matters: Name is the CA identifier that the server expects (CA-IDENT). iOS sends it as the message parameter of
GetCACert and GetCACaps, and omits the parameter if the key is not set (observed on iOS). An empty Name is a lost
value, or a key that is not needed.`,
		Help: "set Name to the CA identifier that the server expects, or remove the key",
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
				p.Value(scep.Name.Node, "`Name` is empty")
			}
		}
		return nil
	},
}
