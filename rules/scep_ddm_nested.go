package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepDDMWrapper = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-ddm-nested",
		Title:    "profile or declaration keys in a SCEP credential",
		Severity: checker.Error,
		Varies:   "warning if the settings are at the top level",
		Doc: `What it checks: the settings of a SCEP credential document are at its top level, without PayloadContent, PayloadType,
Type, or Payload.
Why it matters: in declarative device management, com.apple.credential.scep is a JSON document of its own. Devices do
not look for settings inside the keys of a payload or a declaration, and ignore them.
Exceptions: a warning if the settings are at the top level and such a key is left over.`,
		Help: "move the SCEP keys to the top level of the document",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `{
  "PayloadType": "com.apple.security.scep",
  "PayloadContent": {
    "URL": "https://ca.corp.example/scep",
    "Keysize": 2048
  }
}`,
			Good: `{
  "URL": "https://ca.corp.example/scep",
  "Keysize": 2048
}`,
		},
		Refs:      []checker.Ref{refCredential, refAsset},
		Documents: checker.Declarative,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			for n := range scep.Content.Children() {
				switch {
				case !slices.Contains(profile.WrapperKeys, n.Key):
				case wrapsSettings(n):
					p.Key(n, "SCEP settings nested in %q are ignored", n.Key)
				default:
					p.Key(n, "key %q of a profile or declaration is ignored in a SCEP credential", n.Key).WithHelp("remove the key").Severity = checker.Warning
				}
			}
		}
		return nil
	},
}

// wrapsSettings reports whether settings of SCEP lie in a value, or one level
// further down in a payload.
func wrapsSettings(n *profile.Node) bool {
	return profile.HoldsSCEP(n) || profile.HoldsSCEP(n.Get("PayloadContent"))
}

// wrapped reports whether the settings of a credential document lie in one of its
// values, so that those at its top are not missing but misplaced.
func wrapped(scep *profile.SCEP, n *profile.Node) bool {
	return scep.Declarative() && slices.Contains(profile.WrapperKeys, n.Key) && wrapsSettings(n)
}

var refCredential = checker.Ref{
	Title: "Apple device management schema: com.apple.credential.scep",
	URL:   "https://github.com/apple/device-management/blob/release/declarative/declarations/assets/credentials/scep.yaml",
}

var refAsset = checker.Ref{
	Title: "Apple device management schema: com.apple.asset.credential.scep",
	URL:   "https://github.com/apple/device-management/blob/release/declarative/declarations/assets/credential.scep.yaml",
}
