package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var variableUnknown = checker.Rule{
	Meta: checker.Meta{
		ID:       "variable-unknown",
		Title:    "undocumented product variable",
		Severity: checker.Warning,
		Doc: `What it checks: variables with the prefix of a product are documented: FLEET_VAR_ of Fleet, AD_ of macOS, and AAD_,
AzureAD, and OnPrem of Intune.
Why it matters: a product replaces only the variables it knows. A misspelled one is left as text, and the device
requests a certificate for the name of the variable. Fleet rejects a profile with an unknown variable.
Exceptions: names that administrators choose, such as those of CAs, secrets, and custom attributes, are not reported.
For macOS and Intune, only a name a few letters away from a documented one is.`,
		Help: "use a variable that the product documents",
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
			remedy := fmt.Sprintf("use a variable that %s documents", v.misnamed.Name)
			if v.nearest != "" {
				right := strings.Replace(v.text, v.variable.Name, v.nearest, 1)
				remedy = fmt.Sprintf("use a documented variable; the closest is %q", right)
				if v.near {
					remedy = fmt.Sprintf("use %q", right)
				}
			}
			p.Value(v.node, "%q is not a documented %s variable", v.text, v.misnamed.Name).WithHelp("%s", remedy)
		}
		return nil
	},
}
