package rules

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

// What the rules over the declarations of a run share: which declarations there are,
// and which assets they reference.

var (
	refDeclarations = checker.Ref{
		Title: "Apple device management schema: declarations",
		URL:   "https://github.com/apple/device-management/tree/release/declarative/declarations",
	}
	refAssets = checker.Ref{
		Title: "Apple documentation: leveraging the declarative management data model",
		URL:   "https://developer.apple.com/documentation/devicemanagement/leveraging-the-declarative-management-data-model-to-scale-devices",
	}
)

// The kinds of facts about declarations.
const (
	declarationFact       = "declaration Identifier"                    // value: an Identifier
	declarationTypeFact   = "declaration Identifier and type"           // value: a type, and an Identifier
	declarationFoldedFact = "declaration Identifier without case"       // value: an Identifier in lower case
	assetFolderFact       = "type of an asset in a folder"              // value: a type, and a folder
	declarationFolderFact = "declaration Identifier in a single folder" // value: an Identifier, and a folder; with the content
)

// pair joins two values of a fact.
func pair(a, b string) string { return a + "\x00" + b }

// folder is the folder of a file, in which a set of declarations lies.
func folder(p *checker.Pass) string { return path.Dir(filepath.ToSlash(p.Profile.Source.Name)) }

// declarationIdentifier is the Identifier of a declaration, if it can be compared
// with those of others.
func declarationIdentifier(p *profile.Profile) (*profile.Node, string) {
	n := p.Root.Get("Identifier")
	id, ok := n.Str()
	if p.Root.Get("Type") == nil || !ok || !isComparable(p.Root, id) {
		return nil, ""
	}
	return n, id
}

// exportDeclaration exports the facts by which references find a declaration.
func exportDeclaration(p *checker.Pass) {
	_, id := declarationIdentifier(p.Profile)
	if id == "" {
		return
	}
	kind := p.Profile.Declaration
	p.ExportPassiveFact(declarationFact, id)
	p.ExportPassiveFact(declarationTypeFact, pair(kind, id))
	p.ExportPassiveFact(declarationFoldedFact, strings.ToLower(id))
	if strings.HasPrefix(kind, profile.AssetTypePrefix) {
		p.ExportPassiveFact(assetFolderFact, pair(kind, folder(p)))
	}
}

// assetReference is a value that holds the Identifier of an asset.
type assetReference struct {
	node  *profile.Node
	id    string
	types []string // those that the asset may have
	known bool     // types are those that Apple's schema names, not all
}

// assetReferencesOf gives the references of a declaration to assets, of a type that
// Apple's schema has, as far as their values are known.
func assetReferencesOf(p *checker.Pass) []assetReference {
	return p.Share(assetReferencesKey{}, func() any { return findAssetReferences(p) }).([]assetReference)
}

// assetReferencesKey is what the references of a declaration are shared under.
type assetReferencesKey struct{}

// maxAssetReferences is how many references of one declaration are followed.
const maxAssetReferences = 1000

func findAssetReferences(p *checker.Pass) (list []assetReference) {
	t := schema.Declaration(p.Profile.Declaration)
	if t == nil {
		return nil
	}
	for n := range p.Profile.AssetReferences() {
		id, _ := n.Str()
		if !isComparable(n.Parent(), id) || len(list) == maxAssetReferences {
			continue
		}
		types, known := assetTypesOf(n, t)
		list = append(list, assetReference{n, id, types, known})
	}
	return list
}

// identityAssets are the types of assets that hold an identity.
var identityAssets = []string{"com.apple.asset.credential.acme", "com.apple.asset.credential.identity", "com.apple.asset.credential.scep"}

// assetTypes are all types of assets.
var assetTypes = sync.OnceValue(func() (list []string) {
	for _, name := range schema.DeclarationTypes() {
		if strings.HasPrefix(name, profile.AssetTypePrefix) {
			list = append(list, name)
		}
	}
	return list
})

// assetTypesOf gives the types that the asset of a reference may have, and whether
// they are fewer than all.
func assetTypesOf(n *profile.Node, t *schema.Type) (types []string, known bool) {
	if n.Key == "" {
		n = n.Parent() // of a list
	}
	if k := schemaKeyOf(n, t); k != nil && len(k.AssetTypes) > 0 {
		return k.AssetTypes, true
	}
	if strings.HasSuffix(n.Key, "IdentityAssetReference") {
		return identityAssets, true
	}
	return assetTypes(), false
}

// schemaKeyOf gives the key of a declaration's schema that a value has, or nil.
func schemaKeyOf(n *profile.Node, t *schema.Type) *schema.Key {
	var steps []*profile.Node // from the inside, up to Payload
	for ; n.Parent() != nil && n.Parent().Parent() != nil; n = n.Parent() {
		steps = append(steps, n)
	}
	keys := &t.Keys
	var k *schema.Key
	for _, step := range slices.Backward(steps) {
		if step.Key == "" {
			if k == nil || k.Items == nil {
				return nil
			}
			k = k.Items
		} else if k = keys.Get(step.Key); k == nil {
			return nil
		}
		keys = &k.Keys
	}
	return k
}
