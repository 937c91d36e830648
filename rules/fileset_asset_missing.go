package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var filesetAssetMissing = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-asset-missing",
		Title:    "reference to an asset that the run does not have",
		Severity: checker.Info,
		Varies:   "warning if a declaration of the run has the Identifier in another case",
		Doc: `What it checks: a declaration references assets, such as the identity of com.apple.configuration.security.identity, by
the Identifier of another declaration of the run.
Why it matters: a device does not apply a configuration while an asset that it references is missing. The device reports
this to the MDM server only; the user sees no identity, account, or certificate.
Exceptions: reported only if the folder of the declaration also has an asset of a type that the reference accepts. Other
sets of declarations may be incomplete for good reasons. References with template text are not checked.`,
		Help: "correct the reference, or add the asset to the run",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `<!-- asset.json -->
{
  "Type": "com.apple.asset.credential.scep",
  "Identifier": "org.corp.asset.scep",
  "Payload": {"Reference": {"DataURL": "https://mdm.corp.example/scep.json"}}
}
<!-- identity.json -->
{
  "Type": "com.apple.configuration.security.identity",
  "Identifier": "org.corp.identity",
  "Payload": {"CredentialAssetReference": "org.corp.scep"}
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
			p.RequestFact(declarationFoldedFact, strings.ToLower(r.id))
			for _, t := range r.types {
				p.RequestFact(assetFolderFact, pair(t, folder(p)))
			}
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		for _, r := range assetReferencesOf(p) {
			if count, _ := p.ImportFact(declarationFact, r.id); count > 0 {
				continue
			}
			if count, places := p.ImportFact(declarationFoldedFact, strings.ToLower(r.id)); count > 0 {
				f := p.Value(r.node, "`%s` %q differs only in case from an `Identifier` of the run", referenceKey(r.node), excerpt(p, r.id))
				f.WithHelp("write the reference exactly like the Identifier").RelatedTo(places, "the Identifier in another case").Severity = checker.Warning
				continue
			}
			for _, t := range r.types {
				if count, places := p.ImportFact(assetFolderFact, pair(t, folder(p))); count > 0 {
					p.Value(r.node, "`%s` %q is not the `Identifier` of an asset of the run", referenceKey(r.node), excerpt(p, r.id)).
						RelatedTo(places, "an asset of the same folder")
					break
				}
			}
		}
		return nil
	},
}
