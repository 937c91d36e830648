package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepDDMURL = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-ddm-url",
		Title:    "missing or invalid DataURL in an asset",
		Severity: checker.Error,
		Doc: `What it checks: the Reference of com.apple.asset.credential.scep has a DataURL that starts with https://. In other assets,
the value of DataURL is checked.
Why it matters: the declaration has no SCEP settings itself; the device downloads the credential document from
DataURL. Apple's schema requires the key and HTTPS. The document contains the Challenge, which anyone on the network
could read otherwise.
Exceptions: a DataURL whose scheme is template text is not reported.`,
		Help: "set DataURL under Reference to an HTTPS URL",
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
		if !strings.HasPrefix(p.Profile.Declaration, profile.AssetTypePrefix) {
			return nil
		}
		payload := p.Profile.Root.Get("Payload")
		reference := payload.Get("Reference")
		n := reference.Get("DataURL")
		text, ok := n.Str()
		switch {
		case !p.Profile.IsSCEPAsset() && !ok: // schema-required and schema-type report it
		case payload == nil:
			p.AtStart(p.Profile.Root, "declaration is missing required key `Payload`")
		case !payload.Is(profile.Dict):
			p.Value(payload, "`Payload` must be an object, found %s", kindPhrase(payload.Kind))
		case profile.HoldsSCEP(payload) && reference == nil:
			p.Key(payload, "SCEP settings in the declaration are ignored; expected `Reference`").WithHelp("move them to a document of their own, and set `DataURL` under `Reference` to its URL")
		case reference == nil:
			p.AtStart(payload, "declaration is missing required key `Reference`")
		case !reference.Is(profile.Dict):
			p.Value(reference, "`Reference` must be an object, found %s", kindPhrase(reference.Kind))
		case n == nil:
			p.AtStart(reference, "`Reference` is missing required key `DataURL`")
		case !ok:
			p.Value(n, "`DataURL` must be a string, found %s", kindPhrase(n.Kind))
		case strings.TrimSpace(text) == "":
			p.Value(n, "`DataURL` is empty")
		case !schemeIsVariable(text) && !strings.EqualFold(splitURL(text).scheme, "https"):
			p.Value(n, "`DataURL` %q must start with https://", shownURL(text))
		}
		return nil
	},
}
