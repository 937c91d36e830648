package rules

import (
	"github.com/sceplint/sceplint/checker"
)

var filesetDeclarationDuplicate = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-declaration-duplicate",
		Title:    "Identifier used by more than one declaration",
		Severity: checker.Warning,
		Doc: `What it checks: each declaration of a folder has an Identifier that no other declaration of the folder has.
Why it matters: a device identifies a declaration by its Identifier. Of two with the same Identifier only one applies, and
a reference to it may get the wrong asset.
Exceptions: not reported for declarations in different folders, such as one per environment, and for copies with the same
content. Identifiers with template text are not compared.`,
		Help: "use a unique Identifier for each declaration",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `<!-- scep.json -->
{
  "Type": "com.apple.asset.credential.scep",
  "Identifier": "org.corp.asset.identity",
  "Payload": {"Reference": {"DataURL": "https://mdm.corp.example/scep.json"}}
}
<!-- acme.json -->
{
  "Type": "com.apple.asset.credential.acme",
  "Identifier": "org.corp.asset.identity",
  "Payload": {"Reference": {"DataURL": "https://mdm.corp.example/acme.json"}}
}
`,
			Good: `<!-- scep.json -->
{
  "Type": "com.apple.asset.credential.scep",
  "Identifier": "org.corp.asset.scep",
  "Payload": {"Reference": {"DataURL": "https://mdm.corp.example/scep.json"}}
}
<!-- acme.json -->
{
  "Type": "com.apple.asset.credential.acme",
  "Identifier": "org.corp.asset.acme",
  "Payload": {"Reference": {"DataURL": "https://mdm.corp.example/acme.json"}}
}
`,
		},
		Refs:      []checker.Ref{refDeclarations, refAssets},
		Documents: checker.Declarative,
	},
	CollectFacts: func(p *checker.Pass) error {
		if n, id := declarationIdentifier(p.Profile); n != nil {
			p.ExportFactWith(declarationFolderFact, pair(id, folder(p)), content(p.Profile), n)
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		n, id := declarationIdentifier(p.Profile)
		if n == nil {
			return nil
		}
		if count, places := p.ImportConflicts(declarationFolderFact, pair(id, folder(p)), content(p.Profile)); count > 0 {
			f := p.Value(n, "duplicate declaration `Identifier` %q; also used by %s", excerpt(p, id), otherProfiles(count, places)).
				RelatedTo(places, "the same Identifier")
			p.OncePerRun(f, declarationFolderFact, pair(id, folder(p)))
		}
		return nil
	},
}
