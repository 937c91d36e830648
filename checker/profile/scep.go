package profile

import (
	"encoding/hex"
	"math"
	"strings"
	"unicode/utf8"
)

// TypeSCEP is the PayloadType of SCEP payloads.
const TypeSCEP = "com.apple.security.scep"

// SCEPKeys are the keys of a SCEP payload's PayloadContent, with the type each
// must have, as Apple's schema of com.apple.security.scep lists them.
var SCEPKeys = []struct {
	Name string
	Kind Kind
}{
	{"URL", String},
	{"Name", String},
	{"Subject", Array},
	{"Challenge", String},
	{"Keysize", Integer},
	{"Key Type", String},
	{"Key Usage", Integer},
	{"SubjectAltName", Dict},
	{"CAFingerprint", Data},
	{"Retries", Integer},
	{"RetryDelay", Integer},
	{"AllowAllAppsAccess", Boolean},
	{"KeyIsExtractable", Boolean},
}

// The values that Apple's schema gives settings that are absent.
const (
	DefaultKeysize    = 1024 // bits
	DefaultKeyType    = "RSA"
	DefaultKeyUsage   = 0
	DefaultRetries    = 3
	DefaultRetryDelay = 10 // seconds
)

// Setting is one setting of a payload as a device would take it.
type Setting[T any] struct {
	Node     *Node // as written; nil where absent
	Value    T     // effective: as written, or the default; only if Known
	Known    bool  // false where the key has the wrong type or holds a variable, or is absent without a default
	Variable bool  // holds template text, wholly or in part
}

// Set reports whether the key is written.
func (s Setting[T]) Set() bool { return s.Node != nil }

// ChallengeKind is what a Challenge holds.
type ChallengeKind string

// The kinds of challenges.
const (
	ChallengeAbsent      ChallengeKind = "absent"
	ChallengeEmpty       ChallengeKind = "empty"
	ChallengeVariable    ChallengeKind = "variable"
	ChallengePlaceholder ChallengeKind = "placeholder"
	ChallengeLiteral     ChallengeKind = "literal"
)

// SCEP is the typed view of one SCEP payload.
type SCEP struct {
	Payload
	Content *Node // the PayloadContent dict; nil where absent or no dict

	URL, Name, Challenge, KeyType          Setting[string]
	Keysize, KeyUsage, Retries, RetryDelay Setting[int64] // RetryDelay in seconds
	AllowAllAppsAccess, KeyIsExtractable   Setting[bool]
	CAFingerprint                          Fingerprint
	Subject                                Subject
	SubjectAltName                         *Node
	ChallengeKind                          ChallengeKind
}

func newSCEP(p Payload) SCEP {
	s := SCEP{Payload: p, ChallengeKind: ChallengeAbsent}
	if c := p.Node.Get("PayloadContent"); c.Is(Dict) {
		s.Content = c
	}
	get := s.Content.Get
	s.URL = text(get("URL"), "", false)
	s.Name = text(get("Name"), "", false)
	s.Challenge = text(get("Challenge"), "", false)
	s.KeyType = text(get("Key Type"), DefaultKeyType, true)
	s.Keysize = number(get("Keysize"), DefaultKeysize)
	s.KeyUsage = number(get("Key Usage"), DefaultKeyUsage)
	s.Retries = number(get("Retries"), DefaultRetries)
	s.RetryDelay = number(get("RetryDelay"), DefaultRetryDelay)
	s.AllowAllAppsAccess = flag(get("AllowAllAppsAccess"), false)
	s.KeyIsExtractable = flag(get("KeyIsExtractable"), true)
	s.CAFingerprint = newFingerprint(get("CAFingerprint"))
	s.Subject = newSubject(get("Subject"))
	s.SubjectAltName = get("SubjectAltName")
	s.ChallengeKind = challengeKind(s.Challenge)
	return s
}

func text(n *Node, fallback string, has bool) Setting[string] {
	s := Setting[string]{Node: n, Value: fallback, Known: has && n == nil}
	if n != nil {
		s.Variable = n.unrendered || n.Kind == String && HasVariable(n.text)
		if v, ok := n.Str(); ok && !s.Variable {
			s.Value, s.Known = v, true
		}
	}
	return s
}

func number(n *Node, fallback int64) Setting[int64] {
	s := Setting[int64]{Node: n, Value: fallback, Known: n == nil}
	if n != nil {
		s.Variable = n.unrendered || n.Kind == String && HasVariable(n.text)
		if v, ok := n.Int(); ok {
			s.Value, s.Known = v, true
		}
	}
	return s
}

func flag(n *Node, fallback bool) Setting[bool] {
	s := Setting[bool]{Node: n, Value: fallback, Known: n == nil}
	if n != nil {
		s.Variable = n.unrendered || n.Kind == String && HasVariable(n.text)
		if v, ok := n.Bool(); ok {
			s.Value, s.Known = v, true
		}
	}
	return s
}

func challengeKind(c Setting[string]) ChallengeKind {
	switch {
	case c.Node == nil:
		return ChallengeAbsent
	case c.Variable:
		return ChallengeVariable
	case strings.TrimSpace(c.Node.Text()) == "" && c.Node.Is(String):
		return ChallengeEmpty
	}
	if _, ok := Placeholder(c.Node.Text()); ok {
		return ChallengePlaceholder
	}
	return ChallengeLiteral
}

// Fingerprint is the digest that CAFingerprint holds: raw bytes, whose number
// tells the algorithm.
type Fingerprint struct {
	Node      *Node
	Bytes     []byte // decoded; nil where absent, no data, or a variable
	Algorithm string // "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"; "" if the bytes are no digest
	HexText   []byte // the digest, where the bytes are its hexadecimal digits as text
	Variable  bool
}

// DigestAlgorithm names the algorithm whose digest has so many bytes, or "".
func DigestAlgorithm(size int) string {
	switch size {
	case 16:
		return "MD5"
	case 20:
		return "SHA-1"
	case 28:
		return "SHA-224"
	case 32:
		return "SHA-256"
	case 48:
		return "SHA-384"
	case 64:
		return "SHA-512"
	}
	return ""
}

func newFingerprint(n *Node) Fingerprint {
	f := Fingerprint{Node: n}
	if n == nil {
		return f
	}
	f.Variable = n.unrendered || n.Kind == String && HasVariable(n.text)
	b, ok := n.Bytes()
	if !ok {
		return f
	}
	f.Bytes = b
	if f.HexText = HexDigest(string(b)); f.HexText == nil {
		f.Algorithm = DigestAlgorithm(len(b))
	}
	return f
}

// HexDigest decodes a digest written as hexadecimal text, with or without
// colons or spaces between the bytes; nil if the text is no such thing.
func HexDigest(text string) []byte {
	packed := strings.Map(func(r rune) rune {
		if r == ':' || r == ' ' || r == '-' || r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, text)
	if len(packed) > 2*64 {
		return nil
	}
	digest, err := hex.DecodeString(packed)
	if err != nil || DigestAlgorithm(len(digest)) == "" {
		return nil
	}
	return digest
}

// Attribute is one [type, value] pair of a Subject.
type Attribute struct {
	Pair        *Node // the array of two
	Type, Value *Node // strings
	RDN         int   // which relative distinguished name it belongs to
}

// Subject is the X.500 name of the certificate that is asked for.
type Subject struct {
	Node       *Node
	Attributes []Attribute // of the well-shaped pairs
	RDNs       []*Node     // the relative distinguished names: arrays of pairs
	Malformed  []*Node     // what is not of the shape array of arrays of pairs of strings
	Variable   bool        // template text in the place of the name or a part of its structure
}

func newSubject(n *Node) Subject {
	s := Subject{Node: n}
	if n == nil {
		return s
	}
	s.Variable = n.unrendered || n.templated || n.Kind == String && IsVariable(n.text)
	if n.Kind != Array || flat(n) {
		if !s.Variable {
			s.Malformed = append(s.Malformed, n)
		}
		return s
	}
	for rdn := range n.Children() {
		if s.skip(rdn) {
			continue
		}
		if rdn.Kind != Array || rdn.Len() == 0 && !rdn.templated || flat(rdn) {
			s.Malformed = append(s.Malformed, rdn)
			continue
		}
		s.RDNs = append(s.RDNs, rdn)
		for pair := range rdn.Children() {
			if s.skip(pair) {
				continue
			}
			if pair.Kind != Array || pair.size != 2 || !pair.first.Is(String, Template) || !pair.last.Is(String, Template) {
				if pair.templated || pair.Kind == Array && pair.size == 1 && s.skip(pair.first) {
					s.Variable = true
				} else {
					s.Malformed = append(s.Malformed, pair)
				}
				continue
			}
			s.Attributes = append(s.Attributes, Attribute{pair, pair.first, pair.last, len(s.RDNs) - 1})
		}
	}
	return s
}

// flat reports whether strings stand where arrays belong: the name or an RDN
// lacks a level. Strings that are all variables tell nothing of the levels.
func flat(n *Node) bool {
	literal := false
	for c := range n.Children() {
		if c.Kind != String && c.Kind != Template {
			return false
		}
		literal = literal || c.Kind == String && !IsVariable(c.text)
	}
	return literal && !n.templated
}

// skip passes over template text in the structure of the name.
func (s *Subject) skip(n *Node) bool {
	s.Variable = s.Variable || n.unrendered || n.templated || n.Kind == String && IsVariable(n.text)
	return n.unrendered || n.Kind == String && IsVariable(n.text)
}

// IsCommonName reports whether an attribute type is that of the common name,
// however it is written.
func (a Attribute) IsCommonName() bool {
	t := strings.ToLower(strings.TrimSpace(a.Type.Text()))
	return t == "cn" || t == "commonname" || strings.TrimPrefix(t, "oid.") == "2.5.4.3"
}

// WorstWait is the longest time, in seconds, that a device waits for a server
// that keeps answering PENDING: the first retry comes at once, each further
// one after RetryDelay.
func (s *SCEP) WorstWait() (seconds int64, known bool) {
	if !s.Retries.Known || !s.RetryDelay.Known || s.Retries.Value < 1 || s.RetryDelay.Value < 0 {
		return 0, s.Retries.Known && s.RetryDelay.Known
	}
	n, d := s.Retries.Value-1, s.RetryDelay.Value
	if d > 0 && n > math.MaxInt64/d {
		return math.MaxInt64, true
	}
	return n * d, true
}

// Characters counts the Unicode characters of a text.
func Characters(text string) int { return utf8.RuneCountInString(text) }
