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
		Title:    "a SCEP asset does not tell the digest of its credential",
		Severity: checker.Warning,
		Doc: `Hash-SHA-256 in the Reference of com.apple.asset.credential.scep is the SHA-256 digest of the document at DataURL. By it a
device knows that it got the credential that was meant, and that another one is to be fetched when the digest changes. Apple's schema lets
it be left out; then whoever can change the document can send devices to a CA of his own. With a Size of 0 the digest is not used.`,
		Help: "write the digest of the credential document as Hash-SHA-256: openssl dgst -sha256 scep.json",
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
		if p.Profile.Declaration != profile.DeclarationAsset || !reference.Is(profile.Dict) {
			return nil
		}
		if size, ok := reference.Get("Size").Int(); ok && size == 0 {
			return nil
		}
		n := reference.Get("Hash-SHA-256")
		text, ok := n.Str()
		switch {
		case n == nil:
			p.AtStart(reference, "Reference has no Hash-SHA-256, so that a device takes whatever document is at the DataURL; write the SHA-256 digest of the credential")
		case !ok:
			p.Value(n, "Hash-SHA-256 is %s, but must be a string; write the SHA-256 digest of the credential in 64 hexadecimal digits", kindPhrase(n.Kind))
		case profile.HasVariable(text), sha256Digest(text):
		case strings.TrimSpace(text) == "":
			p.Value(n, "Hash-SHA-256 is empty; write the SHA-256 digest of the credential in 64 hexadecimal digits")
		default:
			p.Value(n, "Hash-SHA-256 %q is no SHA-256 digest, which has 64 hexadecimal digits; write that of the credential", text)
		}
		return nil
	},
}

// sha256Digest reports whether a text is a SHA-256 digest in digits. Apple's
// schema does not say which notation is meant, so base64 passes as well.
func sha256Digest(text string) bool {
	const size = 32
	digest, err := base64.StdEncoding.DecodeString(text)
	return len(text) == 2*size && len(profile.HexDigest(text)) == size || err == nil && len(digest) == size
}
