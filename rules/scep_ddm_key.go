package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepDDMKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-ddm-key",
		Title:    "key of the identity configuration in a SCEP credential",
		Severity: checker.Error,
		Doc: `A SCEP payload of a profile says in KeyIsExtractable and AllowAllAppsAccess who may use the private key on a Mac. In declarative
management these two are not part of the SCEP credential: they stand in the configuration com.apple.configuration.security.identity, which installs
the identity by its CredentialAssetReference. Written into the credential they set nothing, and the defaults hold: the key can be
exported.`,
		Help: "move the key into the configuration com.apple.configuration.security.identity that refers to the credential",
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
					p.Key(n, "key %q is none of a SCEP credential, so the setting is lost; write %s in the configuration com.apple.configuration.security.identity", n.Key, right)
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
