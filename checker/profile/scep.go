package profile

import (
	"math"
	"strings"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// TypeSCEP is the PayloadType of SCEP payloads.
const TypeSCEP = "com.apple.security.scep"

// SCEPKeys are the keys of a SCEP payload's PayloadContent, with the type each
// must have, as Apple's schema of com.apple.security.scep lists them.
var SCEPKeys = []struct {
	Name string
	Kind plist.Kind
}{
	{"URL", plist.String},
	{"Name", plist.String},
	{"Subject", plist.Array},
	{"Challenge", plist.String},
	{"Keysize", plist.Integer},
	{"Key Type", plist.String},
	{"Key Usage", plist.Integer},
	{"SubjectAltName", plist.Dict},
	{"CAFingerprint", plist.Data},
	{"Retries", plist.Integer},
	{"RetryDelay", plist.Integer},
	{"AllowAllAppsAccess", plist.Boolean},
	{"KeyIsExtractable", plist.Boolean},
}

// The defaults in Apple's schema.
const (
	defaultKeysize    = 1024 // bits
	defaultKeyType    = "RSA"
	defaultKeyUsage   = 0
	DefaultRetries    = 3
	DefaultRetryDelay = 10 // seconds
)

// Setting is one setting of a payload as a device reads it.
type Setting[T any] struct {
	Node     *plist.Node // as written; nil if not set
	Value    T           // effective: as written, or the default; only if Known
	Known    bool        // false if the key has the wrong type or contains a variable, or is not set and has no default
	Variable bool        // contains template text, wholly or in part
}

// Set reports whether the key is set.
func (s Setting[T]) Set() bool { return s.Node != nil }

// ChallengeKind is what a Challenge contains.
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
	Content *plist.Node // the PayloadContent dictionary; nil if missing or not a dictionary. For a credential document, all of it

	URL, Name, Challenge, KeyType          Setting[string]
	Keysize, KeyUsage, Retries, RetryDelay Setting[int64] // RetryDelay in seconds
	AllowAllAppsAccess, KeyIsExtractable   Setting[bool]
	CAFingerprint                          Fingerprint
	Subject                                Subject
	SubjectAltName                         *plist.Node
	ChallengeKind                          ChallengeKind

	declarative bool
}

// intendedType returns the type that a payload is checked as: TypeSCEP if its type
// differs from that by case, whitespace, or a small edit, and if the content is
// that of a SCEP payload with any type, unless that is a known type. An export
// without the structure of payloads has no such content.
func (p *Payload) intendedType(lossy bool) string {
	t := p.Type
	if t == TypeSCEP || HoldsCertificate(t) {
		return t
	}
	if p.Schema == nil && nearSCEP(t) || !lossy && scepShaped(p.Keys.Content) {
		return TypeSCEP
	}
	return t
}

// IsSCEPByContent reports whether the payload is checked as a SCEP payload because of
// its content, whatever its type is.
func (p *Payload) IsSCEPByContent() bool { return p.As == TypeSCEP && !nearSCEP(p.Type) }

// nearSCEP reports whether a payload type is a misspelling of TypeSCEP.
func nearSCEP(t string) bool {
	t = strings.ToLower(strings.TrimSpace(t))
	return t == TypeSCEP || max(len(t), len(TypeSCEP))-min(len(t), len(TypeSCEP)) <= 2 && !HoldsCertificate(t) && keyname.Within(t, TypeSCEP, 2)
}

// scepShaped reports whether a dictionary has the keys of a SCEP payload: a URL,
// and two more that few others have, in any of the usual spellings.
func scepShaped(content *plist.Node) bool {
	if !content.Is(plist.Dict) {
		return false
	}
	url, key, others := false, false, 0
	for c := range content.Children() {
		switch c.Key {
		case "URL":
			url = true
		case "Keysize", "KeySize", "Key Size", "Key Type", "KeyType", "Key Usage", "KeyUsage", "CAFingerprint":
			key = true
			others++
		case "Challenge", "Subject", "Retries", "RetryDelay":
			others++
		}
	}
	return url && key && others >= 2
}

func newSCEP(p Payload) SCEP {
	if c := p.Keys.Content; c.Is(plist.Dict) {
		return settingsOf(p, c)
	}
	return settingsOf(p, nil)
}

// newCredential returns the view of a credential document, which has the
// settings of a SCEP payload at its top level. It does not have two of them,
// which belong to the configuration that installs the identity.
func newCredential(root *plist.Node) SCEP {
	s := settingsOf(Payload{Node: root}, root)
	s.declarative = true
	s.AllowAllAppsAccess, s.KeyIsExtractable = Setting[bool]{Node: s.AllowAllAppsAccess.Node}, Setting[bool]{Node: s.KeyIsExtractable.Node}
	return s
}

// Declarative reports whether the settings are those of a credential document,
// not of a payload.
func (s *SCEP) Declarative() bool { return s.declarative }

// Bare reports whether the payload is in place of a profile.
func (s *SCEP) Bare() bool { return !s.declarative && s.Node.Parent() == nil }

// Unrendered reports whether template text is in place of all settings, so that
// none of them is known to be missing.
func (s *SCEP) Unrendered() bool {
	if s.Content != nil {
		return false
	}
	c := s.Keys.Content
	return c == nil && s.Node.Templated() || c.Is(plist.Template) || c.Unrendered() || c.Is(plist.String) && c.HasVariable()
}

func settingsOf(p Payload, content *plist.Node) SCEP {
	s := SCEP{Payload: p, Content: content, ChallengeKind: ChallengeAbsent}
	found := scepSettings(content)
	s.URL = setting(found.url, (*plist.Node).Str)
	s.Name = setting(found.name, (*plist.Node).Str)
	s.Challenge = setting(found.challenge, (*plist.Node).Str)
	s.KeyType = setting(found.keyType, (*plist.Node).Str, defaultKeyType)
	s.Keysize = setting(found.keysize, (*plist.Node).Int, defaultKeysize)
	s.KeyUsage = setting(found.keyUsage, (*plist.Node).Int, defaultKeyUsage)
	s.Retries = setting(found.retries, (*plist.Node).Int, DefaultRetries)
	s.RetryDelay = setting(found.retryDelay, (*plist.Node).Int, DefaultRetryDelay)
	s.AllowAllAppsAccess = setting(found.allowAllAppsAccess, (*plist.Node).Bool, false)
	s.KeyIsExtractable = setting(found.keyIsExtractable, (*plist.Node).Bool, true)
	s.CAFingerprint = newFingerprint(found.caFingerprint)
	s.Subject = newSubject(found.subject)
	s.SubjectAltName = found.subjectAltName
	s.ChallengeKind = challengeKind(s.Challenge)
	return s
}

// settings are the values of a dictionary for the keys of SCEPKeys.
type settings struct {
	url, name, subject, challenge, keysize, keyType, keyUsage, subjectAltName,
	caFingerprint, retries, retryDelay, allowAllAppsAccess, keyIsExtractable *plist.Node
}

// scepSettings finds the settings of a payload in one pass, the last one of
// duplicates.
func scepSettings(n *plist.Node) (found settings) {
	for c := range n.Children() {
		switch c.Key {
		case "URL":
			found.url = c
		case "Name":
			found.name = c
		case "Subject":
			found.subject = c
		case "Challenge":
			found.challenge = c
		case "Keysize":
			found.keysize = c
		case "Key Type":
			found.keyType = c
		case "Key Usage":
			found.keyUsage = c
		case "SubjectAltName":
			found.subjectAltName = c
		case "CAFingerprint":
			found.caFingerprint = c
		case "Retries":
			found.retries = c
		case "RetryDelay":
			found.retryDelay = c
		case "AllowAllAppsAccess":
			found.allowAllAppsAccess = c
		case "KeyIsExtractable":
			found.keyIsExtractable = c
		}
	}
	return found
}

// setting reads a value as a device does; one that is not set has the fallback,
// if there is one.
func setting[T any](n *plist.Node, read func(*plist.Node) (T, bool), fallback ...T) (s Setting[T]) {
	if n == nil {
		if len(fallback) > 0 {
			s.Value, s.Known = fallback[0], true
		}
		return s
	}
	s.Node = n
	s.Variable = n.Unrendered() || n.Kind == plist.String && n.HasVariable()
	if v, ok := read(n); ok && !s.Variable {
		s.Value, s.Known = v, true
	}
	return s
}

func challengeKind(c Setting[string]) ChallengeKind {
	switch {
	case c.Node == nil, c.Node.Kind == plist.Null:
		return ChallengeAbsent
	case c.Variable:
		return ChallengeVariable
	case strings.TrimSpace(c.Node.Text()) == "" && c.Node.Is(plist.String):
		return ChallengeEmpty
	}
	if _, ok := template.Placeholder(c.Node.Text()); ok {
		return ChallengePlaceholder
	}
	return ChallengeLiteral
}

// Fingerprint is the digest in CAFingerprint: raw bytes, whose number determines
// the algorithm.
type Fingerprint struct {
	Node      *plist.Node
	Bytes     []byte // decoded; nil if not set, not data, or a variable
	Algorithm string // "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"; "" if the bytes are not a digest
	HexText   []byte // the digest, if its hexadecimal digits are written instead of the bytes or of their Base64
	Variable  bool
}

func newFingerprint(n *plist.Node) Fingerprint {
	f := Fingerprint{Node: n}
	if n == nil {
		return f
	}
	f.Variable = n.Unrendered() || n.Kind == plist.String && n.HasVariable()
	b, ok := n.Bytes()
	if !ok {
		return f
	}
	f.Bytes = b
	if f.HexText = plist.HexDigest(string(b)); f.HexText == nil {
		// Hexadecimal digits are Base64 digits as well. Of the true digests only
		// one of 48 bytes could look so, and none ever will.
		f.HexText = plist.HexDigest(n.Text())
	}
	if f.HexText == nil {
		f.Algorithm = plist.DigestAlgorithm(len(b))
	}
	return f
}

// MaxWait returns the longest time, in seconds, that a device waits for a server
// that always answers PENDING: the first retry is immediate, each further one
// after RetryDelay.
func (s *SCEP) MaxWait() (seconds int64, known bool) {
	if !s.Retries.Known || !s.RetryDelay.Known || s.Retries.Value < 1 || s.RetryDelay.Value < 0 {
		return 0, s.Retries.Known && s.RetryDelay.Known
	}
	n, d := s.Retries.Value-1, s.RetryDelay.Value
	if d > 0 && n > math.MaxInt64/d {
		return math.MaxInt64, true
	}
	return n * d, true
}

// keyAliases are wrong names of SCEP keys that are not close to the right one, folded, as they are seen in profiles and
// on the forms of servers.
var keyAliases = map[string]string{
	"fingerprint":              "CAFingerprint",
	"thumbprint":               "CAFingerprint",
	"cathumbprint":             "CAFingerprint",
	"cacertfingerprint":        "CAFingerprint",
	"cacertificatefingerprint": "CAFingerprint",
	"subjectalternativename":   "SubjectAltName",
	"subjectalternativenames":  "SubjectAltName",
	"subjectalternatename":     "SubjectAltName",
	"san":                      "SubjectAltName",
	"subjectname":              "Subject",
	"serverurl":                "URL",
	"scepurl":                  "URL",
	"scepserverurl":            "URL",
	"iskeyextractable":         "KeyIsExtractable",
	"isextractable":            "KeyIsExtractable",
	"keyisexportable":          "KeyIsExtractable",
	"allappsaccess":            "AllowAllAppsAccess",
	"allowallapps":             "AllowAllAppsAccess",
	"challengepassword":        "Challenge",
	"scepchallenge":            "Challenge",
	"keylength":                "Keysize",
	"retrycount":               "Retries",
	"maxretries":               "Retries",
	"retryinterval":            "RetryDelay",
}

// MisspelledSCEPKey returns the SCEP key that a name is a misspelling of, or ""
// if it is one, or similar to none.
func MisspelledSCEPKey(name string) string {
	const maxBytes = 400 // no misspelled key comes near, and keys may be of any length
	for _, k := range SCEPKeys {
		if k.Name == name {
			return ""
		}
	}
	if len(name) > maxBytes || template.HasVariable(name) {
		return ""
	}
	var buffer [64]byte
	return meantSCEPKey(keyname.AppendFold(buffer[:0], name))
}

// meantSCEPKey returns the SCEP key that a folded name is an alias of, or closest to.
func meantSCEPKey(folded []byte) string {
	if right := keyAliases[string(folded)]; right != "" {
		return right
	}
	return keyname.Closest(folded, scepNames)
}

var scepNames = func() (names []keyname.Name) {
	for _, k := range SCEPKeys {
		names = append(names, keyname.New(k.Name))
	}
	return names
}()

// SettingPath returns the path that a SCEP key has or would have.
func (s *SCEP) SettingPath(key string) []any {
	if s.Content != nil {
		return append(s.Content.Path(), key)
	}
	return append(s.Node.Path(), "PayloadContent", key)
}
