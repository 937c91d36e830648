package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var variableUnknown = checker.Rule{
	Meta: checker.Meta{
		ID:       "variable-unknown",
		Title:    "a variable that its product does not document",
		Severity: checker.Warning,
		Doc: `A product replaces the variables it knows. One with a slip in its name stays as it is, and the device asks for a certificate in the
name of the variable's text; Fleet refuses a profile with a variable it does not know. Judged are names whose beginning tells the
product: FLEET_VAR_ of Fleet, all of which are documented, and AD_ of macOS and AAD_, AzureAD and OnPrem of Intune, where only what is a letter or two away from
a documented name is taken for a slip. Names that an administrator gives, as those of CAs, secrets and custom attributes, are not judged.`,
		Help: "write the variable as its product documents it",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>SubjectAltName</key>
<dict>
	<key>dNSName</key>
	<string>$FLEET_VAR_HOST_SERIAL.corp.example</string>
</dict>`,
			Good: `<key>SubjectAltName</key>
<dict>
	<key>dNSName</key>
	<string>$FLEET_VAR_HOST_HARDWARE_SERIAL.corp.example</string>
</dict>`,
		},
		Refs: []checker.Ref{refFleetVariables, refIntuneVariables, refMacVariables},
	},
	Check: func(p *checker.Pass) error {
		for _, v := range productVariables(p) {
			if v.misnamed == nil {
				continue
			}
			refused := ""
			if v.misnamed == profile.Fleet {
				refused = ", which refuses a profile with a variable it does not know"
			}
			remedy := fmt.Sprintf("write one that is in the documentation of %s", v.misnamed.Name)
			if v.nearest != "" {
				right := strings.Replace(v.text, v.variable.Name, v.nearest, 1)
				remedy = fmt.Sprintf("the nearest it documents is %q", right)
				if v.near {
					remedy = fmt.Sprintf("write %q", right)
				}
			}
			p.Value(v.node, "%q is no variable of %s%s; %s", v.text, v.misnamed.Name, refused, remedy)
		}
		return nil
	},
}
