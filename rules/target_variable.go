package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var targetVariable = checker.Rule{
	Meta: checker.Meta{
		ID:       "target-variable",
		Title:    "macOS-only variable with a non-macOS target",
		Severity: checker.Warning,
		Doc: `What it checks: SCEP payloads have no variables that only macOS expands, such as %SerialNumber% and %ComputerName%, if
another platform is a target.
Why it matters: macOS replaces twelve such variables in Subject and SubjectAltName when it installs the profile. Other
platforms request a certificate for a device called "%SerialNumber%".
Exceptions: the finding can be suppressed if the MDM server replaces variables of the same form.`,
		Help: "use a variable that the MDM server expands, or a separate profile for Macs",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<!-- targets ios=17 -->
<key>Subject</key>
<array>
	<array>
		<array>
			<string>CN</string>
			<string>%SerialNumber%</string>
		</array>
	</array>
</array>`,
			Good: `<!-- targets macos=14 -->
<key>Subject</key>
<array>
	<array>
		<array>
			<string>CN</string>
			<string>%SerialNumber%</string>
		</array>
	</array>
</array>`,
		},
		Refs: []checker.Ref{refMacVariables},
	},
	Check: func(p *checker.Pass) error {
		var others []string
		for _, t := range targetsOf(p) {
			if t.System != "macos" {
				others = append(others, systemNames[t.System])
			}
		}
		if len(others) == 0 {
			return nil
		}
		for _, scep := range p.Profile.SCEP() {
			macVariables(p, scep.Content, joinWords(others))
		}
		return nil
	},
}

var refMacVariables = checker.Ref{
	Title: "ProfileManifests: com.apple.security.scep, variables of Subject and SubjectAltName",
	URL:   "https://github.com/ProfileManifests/ProfileManifests/blob/master/Manifests/ManifestsApple/com.apple.security.scep.plist",
}

// macVariables reports the first variable of Macs in each string of a SCEP
// payload. Only the variable is quoted, for the rest may be a secret.
func macVariables(p *checker.Pass, n *profile.Node, systems string) {
	text, ok := n.Str()
	if !ok {
		for c := range n.Children() {
			macVariables(p, c, systems)
		}
		return
	}
	for _, v := range profile.Variables(text) {
		if v.IsMacOS() {
			p.Value(n, "variable %q is expanded only on macOS, not on %s", "%"+v.Name+"%", systems)
			return
		}
	}
}
