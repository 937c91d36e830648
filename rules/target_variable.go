package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var targetVariable = checker.Rule{
	Meta: checker.Meta{
		ID:       "target-variable",
		Title:    "a variable that only Macs fill in",
		Severity: checker.Warning,
		Doc: `In the Subject and the names of a SCEP payload a Mac replaces %SerialNumber%, %ComputerName% and ten others while it installs the profile. No other
system does: the certificate is requested for a device by the name of "%SerialNumber%". Some management servers replace variables of the same form
before they send the profile; then the finding does not matter. The rule speaks only if targets are given.`,
		Help: "write a variable that the management server replaces, or give Macs a profile of their own",
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
			macVariables(p, scep.Content, listed(others))
		}
		return nil
	},
}

var refMacVariables = checker.Ref{
	Title: "ProfileManifests: com.apple.security.scep, variables of Subject and SubjectAltName",
	URL:   "https://github.com/ProfileManifests/ProfileManifests/blob/master/Manifests/ManifestsApple/com.apple.security.scep.plist",
}

// macVariableNames are what Macs replace.
var macVariableNames = []string{
	"AD_ComputerID", "AD_Domain", "AD_DomainForestName", "AD_DomainGuid", "AD_DomainNameDNS", "AD_KerberosID",
	"ComputerName", "HardwareUUID", "HostName", "LocalHostName", "MACAddress", "SerialNumber",
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
		if v.Syntax == profile.SyntaxPercent && slices.Contains(macVariableNames, v.Name) {
			p.Value(n, "%q is filled in by Macs only, and not on %s; write a variable that the management server replaces", "%"+v.Name+"%", systems)
			return
		}
	}
}
