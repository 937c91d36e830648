package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepDDMURL = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-ddm-url",
		Title:    "a SCEP asset does not refer to its credential by https",
		Severity: checker.Error,
		Doc: `The declaration com.apple.asset.credential.scep holds no settings of SCEP itself: its Reference has a DataURL, from which the device
fetches the credential document. Apple's schema requires the DataURL and demands that it begin with https://. The document holds
the Challenge, which everybody on the way could read otherwise.`,
		Help: "write a Reference whose DataURL begins with https://",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `{
  "Type": "com.apple.asset.credential.scep",
  "Identifier": "org.corp.scep",
  "Payload": {
    "Reference": {
      "DataURL": "http://mdm.corp.example/scep.json"
    }
  }
}`,
			Good: `{
  "Type": "com.apple.asset.credential.scep",
  "Identifier": "org.corp.scep",
  "Payload": {
    "Reference": {
      "DataURL": "https://mdm.corp.example/scep.json"
    }
  }
}`,
		},
		Refs:      []checker.Ref{refAsset},
		Documents: checker.Declarative,
	},
	Check: func(p *checker.Pass) error {
		if p.Profile.Declaration != profile.DeclarationAsset {
			return nil
		}
		payload := p.Profile.Root.Get("Payload")
		reference := payload.Get("Reference")
		n := reference.Get("DataURL")
		text, ok := n.Str()
		switch {
		case payload == nil:
			p.AtStart(p.Profile.Root, "the declaration has no Payload; write one with a Reference to the credential in it")
		case !payload.Is(profile.Dict):
			p.Value(payload, "Payload is %s, but must be an object; write one with a Reference to the credential in it", kindPhrase(payload.Kind))
		case payload.HoldsSCEP() && reference == nil:
			p.Key(payload, "the SCEP settings stand in the declaration, where devices do not look for them; write them into a document of their own, and its https address under Reference as DataURL")
		case reference == nil:
			p.AtStart(payload, "the declaration has no Reference; write one with the https address of the credential as DataURL")
		case !reference.Is(profile.Dict):
			p.Value(reference, "Reference is %s, but must be an object; write one with the https address of the credential as DataURL", kindPhrase(reference.Kind))
		case n == nil:
			p.AtStart(reference, "Reference has no DataURL; write the https address of the credential")
		case !ok:
			p.Value(n, "DataURL is %s, but must be a string; write the https address of the credential", kindPhrase(n.Kind))
		case strings.TrimSpace(text) == "":
			p.Value(n, "DataURL is empty; write the https address of the credential")
		case !schemeOpen(text) && !strings.EqualFold(splitURL(text).scheme, "https"):
			p.Value(n, "DataURL %q does not begin with https://, as Apple's schema demands; write an https address", shownURL(text))
		}
		return nil
	},
}
