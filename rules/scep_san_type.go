package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepSANType = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-san-type",
		Title:    "wrong value type in SubjectAltName",
		Severity: checker.Error,
		Doc: `What it checks: SubjectAltName is a dictionary, and its values are strings or arrays of strings.
Why it matters: devices do not read other types. A list in the notation of OpenSSL, such as DNS:a.corp.example, means
nothing to a device.
Exceptions: an array of ntPrincipalName is reported by scep-san-value. Template text is not reported.`,
		Help: "use a dictionary with a string, or an array of strings, for each name type",
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
					p.Value(san, "`SubjectAltName` must be a dictionary, found %s", kindPhrase(san.Kind))
				}
				continue
			}
			for n := range san.Children() {
				kind := nameKind(n.Key)
				if kind == "" || sanTemplate(n) || n.Is(profile.String) {
					continue // what other keys hold is dropped anyway
				}
				if !n.Is(profile.Array) {
					p.Value(n, "`%s` must be a string or an array of strings, found %s", kind, kindPhrase(n.Kind)).WithHelp("use a string or an array of strings")
					continue
				}
				for name := range n.Children() {
					if !sanTemplate(name) && !name.Is(profile.String) {
						p.Value(name, "`%s` must contain only strings, found %s", kind, kindPhrase(name.Kind)).WithHelp("use only strings")
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
