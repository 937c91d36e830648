package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepDDMWrapper = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-ddm-nested",
		Title:    "keys of a profile around the settings of a SCEP credential",
		Severity: checker.Error,
		Doc: `In declarative management the settings of a SCEP identity are a JSON document of their own, com.apple.credential.scep, with URL,
Subject and the others at its top. It has no PayloadContent and no PayloadType, as the payload of a profile has, nor Type and Payload, as the
declaration has that refers to it. Settings inside of one of these are where no device looks for them, and are lost. Where the settings
stand at the top and such a key is merely left over beside them, it is a warning.`,
		Help: "write the SCEP keys at the top of the document, without the keys of profiles and declarations around them",
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
					p.Key(n, "the SCEP settings stand inside %q, which a SCEP credential does not have, so they are lost; write them at the top of the document", n.Key)
				default:
					p.Key(n, "key %q belongs to profiles or declarations and is none of a SCEP credential; remove it", n.Key).Severity = checker.Warning
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
