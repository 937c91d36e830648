package rules

import (
	"encoding/base64"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepDDMHash = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-ddm-hash",
		Title:    "missing or invalid Hash-SHA-256 in a SCEP asset",
		Severity: checker.Warning,
		Doc: `What it checks: the Reference of com.apple.asset.credential.scep has the SHA-256 digest of the credential document in
Hash-SHA-256.
Why it matters: with it the device verifies the document at DataURL, and downloads it again when the digest changes.
Apple's schema does not require it; without it, anyone who can change the document can direct devices to another CA.
Exceptions: not reported if Size is 0: the digest is then not used.`,
		Help: "set Hash-SHA-256 to the output of openssl dgst -sha256 scep.json",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `{
  "Type": "com.apple.asset.credential.scep",
  "Payload": {
    "Reference": {
      "DataURL": "https://mdm.corp.example/scep.json"
    }
  }
}`,
			Good: `{
  "Type": "com.apple.asset.credential.scep",
  "Payload": {
    "Reference": {
      "DataURL": "https://mdm.corp.example/scep.json",
      "Hash-SHA-256": "0dd48f2a3e6a9b7d6c0f1c0f0c6c2b7f59a1d1f3f0c9a4f1f7f1e2d3c4b5a697"
    }
  }
}`,
		},
		Refs:      []checker.Ref{refAsset},
		Documents: checker.Declarative,
	},
	Check: func(p *checker.Pass) error {
		reference := p.Profile.Root.At("Payload", "Reference")
		if !p.Profile.IsSCEPAsset() || !reference.Is(profile.Dict) {
			return nil
		}
		if size, ok := reference.Get("Size").Int(); ok && size == 0 {
			return nil
		}
		n := reference.Get("Hash-SHA-256")
		text, ok := n.Str()
		switch {
		case n == nil:
			p.AtStart(reference, "`Reference` has no `Hash-SHA-256`; the device cannot verify the credential document")
		case !ok:
			p.Value(n, "`Hash-SHA-256` must be a string, found %s", kindPhrase(n.Kind))
		case profile.HasVariable(text), sha256Digest(text):
		case strings.TrimSpace(text) == "":
			p.Value(n, "`Hash-SHA-256` is empty")
		default:
			p.Value(n, "invalid `Hash-SHA-256` %q; expected 64 hexadecimal digits", text)
		}
		return nil
	},
}

// sha256Digest reports whether a text is a SHA-256 digest in digits. Apple's
// schema does not say which notation is meant, so Base64 passes as well.
func sha256Digest(text string) bool {
	const size = 32
	digest, err := base64.StdEncoding.DecodeString(text)
	return len(text) == 2*size && len(profile.HexDigest(text)) == size || err == nil && len(digest) == size
}
