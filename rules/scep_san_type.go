package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepSANType = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-san-type",
		Title:    "SubjectAltName of a type that devices do not read",
		Severity: checker.Error,
		Doc: `SubjectAltName is a dict with a key for each kind of name: rfc822Name, dNSName, uniformResourceIdentifier and ntPrincipalName.
A value is a string or, but for ntPrincipalName, an array of strings. Lists in the notation of OpenSSL, DNS:a.corp.example,
mean nothing to a device.`,
		Help: "write a dict of the four name kinds with a string, or an array of strings, for each",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>SubjectAltName</key>
<string>DNS:a.corp.example</string>`,
			Good: `<key>SubjectAltName</key>
<dict>
	<key>dNSName</key>
	<string>a.corp.example</string>
</dict>`,
		},
		Refs:      []checker.Ref{refSCEP, refCSRCode},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for scep := range requests(p.Profile) {
			san := scep.SubjectAltName
			if san != nil && !san.Is(profile.Dict) {
				if !sanTemplate(san) {
					p.Value(san, "SubjectAltName is of type %s; write a dict with rfc822Name, dNSName, uniformResourceIdentifier or ntPrincipalName", san.Kind)
				}
				continue
			}
			for n := range san.Children() {
				kind := nameKind(n.Key)
				if kind == "" || sanTemplate(n) || n.Is(profile.String) {
					continue // what other keys hold is dropped anyway
				}
				if !n.Is(profile.Array) {
					p.Value(n, "%s is of type %s; write a string or an array of strings", kind, n.Kind)
					continue
				}
				for name := range n.Children() {
					if !sanTemplate(name) && !name.Is(profile.String) {
						p.Value(name, "%s holds a value of type %s; write strings only", kind, name.Kind)
					}
				}
			}
		}
		return nil
	},
}

// sanTemplate reports whether a value is template text, whatever comes of it.
func sanTemplate(n *profile.Node) bool {
	return n.Unrendered() || n.Is(profile.Template) || n.Is(profile.String) && profile.IsVariable(n.Text())
}
