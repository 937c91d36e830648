package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepDDMKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-ddm-key",
		Title:    "key not supported in a SCEP credential",
		Severity: checker.Error,
		Doc: `What it checks: KeyIsExtractable and AllowAllAppsAccess are not in a SCEP credential document.
Why it matters: in declarative device management they belong to the configuration
com.apple.configuration.security.identity, which references the credential by CredentialAssetReference. In the
credential they are ignored, and the defaults apply: the private key can be exported.`,
		Help: "move it to the com.apple.configuration.security.identity that references the credential",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `{
  "URL": "https://ca.corp.example/scep",
  "KeyIsExtractable": false
}`,
			Good: `{
  "URL": "https://ca.corp.example/scep"
}`,
		},
		Refs:      []checker.Ref{refCredential, refIdentity},
		Documents: checker.Declarative,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			for n := range scep.Content.Children() {
				if right := identityKey(&scep, n.Key); right != "" {
					p.Key(n, "key %q is ignored in a SCEP credential", n.Key).
						WithHelp("set `%s` in the configuration com.apple.configuration.security.identity", right)
				}
			}
		}
		return nil
	},
}

var refIdentity = checker.Ref{
	Title: "Apple device management schema: com.apple.configuration.security.identity",
	URL:   "https://github.com/apple/device-management/blob/release/declarative/declarations/configurations/security.identity.yaml",
}

// identityKey gives the key of the identity configuration that a key of a
// credential document is, or was meant to be; "" if none.
func identityKey(scep *profile.SCEP, key string) string {
	if !scep.Declarative() {
		return ""
	}
	right := key
	if !scepKey(key) {
		right = misspelling(key)
	}
	if right == "KeyIsExtractable" || right == "AllowAllAppsAccess" {
		return right
	}
	return ""
}
