package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepURLQuery = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-url-query",
		Title:    "query, fragment, or user info in the SCEP server URL",
		Severity: checker.Warning,
		Doc: `What it checks: URL has no query, no fragment, and no user info.
Why it matters: a SCEP client sends a query of its own, such as operation=GetCACert. iOS replaces the query of URL
with it (observed on iOS). A fragment is never sent in HTTP. User info is a password in plain text, in every copy of
the profile; the protocol has Challenge to authorize a request.`,
		Help: "remove the query, fragment, and user info; authorize requests with Challenge",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ca.corp.example/scep?profile=devices</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep/devices</string>`,
		},
		Defers:    true,
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
				p.Value(scep.URL.Node, "`URL` %q contains %s", shownURL(text), parts[0])
			default:
				list := joinWords(parts)
				p.Value(scep.URL.Node, "`URL` %q contains %s", shownURL(text), list)
			}
		}
		return nil
	},
}
