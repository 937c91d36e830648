package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepURLQuery = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-url-query",
		Title:    "URL with a query, a fragment or user info",
		Severity: checker.Warning,
		Doc: `A SCEP client makes the query of its requests itself: operation=GetCACert, operation=PKIOperation and so on. iOS was observed
to put its own query in the place of the one in URL, so that what stands behind the question mark never reaches the server.
A fragment is not sent in HTTP at all. User info is a password in clear text, in every copy of the profile, and the protocol
has Challenge to authorise a request.`,
		Help: "write the URL without query, fragment and user info; authorise requests with Challenge",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ca.corp.example/scep?profile=devices</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep/devices</string>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPProtocol},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			text, ok := scep.URL.Node.Str()
			if !ok || profile.IsVariable(text) {
				continue
			}
			u := splitURL(text)
			var parts []string
			if u.query {
				parts = append(parts, "a query")
			}
			if u.fragment {
				parts = append(parts, "a fragment")
			}
			if strings.Contains(u.authority, "@") {
				parts = append(parts, "user info")
			}
			switch n := len(parts); n {
			case 0:
			case 1:
				p.Value(scep.URL.Node, "URL %q has %s; write it without", shownURL(text), parts[0])
			default:
				list := strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
				p.Value(scep.URL.Node, "URL %q has %s; write it without", shownURL(text), list)
			}
		}
		return nil
	},
}
