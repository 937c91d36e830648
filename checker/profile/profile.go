// Package profile reads Apple configuration profiles: XML and binary property
// lists, signed or not, and the JSON documents of declarative management that
// stand for SCEP payloads, into trees of values that know their bytes, and
// gives a typed view of the SCEP payloads in them.
package profile

import (
	"bytes"
	"fmt"
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

	common *commonSecrets // if other profiles have places in the same text

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
	var made struct { // at one go
		Profile
		Source
	}
	p, src := &made.Profile, &made.Source
	p.Source = src
	src.Name, src.Text, src.Leading, src.Encoding = name, text, NoSpan, Encoding{Name: "UTF-8", Span: NoSpan}
	src.arena = arenas.Get().(*arena)
	src.chunks = take(&src.arena.chunks)
	if list := src.embedded(); list != nil {
		return list, nil
	}
	root, err := src.read()
	p.Declaration = src.declaration
	if p.Declaration == "" {
		var list []*Profile
		if err != nil {
			list = src.exportedText()
		} else if root.Get("PayloadContent") == nil {
			list = src.exported(root)
		}
		if list != nil {
			return list, nil
		}
	}
	if err != nil {
		p.Err = err
		return []*Profile{p}, err
	}
	p.Root = root
	return []*Profile{p}, nil
}

// read unwraps the document and hands it to the reader of its form.
func (s *Source) read() (*Node, *SyntaxError) {
	if len(s.Text) > MaxSize {
		return nil, s.refuse("the file has %d bytes; %d is the most that is read", len(s.Text), MaxSize)
	}
	for {
		head := s.Text[:min(len(s.Text), 64)]
		var content []byte
		var err error
		switch {
		case bytes.HasPrefix(head, []byte("bplist")):
			return s.readBinary()
		case bytes.HasPrefix(head, []byte("-----BEGIN")):
			content, err = pemContent(s.Text)
		case len(head) > 1 && head[0] == 0x30 && (head[1] >= 0x80 || len(s.Text) == int(head[1])+2):
			content, err = signedContent(s.Text)
			s.messages = append(s.messages, s.Text)
			s.Signatures++
		default:
			if opensObject(s.Text) && speaksOfSCEP(s.Text, false) {
				if root, err := s.readJSON(); s.declaration != "" {
					return root, err
				}
			}
			return s.readXML()
		}
		if err != nil {
			s.damaged = announcesSigned(s.Text)
			return nil, s.refuse("%v", err)
		}
		if s.Signatures > maxSignatures {
			return nil, s.refuse("more than %d CMS messages around one another", maxSignatures)
		}
		s.Text = content
	}
}

// refuse is a SyntaxError about the document as a whole.
func (s *Source) refuse(format string, args ...any) *SyntaxError {
	return &SyntaxError{Source: s, Span: NoSpan, Message: fmt.Sprintf(format, args...)}
}

func (s *Source) readXML() (*Node, *SyntaxError) {
	text := s.Text
	if s.within == nil || !s.within.at.Valid() { // else it was text before, whatever it says
		var err error
		if text, s.Encoding, err = toUTF8(s.Text); err != nil {
			return nil, s.refuse("%v", err)
		}
	}
	s.Text = text
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(text[:min(len(text), 512)], []byte(byteOrderMark)), " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '<' {
		if what := foreign(text, trimmed); what != "" {
			err := s.refuse("%s", what)
			err.Span = Span{0, 0}
			return nil, err
		}
	}
	a := s.arena
	if a == nil || a.scanner.src != nil { // that of a document which led here
		a = new(arena)
	}
	sc := &a.scanner
	sc.src, sc.text, sc.seen = s, alias(text), a.seen[:0]
	sc.chunk = newChunk(min(max(len(text)/48, 32), 4096))
	root, fault := sc.scan()
	s.chunks = append(s.chunks, sc.chunk)
	return root, fault
}

// foreign names the usual things that are found in the place of a profile; ""
// if the XML scanner may say something better.
func foreign(text, head []byte) string {
	has := func(prefix string) bool { return bytes.HasPrefix(head, []byte(prefix)) }
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return "the file is empty"
	case len(bytes.Trim(text[:min(len(text), 512)], "\x00")) == 0:
		return "the file holds NUL bytes instead of a profile; it is damaged"
	case has("{{"), has("{%"), has("{#"):
		return ""
	case has("{"), has("["):
		return "this is JSON or an OpenStep property list, not an XML or binary property list; devices read the latter two only"
	case has("("):
		return "this is an OpenStep property list, not an XML or binary one; devices read the latter two only"
	case has("PK\x03\x04"):
		return "this is a ZIP archive, not a profile; unpack it first"
	case has("\x1f\x8b"):
		return "this is a gzip file, not a profile; unpack it first"
	case has("\x00\x05\x16\x07"), has("\x00\x05\x16\x00"):
		return "this is an AppleDouble file, which macOS leaves beside a file copied to another file system; delete it"
	case has("version https://git-lfs"):
		return "this is a Git LFS pointer, not the profile itself; run git lfs pull"
	case has("MIME-Version:"), has("Content-Type:"):
		return "this is an S/MIME message; profiles are signed in DER form, as openssl cms -sign -nodetach -outform DER does"
	case has("<<<<<<<"):
		return "a merge conflict is left in the file; resolve it"
	case bytes.IndexByte(text[:min(len(text), 512)], 0) >= 0:
		return "this is a binary file of another kind, not a property list"
	case bytes.Contains(text, []byte("<plist")):
		return ""
	}
	return "this is not a property list; a profile begins with <?xml or <plist, with bplist00, or is a CMS signature"
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
			p.acme = []ACME{newACME(Payload{Node: p.Root, Keys: p.Root.common()})}
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
	if a := p.arena(); a != nil {
		p.payloads, p.scep = take(&a.payloads), take(&a.scep)
	}
	p.payloads = slices.Grow(p.payloads, content.Len())
	for n := range content.Children() {
		if n.Kind != Dict {
			continue
		}
		payload := Payload{Node: n, Index: int(n.index), Keys: n.common()}
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

// common finds the common keys of a payload in one pass, the last one of
// doubled keys.
func (n *Node) common() (keys CommonKeys) {
	for c := n.first; c != nil; c = c.next {
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
	payload := Payload{Node: p.Root, Keys: p.Root.common(), As: TypeSCEP}
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
