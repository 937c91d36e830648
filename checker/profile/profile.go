// Package profile reads Apple configuration profiles: XML and binary property
// lists, signed or not, and the JSON documents of declarative management that
// stand for SCEP payloads, into trees of values that know their bytes, and
// gives a typed view of the SCEP payloads in them.
package profile

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strings"
	"sync"
)

// Profile is one configuration profile, or a declarative document, as it was
// read.
type Profile struct {
	Source *Source
	Root   *Node        // nil if the document is no property list
	Err    *SyntaxError // why it is none

	// Declaration is one of the constants, as DeclarationCredential, for a document
	// of declarative device management, and "" for a profile.
	Declaration string

	// Export is what another system tells that wrote the profile down, in a
	// document of its own; nil for a plain profile.
	Export *Export

	// SharedSecrets are set if other profiles have locations in the same text.
	SharedSecrets *Shared

	messages [][]byte // the CMS messages around the text, the outermost first
	damaged  bool     // one of them cannot be read

	once     sync.Once
	payloads []Payload
	scep     []SCEP
	acme     []ACME

	// What is found when it is first asked for.
	foundCertificates, parsedCertificates, foundReferences bool
	certificates                                           []Certificate
	digests                                                map[string]map[string][]int // by algorithm and digest, places in certificates
	references                                             []Reference
	secrets                                                *Secrets
	verified                                               bool
	signatures                                             []Signature
}

// Payload is one element of a profile's PayloadContent.
type Payload struct {
	Node                   *Node // a dict
	Index                  int
	Type, Identifier, UUID string // "" where absent, or of another type than string
	As                     string // the type that it is checked as: Type, or TypeSCEP where it is meant to be one
	Keys                   CommonKeys
}

// CommonKeys are the values of keys that many rules ask for, nil where absent,
// so that they need not be searched for again and again: those that every
// payload must have, and the usual references to an identity.
type CommonKeys struct {
	Type, Version, Identifier, UUID         *Node
	Content                                 *Node // PayloadContent
	PayloadCertificate, IdentityCertificate *Node // PayloadCertificateUUID, IdentityCertificateUUID
}

// Parse reads the profiles of a document; name is what messages call it. The
// text belongs to the result and must not be changed afterwards.
//
// The error is a *SyntaxError if the document is not a property list that
// devices read. The result then still holds one Profile, without a Root, so
// that the error can be reported like any finding. Of an export, which other
// systems write, it holds all profiles; those that cannot be read have an Err,
// and it is no error of the whole.
func Parse(name string, text []byte) ([]*Profile, error) {
	src := newSource(name, text)
	p := Read(src)
	if p.Declaration == "" {
		var list []*Profile
		d := &document{Source: src}
		if p.Err != nil {
			list = d.exportedText()
		} else if p.Root.Get("PayloadContent") == nil {
			list = d.exported(p.Root)
		}
		if list != nil {
			return list, nil
		}
	}
	if p.Err != nil {
		return []*Profile{p}, p.Err
	}
	return []*Profile{p}, nil
}

// Read reads the one profile that a document holds, as it is or signed. If the
// document is not a property list, the profile has no Root, and an Err.
func Read(src *Source) *Profile {
	p := &Profile{Source: src}
	p.Root, p.Err = p.read()
	return p
}

// read unwraps the document and parses it by its form.
func (p *Profile) read() (*Node, *SyntaxError) {
	src := p.Source
	if len(src.Text) > MaxSize {
		return nil, src.Errorf("the file has %d bytes; %d is the most that is read", len(src.Text), MaxSize)
	}
	for {
		head := src.Text[:min(len(src.Text), 64)]
		var content []byte
		var err error
		switch {
		case bytes.HasPrefix(head, []byte("bplist")):
			return ParseBinary(src)
		case bytes.HasPrefix(head, []byte("-----BEGIN")):
			content, err = pemContent(src.Text)
		case len(head) > 1 && head[0] == 0x30 && (head[1] >= 0x80 || len(src.Text) == int(head[1])+2):
			content, err = signedContent(src.Text)
			p.messages = append(p.messages, src.Text)
			src.Signatures++
		default:
			if opensObject(src.Text) && mentionsSCEP(src.Text, false) {
				if root, err := p.readDeclaration(); p.Declaration != "" {
					return root, err
				}
			}
			return ParseXML(src)
		}
		if err != nil {
			p.damaged = announcesSigned(src.Text)
			return nil, src.Errorf("%v", err)
		}
		if src.Signatures > maxSignatures {
			return nil, src.Errorf("more than %d CMS messages around one another", maxSignatures)
		}
		src.Text = content
	}
}

// maxSignatures is the maximum number of CMS messages around one profile.
const maxSignatures = 8

// readDeclaration parses a JSON document if it is a declaration about SCEP or
// ACME: then Declaration is set. Other JSON is left for other readers.
func (p *Profile) readDeclaration() (*Node, *SyntaxError) {
	src := p.Source
	root, err := ParseJSON(src)
	if p.Declaration = declarationOf(root); p.Declaration == "" && err != nil && mentionsSCEP(src.Text, true) {
		p.Declaration = DeclarationCredential // as far as one can tell of a broken one
	}
	switch {
	case p.Declaration == "":
		src.Form, src.Encoding.Mark, src.Templates = FormXML, false, nil
		return nil, nil
	case err != nil:
		return nil, err
	}
	return root, nil
}

// Damaged reports whether the document cannot be read because a signature
// around it is truncated or corrupt.
func (p *Profile) Damaged() bool { return p.damaged }

// Release gives the memory of the profile's nodes back, for other profiles to
// use. Nothing of the profile may be used afterwards: no node, no payload, no
// text of one. Profiles that are not released are left to the collector.
func (p *Profile) Release() {
	p.Source.Release()
	p.Root, p.payloads, p.scep, p.acme = nil, nil, nil, nil
	p.certificates, p.digests, p.references, p.secrets, p.signatures = nil, nil, nil, nil, nil
}

// Fault gives the first error of syntax; nil if there is none.
func (p *Profile) Fault() *SyntaxError {
	if len(p.Source.Faults) > 0 {
		return p.Source.Faults[0]
	}
	return p.Err
}

// Payloads gives the payloads of the profile in order. Elements that are no
// dicts are left out; Index still counts them.
func (p *Profile) Payloads() []Payload {
	p.once.Do(p.view)
	return p.payloads
}

// SCEP gives the typed view of the profile's SCEP payloads.
func (p *Profile) SCEP() []SCEP {
	p.once.Do(p.view)
	return p.scep
}

func (p *Profile) view() {
	if p.Declaration != "" {
		if p.Declaration == DeclarationCredential && p.Root.Is(Dict) {
			p.scep = []SCEP{newCredential(p.Root)}
		}
		if p.Declaration == DeclarationACME && p.Root.Is(Dict) {
			p.acme = []ACME{newACME(Payload{Node: p.Root, Keys: commonKeys(p.Root)})}
			p.acme[0].declarative = true
		}
		return
	}
	content := p.Root.Get("PayloadContent")
	if !content.Is(Array) {
		if bare, ok := p.bare(); ok {
			p.scep = []SCEP{bare}
		}
		return
	}
	p.payloads = slices.Grow(p.payloads, content.Len())
	for n := range content.Children() {
		if n.Kind != Dict {
			continue
		}
		payload := Payload{Node: n, Index: n.Index(), Keys: commonKeys(n)}
		payload.Type, _ = payload.Keys.Type.Str()
		payload.Identifier, _ = payload.Keys.Identifier.Str()
		payload.UUID, _ = payload.Keys.UUID.Str()
		payload.As = payload.meant(p.Lossy())
		p.payloads = append(p.payloads, payload)
		if payload.As == TypeSCEP && !(p.Lossy() && !n.Get("PayloadContent").Is(Dict)) { // there nothing is known of it
			p.scep = append(p.scep, newSCEP(payload))
		}
		if payload.Type == TypeACME {
			p.acme = append(p.acme, newACME(payload))
		}
	}
}

// commonKeys finds the common keys of a payload in one pass, the last one of
// doubled keys.
func commonKeys(n *Node) (keys CommonKeys) {
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

// bare gives the SCEP payload that stands in the place of a profile: as a payload
// of its own, or as nothing but its settings.
func (p *Profile) bare() (SCEP, bool) {
	if !p.Root.Is(Dict) || p.Export != nil {
		return SCEP{}, false
	}
	payload := Payload{Node: p.Root, Keys: commonKeys(p.Root), As: TypeSCEP}
	payload.Type, _ = payload.Keys.Type.Str()
	payload.Identifier, _ = payload.Keys.Identifier.Str()
	payload.UUID, _ = payload.Keys.UUID.Str()
	content := payload.Keys.Content
	switch {
	case content.Is(Dict) && (NearSCEP(payload.Type) || payload.Keys.Type == nil && scepShaped(content)):
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
	return p.Root.Get("PayloadType").Text() == "Profile Service" && p.Root.Get("PayloadContent").Is(Dict)
}

// Foreign says what a property list is that is no configuration profile, or ""
// if it is meant to be one.
func (p *Profile) Foreign() string {
	root := p.Root
	switch {
	case root == nil, root.Kind == Template, p.Declaration != "":
		return ""
	case p.Export != nil && p.Export.Nothing != "":
		return p.Export.Nothing
	case p.Lossy():
		return ""
	case root.Kind != Dict:
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

// Secrets returns the secrets of the profile, which are searched for once.
func (p *Profile) Secrets() *Secrets {
	if p.secrets == nil {
		if p.SharedSecrets != nil {
			p.secrets = p.SharedSecrets.Find(p.Source)
		} else {
			p.secrets = findSecrets(p.Source, p.Root)
		}
	}
	return p.secrets
}

// Signatures verifies the CMS messages around the profile, the outermost first.
// Whether a signer is trusted, and its certificate in force, is not looked at.
func (p *Profile) Signatures() []Signature {
	if p == nil {
		return nil
	}
	if p.verified {
		return p.signatures
	}
	p.verified = true
	for _, message := range p.messages {
		p.signatures = append(p.signatures, verify(message))
	}
	return p.signatures
}

// NoSecrets returns no secrets: it is for those who asked to see everything.
func (p *Profile) NoSecrets() *Secrets { return None(p.Source) }

// SignerCertificates gives the certificates of those who signed the CMS messages
// around the profile, the outermost first, as far as the messages hold them. The
// signatures are not verified for it.
func (p *Profile) SignerCertificates() (list []*x509.Certificate) {
	if p == nil {
		return nil
	}
	for _, message := range p.messages {
		list = append(list, SignerCertificates(message)...)
	}
	return list
}
