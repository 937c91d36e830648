package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepEKUOID = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-eku-oid",
		Title:    "invalid object identifier of an extended key usage",
		Severity: checker.Error,
		Doc: `What it checks: each entry of extendedKeyUsages in a SCEP profile of Microsoft Graph has an objectIdentifier in digits and dots.
Why it matters: Intune puts the identifiers into the request for the certificate. One that is invalid becomes no usage, or makes the server reject the request.
Exceptions: variables are not checked. SCEP payloads of Apple have no extended key usages.`,
		Help: "set objectIdentifier to digits and dots, such as 1.3.6.1.5.5.7.3.2 for client authentication",
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
		Refs: []checker.Ref{{
			Title: "Microsoft Graph: extendedKeyUsage",
			URL:   "https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-extendedkeyusage",
		}},
	},
	Check: func(p *checker.Pass) error {
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
