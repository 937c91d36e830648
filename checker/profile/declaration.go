package profile

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/plist"
)

// The documents of declarative device management that are read, by their names
// in Apple's schema.
const (
	declarationCredential = "com.apple.credential.scep"       // the settings of a SCEP identity
	declarationAsset      = "com.apple.asset.credential.scep" // references the URL of the settings
	declarationACME       = "com.apple.credential.acme"       // the settings of an ACME identity
)

// AssetTypePrefix begins the types of assets, which configurations reference.
const AssetTypePrefix = "com.apple.asset."

// declarationPrefixes begin the types of declarations.
var declarationPrefixes = []string{AssetTypePrefix, "com.apple.configuration.", "com.apple.activation.", "com.apple.management."}

func isDeclarationType(name string) bool {
	return slices.ContainsFunc(declarationPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// mentionsDeclaration reports whether JSON may be a declaration of any type.
func mentionsDeclaration(text []byte) bool {
	return bytes.Contains(text, []byte(`"Payload"`)) &&
		slices.ContainsFunc(declarationPrefixes, func(prefix string) bool { return bytes.Contains(text, []byte(`"`+prefix)) })
}

var declarationType = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"Type"\s*:\s*"(com\.apple\.[A-Za-z0-9.-]{1,100})"`) })

// brokenDeclaration returns the type of a malformed declaration, or "".
func brokenDeclaration(text []byte) string {
	if mentionsSCEP(text, true) {
		return declarationCredential // as far as one can tell
	}
	if found := declarationType().FindSubmatch(text); found != nil && mentionsDeclaration(text) && isDeclarationType(string(found[1])) {
		return string(found[1])
	}
	return ""
}

// checkedTypes are the types of configurations that use accounts, identities, and
// certificates. Others are checked if they reference an asset.
var checkedTypes = []string{
	"com.apple.configuration.account.caldav", "com.apple.configuration.account.carddav",
	"com.apple.configuration.account.exchange", "com.apple.configuration.account.google",
	"com.apple.configuration.account.ldap", "com.apple.configuration.account.mail",
	"com.apple.configuration.account.subscribed-calendar", "com.apple.configuration.extensible-sso",
	"com.apple.configuration.network.dns-proxy", "com.apple.configuration.network.dns-settings",
	"com.apple.configuration.network.relay", "com.apple.configuration.network.vpn.always-on",
	"com.apple.configuration.network.vpn.ikev2", "com.apple.configuration.network.vpn.ipsec",
	"com.apple.configuration.network.vpn.vpn-plugin", "com.apple.configuration.security.certificate",
	"com.apple.configuration.security.identity", "com.apple.configuration.security.passkey.attestation",
	"com.apple.configuration.watch.enrollment", "com.apple.configuration.webcontent-filter.plugin",
}

func hasCheckedType(name string) bool {
	return strings.HasPrefix(name, AssetTypePrefix) || slices.Contains(checkedTypes, name)
}

// IsSCEPAsset reports whether the document is an asset that references the URL of the
// settings of a SCEP identity.
func (p *Profile) IsSCEPAsset() bool { return p.Declaration == declarationAsset }

// IsACMESettings reports whether the document is the settings of an ACME identity.
func (p *Profile) IsACMESettings() bool { return p.Declaration == declarationACME }

// IsUnchecked reports whether a document is a declaration that nothing is checked
// in: neither about SCEP or ACME, nor an asset, nor a reference to one.
func (p *Profile) IsUnchecked() bool {
	if !isDeclarationType(p.Declaration) || hasCheckedType(p.Declaration) || p.Err != nil {
		return false
	}
	for range p.AssetReferences() {
		return false
	}
	return true
}

// IsAboutIdentity reports whether a declaration is, or references, the settings of a
// SCEP or ACME identity, rather than an asset in general.
func (p *Profile) IsAboutIdentity() bool {
	return p.Declaration == declarationCredential || p.Declaration == declarationAsset || p.Declaration == declarationACME
}

// AssetReferences yields the values of a declaration that hold the Identifier of an
// asset: those whose key, or that of the array around them, ends as all such keys of
// Apple's schema do.
func (p *Profile) AssetReferences() iter.Seq[*plist.Node] {
	return func(yield func(*plist.Node) bool) {
		var walk func(n *plist.Node) bool
		walk = func(n *plist.Node) bool {
			for c := range n.Children() {
				_, text := c.Str()
				if text && (strings.HasSuffix(c.Key, "AssetReference") || strings.HasSuffix(n.Key, "AssetReferences")) && !yield(c) || !walk(c) {
					return false
				}
			}
			return true
		}
		if isDeclarationType(p.Declaration) {
			walk(p.Root.Get("Payload"))
		}
	}
}

// WrapperKeys are keys around the settings of a SCEP payload in a profile, or
// around those of a declaration, that a credential document does not have.
var WrapperKeys = []string{
	"PayloadContent", "PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName",
	"PayloadDescription", "PayloadOrganization", "PayloadEnabled", "PayloadScope", "Payload", "Type", "Identifier", "ServerToken",
}

// opensObject reports whether a text may be a JSON object with a key in it.
func opensObject(text []byte) bool {
	head := bytes.TrimLeft(bytes.TrimPrefix(text[:min(len(text), 512)], []byte(plist.ByteOrderMark)), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	head = bytes.TrimLeft(head[1:], " \t\r\n")
	return len(head) > 0 && head[0] == '"'
}

// mentionsSCEP reports whether JSON may be a declaration about SCEP, by the
// names in it; surely, if it is malformed and only the names are known.
func mentionsSCEP(text []byte, surely bool) bool {
	quoted := func(name string) bool { return bytes.Contains(text, []byte(`"`+name+`"`)) }
	if quoted(declarationCredential) || quoted(declarationAsset) {
		return true
	}
	if !surely && (quoted(declarationACME) || quoted("DirectoryURL") || quoted("HardwareBound")) {
		return true
	}
	found := 0
	for _, k := range SCEPKeys {
		if quoted(k.Name) {
			found++
		}
	}
	return found > 1 || found > 0 && !surely
}

// distinctKeys are keys of SCEP settings whose names are no common words.
var distinctKeys = []string{"Keysize", "Key Usage", "Key Type", "CAFingerprint", "SubjectAltName", "RetryDelay", "KeyIsExtractable", "AllowAllAppsAccess"}

// IsDistinct reports whether a declaration is one to check beyond doubt. JSON
// about something else may have a URL, too.
func (p *Profile) IsDistinct() bool {
	if isDeclarationType(p.Declaration) {
		return hasCheckedType(p.Declaration) || bytes.Contains(p.Source.Text, []byte("AssetReference"))
	}
	quoted := func(name string) bool { return bytes.Contains(p.Source.Text, []byte(`"`+name+`"`)) }
	return p.Declaration == declarationACME || quoted(declarationCredential) || quoted(declarationAsset) || slices.ContainsFunc(distinctKeys, quoted)
}

// declarationOf returns which kind of declaration a tree is, or "".
func declarationOf(root *plist.Node) string {
	switch kind, _ := root.Get("Type").Str(); {
	case kind == declarationAsset:
		return declarationAsset
	case kind == declarationCredential:
		return declarationCredential
	case kind == declarationACME, kind == "" && holdsACME(root):
		return declarationACME
	case isDeclarationType(kind) && root.Get("Payload").Is(plist.Dict):
		return kind
	case strings.HasPrefix(kind, "com.apple."): // another document
		return ""
	}
	for _, n := range []*plist.Node{root, root.Get("PayloadContent"), root.At("PayloadContent", "PayloadContent"), root.Get("Payload")} {
		if HoldsSCEP(n) {
			return declarationCredential
		}
	}
	return ""
}

// holdsACME reports whether a dictionary contains settings of ACME: the URL or
// HardwareBound, whose names are distinct, and two others.
func holdsACME(n *plist.Node) bool {
	found := 0
	for _, key := range []string{"DirectoryURL", "ClientIdentifier", "KeyType", "KeySize", "HardwareBound"} {
		if n.Get(key) != nil {
			found++
		}
	}
	return found > 2 && (n.Get("DirectoryURL") != nil || n.Get("HardwareBound") != nil)
}

// HoldsSCEP reports whether a dictionary contains settings of SCEP: a URL, or
// two others, since some of their names are common words. ACME has a few of
// them, too.
func HoldsSCEP(n *plist.Node) bool {
	if !n.Is(plist.Dict) {
		return false
	}
	if n.Get("URL") != nil {
		return true
	}
	if n.Get("DirectoryURL") != nil || n.Get("ClientIdentifier") != nil {
		return false
	}
	found := 0
	for _, k := range SCEPKeys {
		if n.Get(k.Name) != nil {
			found++
		}
	}
	return found > 1
}
