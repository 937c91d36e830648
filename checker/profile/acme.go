package profile

import (
	"github.com/sceplint/sceplint/checker/plist"
)

// TypeACME is the PayloadType of ACME payloads.
const TypeACME = "com.apple.security.acme"

// The values of KeyType of an ACME payload.
const (
	KeyTypeRSA = "RSA"
	KeyTypeEC  = "ECSECPrimeRandom"
)

// ACME is the typed view of one ACME payload.
type ACME struct {
	Payload
	Content *plist.Node // the dictionary of the settings: the payload, or Nested
	Nested  *plist.Node // PayloadContent, if the settings are in it by mistake; nil otherwise

	DirectoryURL, ClientIdentifier, KeyType Setting[string]
	KeySize, UsageFlags                     Setting[int64]
	HardwareBound, Attest                   Setting[bool]
	AllowAllAppsAccess, KeyIsExtractable    Setting[bool]
	Subject                                 Subject
	SubjectAltName                          *plist.Node

	declarative bool
}

// Declarative reports whether the settings are those of a credential document,
// not of a payload.
func (a *ACME) Declarative() bool { return a.declarative }

// ACMEKeys are the keys of an ACME payload.
var ACMEKeys = []string{
	"DirectoryURL", "ClientIdentifier", "KeySize", "KeyType", "HardwareBound", "Subject", "SubjectAltName",
	"UsageFlags", "ExtendedKeyUsage", "Attest", "KeyIsExtractable", "AllowAllAppsAccess",
}

// ACME returns the typed view of the profile's ACME payloads.
func (p *Profile) ACME() []ACME {
	p.once.Do(p.view)
	return p.acme
}

func newACME(payload Payload) ACME {
	a := ACME{Payload: payload, Content: payload.Node}
	if c := payload.Keys.Content; c.Is(plist.Dict) {
		for _, key := range ACMEKeys {
			if c.Get(key) != nil && payload.Node.Get(key) == nil {
				a.Content, a.Nested = c, c
				break
			}
		}
	}
	get := a.Content.Get
	if a.Nested != nil { // some may be where they belong
		get = func(key string) *plist.Node {
			if n := payload.Node.Get(key); n != nil {
				return n
			}
			return a.Nested.Get(key)
		}
	}
	a.DirectoryURL = setting(get("DirectoryURL"), (*plist.Node).Str)
	a.ClientIdentifier = setting(get("ClientIdentifier"), (*plist.Node).Str)
	a.KeyType = setting(get("KeyType"), (*plist.Node).Str)
	a.KeySize = setting(get("KeySize"), (*plist.Node).Int)
	a.UsageFlags = setting(get("UsageFlags"), (*plist.Node).Int)
	a.HardwareBound = setting(get("HardwareBound"), (*plist.Node).Bool)
	a.Attest = setting(get("Attest"), (*plist.Node).Bool, false)
	a.AllowAllAppsAccess = setting(get("AllowAllAppsAccess"), (*plist.Node).Bool, false)
	a.KeyIsExtractable = setting(get("KeyIsExtractable"), (*plist.Node).Bool, true)
	a.Subject = newSubject(get("Subject"))
	a.SubjectAltName = get("SubjectAltName")
	return a
}
