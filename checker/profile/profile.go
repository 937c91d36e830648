// Package profile reads a document into a configuration profile: its payloads,
// with typed views of SCEP and ACME, its certificates, and the references between
// them.
package profile

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/cms"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/schema"
	"github.com/sceplint/sceplint/checker/secret"
)

// Profile is one configuration profile, or a declaration, as it was read.
type Profile struct {
	Source *plist.Source
	Root   *plist.Node        // nil if the document is not a property list
	Err    *plist.SyntaxError // why it is not

	// Declaration is the type of a document of declarative device management, such
	// as com.apple.credential.scep, and "" for a profile.
	Declaration string

	// Export is what another system states about the profile, in a document of its
	// own; nil for a plain profile.
	Export *Export

	// SharedSecrets are set if other profiles have locations in the same text.
	SharedSecrets *secret.Shared

	messages [][]byte // the CMS messages around the text, the outermost first
	damaged  bool     // one of them cannot be read
	lists    *lists   // memory for what is found; nil: none

	once     sync.Once
	payloads []Payload
	scep     []SCEP
	acme     []ACME

	// foundCertificates and the fields after it are set on first use.
	foundCertificates, parsedCertificates, foundReferences bool
	certificates                                           []Certificate
	digests                                                map[string]map[string][]int // by algorithm and digest, indices of certificates
	references                                             []Reference
	brokenIdentity                                         bool // as BrokenIdentity tells
	secrets                                                *secret.Secrets
	verified                                               bool
	signatures                                             []cms.Signature
}

// Payload is one element of a profile's PayloadContent.
type Payload struct {
	Node                   *plist.Node // a dictionary
	Index                  int
	Type, Identifier, UUID string       // "" if missing, or not a string
	As                     string       // the type that it is checked as: Type, or TypeSCEP if that is intended
	Schema                 *schema.Type // of Type; nil if Apple's schema does not have it
	Keys                   CommonKeys
}

// CommonKeys are the values of keys that many rules need, nil if missing, so
// that they are searched for once: those that every payload must have, and the
// usual references to an identity.
type CommonKeys struct {
	Type, Version, Identifier, UUID         *plist.Node
	Content                                 *plist.Node // PayloadContent
	PayloadCertificate, IdentityCertificate *plist.Node // PayloadCertificateUUID, IdentityCertificateUUID
}

// Read reads the one profile in a document, signed or not. If the document is
// not a property list, the profile has no Root, and an Err.
func Read(src *plist.Source) *Profile {
	p := &Profile{Source: src, lists: freeLists.Get().(*lists)}
	p.Root, p.Err = p.read()
	return p
}

// read unwraps the document and parses it by its form.
func (p *Profile) read() (*plist.Node, *plist.SyntaxError) {
	src := p.Source
	if len(src.Text) > plist.MaxSize {
		return nil, src.Errorf("file of %d bytes is too large; at most %d are read", len(src.Text), plist.MaxSize).WithHelp("split the file")
	}
	for {
		head := src.Text[:min(len(src.Text), 64)]
		var content []byte
		var err error
		switch {
		case bytes.HasPrefix(head, []byte("bplist")):
			return plist.ParseBinary(src)
		case bytes.HasPrefix(head, []byte("-----BEGIN")):
			content, err = cms.DecodePEM(src.Text)
		case len(head) > 1 && head[0] == 0x30 && (head[1] >= 0x80 || len(src.Text) == int(head[1])+2):
			content, err = cms.Content(src.Text)
			p.messages = append(p.messages, src.Text)
			src.Signatures++
		default:
			if opensObject(src.Text) && (mentionsSCEP(src.Text, false) || mentionsDeclaration(src.Text)) {
				if root, err := p.readDeclaration(); p.Declaration != "" {
					return root, err
				}
			}
			return plist.ParseXML(src)
		}
		if err != nil {
			p.damaged = cms.IsSigned(src.Text)
			return nil, src.Errorf("%v", err).WithHelp("%s", cms.Help(err))
		}
		if src.Signatures > maxSignatures {
			return nil, src.Errorf("signed more than %d times", maxSignatures).WithHelp("sign the profile once")
		}
		src.Text = content
	}
}

// maxSignatures is the maximum number of CMS messages around one profile.
const maxSignatures = 8

// readDeclaration parses a JSON document if it is a declaration, or the settings
// of SCEP or ACME: then Declaration is set. Other JSON is left to other readers.
func (p *Profile) readDeclaration() (*plist.Node, *plist.SyntaxError) {
	src := p.Source
	root, err := plist.ParseJSON(src)
	if p.Declaration = declarationOf(root); p.Declaration == "" && err != nil {
		p.Declaration = brokenDeclaration(src.Text)
	}
	switch {
	case p.Declaration == "":
		src.Form, src.Encoding.Mark, src.Templates = plist.FormXML, false, nil
		return nil, nil
	case err != nil:
		return nil, err
	}
	return root, nil
}

// Damaged reports whether the document cannot be read because a signature
// around it is truncated or corrupt.
func (p *Profile) Damaged() bool { return p.damaged }

// Release returns the memory of the profile's nodes for use by other profiles.
// Nothing of the profile may be used afterwards: no node, no payload, no text.
// Profiles that are not released are left to the garbage collector.
func (p *Profile) Release() {
	p.Source.Release()
	if l := p.lists; l != nil {
		giveBack(&l.payloads, p.payloads)
		giveBack(&l.scep, p.scep)
		giveBack(&l.certificates, p.certificates)
		giveBack(&l.references, p.references)
		freeLists.Put(l)
	}
	p.lists = nil
	p.Root, p.payloads, p.scep, p.acme = nil, nil, nil, nil
	p.certificates, p.digests, p.references, p.secrets, p.signatures = nil, nil, nil, nil, nil
}

// Fault returns the first syntax error; nil if there is none.
func (p *Profile) Fault() *plist.SyntaxError {
	if len(p.Source.Faults) > 0 {
		return p.Source.Faults[0]
	}
	return p.Err
}

// Payloads returns the payloads of the profile in order. Elements that are not
// dictionaries are skipped; Index still counts them.
func (p *Profile) Payloads() []Payload {
	p.once.Do(p.view)
	return p.payloads
}

// SCEP returns the typed view of the profile's SCEP payloads.
func (p *Profile) SCEP() []SCEP {
	p.once.Do(p.view)
	return p.scep
}

func (p *Profile) view() {
	if p.Declaration != "" {
		if p.Declaration == declarationCredential && p.Root.Is(plist.Dict) {
			p.scep = []SCEP{newCredential(p.Root)}
		}
		if p.Declaration == declarationACME && p.Root.Is(plist.Dict) {
			p.acme = []ACME{newACME(Payload{Node: p.Root, Keys: commonKeys(p.Root)})}
			p.acme[0].declarative = true
		}
		return
	}
	content := p.Root.Get("PayloadContent")
	if !content.Is(plist.Array) {
		if bare, ok := p.bare(); ok {
			p.scep = []SCEP{bare}
		}
		return
	}
	if p.lists != nil {
		p.payloads, p.scep = take(&p.lists.payloads), take(&p.lists.scep)
	}
	p.payloads = slices.Grow(p.payloads, content.Len())
	for n := range content.Children() {
		if n.Kind != plist.Dict {
			continue
		}
		payload := Payload{Node: n, Index: n.Index(), Keys: commonKeys(n)}
		payload.Type, _ = payload.Keys.Type.Str()
		payload.Identifier, _ = payload.Keys.Identifier.Str()
		payload.UUID, _ = payload.Keys.UUID.Str()
		payload.Schema = schema.Payload(payload.Type)
		payload.As = payload.intendedType(p.Lossy())
		p.payloads = append(p.payloads, payload)
		if payload.As == TypeSCEP && !(p.Lossy() && !n.Get("PayloadContent").Is(plist.Dict)) { // there nothing is known of it
			p.scep = append(p.scep, newSCEP(payload))
		}
		if payload.Type == TypeACME {
			p.acme = append(p.acme, newACME(payload))
		}
	}
}

// commonKeys finds the common keys of a payload in one pass, the last one of
// duplicates.
func commonKeys(n *plist.Node) (keys CommonKeys) {
	for c := range n.Children() {
		switch c.Key {
		case "PayloadType":
			keys.Type = c
		case "PayloadVersion":
			keys.Version = c
		case "PayloadIdentifier":
			keys.Identifier = c
		case "PayloadUUID":
			keys.UUID = c
		case "PayloadContent":
			keys.Content = c
		case "PayloadCertificateUUID":
			keys.PayloadCertificate = c
		case "IdentityCertificateUUID":
			keys.IdentityCertificate = c
		}
	}
	return keys
}

// bare returns the SCEP payload that is in place of a profile: a payload without
// a profile, or only its settings.
func (p *Profile) bare() (SCEP, bool) {
	if !p.Root.Is(plist.Dict) || p.Export != nil {
		return SCEP{}, false
	}
	payload := Payload{Node: p.Root, Keys: commonKeys(p.Root), As: TypeSCEP}
	payload.Type, _ = payload.Keys.Type.Str()
	payload.Identifier, _ = payload.Keys.Identifier.Str()
	payload.UUID, _ = payload.Keys.UUID.Str()
	content := payload.Keys.Content
	switch {
	case content.Is(plist.Dict) && (nearSCEP(payload.Type) || payload.Keys.Type == nil && scepShaped(content)):
		return newSCEP(payload), true
	case content == nil && payload.Keys.Type == nil && scepShaped(p.Root):
		return settingsOf(payload, p.Root), true
	}
	return SCEP{}, false
}

// Enrollment reports whether the document is the first step of over-the-air
// enrollment, which asks a device for its attributes: a Profile Service, whose
// PayloadContent is a dictionary.
func (p *Profile) Enrollment() bool {
	return p.Root.Get("PayloadType").Text() == "Profile Service" && p.Root.Get("PayloadContent").Is(plist.Dict)
}

// Foreign says what a property list is if it is not a configuration profile, or
// "" if it is intended to be one.
func (p *Profile) Foreign() string {
	root := p.Root
	switch {
	case root == nil, root.Kind == plist.Template, p.Declaration != "":
		return ""
	case p.Export != nil && p.Export.Nothing != "":
		return p.Export.Nothing
	case p.Lossy():
		return ""
	case root.Kind != plist.Dict:
		return "a property list whose value is of type " + root.Kind.String()
	}
	for c := range root.Children() {
		switch {
		case c.Key == "PayloadContent", c.Key == "EncryptedPayloadContent":
			return ""
		case c.Key == "PayloadType" && (strings.EqualFold(c.Text(), "Configuration") || c.HasVariable()):
			return ""
		}
	}
	if root.Templated() {
		return ""
	}
	return "a property list without PayloadContent"
}

// Secrets returns the secrets of the profile, which are searched for on the
// first call.
func (p *Profile) Secrets() *secret.Secrets {
	if p.secrets == nil {
		if p.SharedSecrets != nil {
			p.secrets = p.SharedSecrets.Find(p.Source)
		} else {
			p.secrets = secret.Find(p.Source, p.Root)
		}
	}
	return p.secrets
}

// Signatures verifies the CMS messages around the profile, the outermost first.
// It does not check whether a signer is trusted, and its certificate currently
// valid.
func (p *Profile) Signatures() []cms.Signature {
	if p == nil {
		return nil
	}
	if p.verified {
		return p.signatures
	}
	p.verified = true
	for _, message := range p.messages {
		p.signatures = append(p.signatures, cms.Verify(message))
	}
	return p.signatures
}

// NoSecrets returns no secrets, for --show-secrets.
func (p *Profile) NoSecrets() *secret.Secrets { return secret.None(p.Source) }

// Signers returns the signers of the CMS messages around the profile, from the outside
// in, as far as the messages contain their certificates. The signatures are not
// verified for it.
func (p *Profile) Signers() (list []cms.Signer) {
	if p == nil {
		return nil
	}
	for _, message := range p.messages {
		for _, c := range cms.SignerCertificates(message) {
			list = append(list, cms.Signer{Certificate: c})
		}
	}
	return list
}
