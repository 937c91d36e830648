package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepEKUOID = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-eku-oid",
		Title:    "invalid object identifier of an extended key usage",
		Severity: checker.Error,
		Varies:   "warning for ACME",
		Doc: `What it checks: each entry of extendedKeyUsages in a SCEP profile of Microsoft Graph has an objectIdentifier in digits and dots, and so does each value in
ExtendedKeyUsage of an ACME payload.
Why it matters: the identifiers become a part of the request for the certificate. One that is invalid becomes no usage, or makes the server reject the request.
Exceptions: variables are not checked. SCEP payloads of Apple have no extended key usages. Apple's documentation requires the form for ACME, but does not say what
devices do with another one.`,
		Help: "use digits and dots, such as 1.3.6.1.5.5.7.3.2 for client authentication",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `{
  "@odata.type": "#microsoft.graph.iosScepCertificateProfile",
  "scepServerUrls": ["https://ca.corp.net/scep"],
  "extendedKeyUsages": [{"name": "Client Authentication", "objectIdentifier": "clientAuth"}]
}`,
			Good: `{
  "@odata.type": "#microsoft.graph.iosScepCertificateProfile",
  "scepServerUrls": ["https://ca.corp.net/scep"],
  "extendedKeyUsages": [{"name": "Client Authentication", "objectIdentifier": "1.3.6.1.5.5.7.3.2"}]
}`,
		},
		Refs: []checker.Ref{refACME, {
			Title: "Microsoft Graph: extendedKeyUsage",
			URL:   "https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-extendedkeyusage",
		}},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, acme := range p.Profile.ACME() {
			for n := range acme.Content.Get("ExtendedKeyUsage").Children() {
				text, ok := n.Str()
				if ok && !n.Broken() && !n.Unrendered() && !profile.HasVariable(text) && !isPlaceholder(p, text) && !validOID(strings.TrimSpace(text)) {
					f := p.Value(n, "value in `ExtendedKeyUsage` %q is not an object identifier; expected digits and dots", excerpt(p, text))
					f.Severity = checker.Warning
				}
			}
		}
		if p.Profile.Export == nil || p.Profile.Export.Entry == nil {
			return nil
		}
		for usage := range p.Profile.Export.Entry.Get("extendedKeyUsages").Children() {
			n := usage.Get("objectIdentifier")
			switch text, ok := n.Str(); {
			case !usage.Is(profile.Dict) || n == nil || n.Is(profile.Null):
			case !ok:
				p.Value(n, "`objectIdentifier` in `extendedKeyUsages` must be a string, found %s", kindPhrase(n.Kind))
			case !profile.HasVariable(text) && !validOID(text):
				p.Value(n, "invalid object identifier in `extendedKeyUsages`: found %q; expected digits and dots", excerpt(p, text))
			}
		}
		return nil
	},
}
