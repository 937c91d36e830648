package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

var filesetAssetType = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-asset-type",
		Title:    "reference to a declaration of the wrong type",
		Severity: checker.Error,
		Doc: `What it checks: a declaration that another one of the run references as an asset has a type that the reference accepts:
an identity for CredentialAssetReference of com.apple.configuration.security.identity, a certificate for that of
com.apple.configuration.security.certificate.
Why it matters: the device rejects a configuration whose asset has another type.
Exceptions: where Apple's schema names no types, any asset is accepted, except for IdentityAssetReference. Not reported
if another declaration of the run with the same Identifier has the right type.`,
		Help: "reference an asset of an expected type",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `<!-- asset.json -->
{
  "Type": "com.apple.asset.credential.certificate",
  "Identifier": "org.corp.asset.ca",
  "Payload": {"Reference": {"DataURL": "https://mdm.corp.example/ca.pem"}}
}
<!-- identity.json -->
{
  "Type": "com.apple.configuration.security.identity",
  "Identifier": "org.corp.identity",
  "Payload": {"CredentialAssetReference": "org.corp.asset.ca"}
}
`,
			Good: `<!-- asset.json -->
{
  "Type": "com.apple.asset.credential.scep",
  "Identifier": "org.corp.asset.scep",
  "Payload": {"Reference": {"DataURL": "https://mdm.corp.example/scep.json"}}
}
<!-- identity.json -->
{
  "Type": "com.apple.configuration.security.identity",
  "Identifier": "org.corp.identity",
  "Payload": {"CredentialAssetReference": "org.corp.asset.scep"}
}
`,
		},
		Refs:      []checker.Ref{refDeclarations, refAssets},
		Documents: checker.Declarative,
	},
	CollectFacts: func(p *checker.Pass) error {
		exportDeclaration(p)
		for _, r := range assetReferencesOf(p) {
			p.RequestFact(declarationFact, r.id)
			for _, t := range schema.DeclarationTypes() {
				p.RequestFact(declarationTypeFact, pair(t, r.id))
			}
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		for _, r := range assetReferencesOf(p) {
			if hasAsset(p, r) {
				continue
			}
			for _, t := range schema.DeclarationTypes() {
				count, places := p.ImportFact(declarationTypeFact, pair(t, r.id))
				if count == 0 {
					continue
				}
				expected := checker.Phrase("an asset")
				if r.known {
					expected = checker.Phrase(alternatives(r.types))
				}
				p.Value(r.node, "`%s` references %q of type %s; expected %s", referenceKey(r.node), excerpt(p, r.id), t, expected).
					RelatedTo(places, "the referenced declaration")
				break
			}
		}
		return nil
	},
}

// hasAsset reports whether a declaration of the run is one that a reference accepts.
func hasAsset(p *checker.Pass, r assetReference) bool {
	for _, t := range r.types {
		if count, _ := p.ImportFact(declarationTypeFact, pair(t, r.id)); count > 0 {
			return true
		}
	}
	return false
}

// referenceKey is the key of a reference, or of the list that it is in.
func referenceKey(n *profile.Node) checker.Phrase {
	if n.Key == "" {
		n = n.Parent()
	}
	return checker.Phrase(strings.ToValidUTF8(n.Key[:min(len(n.Key), 80)], ""))
}
