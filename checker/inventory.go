package checker

import (
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/profile"
)

// Inventory is what a file contains, with or without findings, for reports that
// give an overview. It contains no secrets.
type Inventory struct {
	SCEP         []SCEPInventory
	Certificates []CertificateExpiry
}

// SCEPInventory is what one SCEP payload requests.
type SCEPInventory struct {
	Host        string // of the URL, in lower case; "" if it is not known
	HostKind    ValueState
	Keysize     int64 // bits, the default applied
	KeysizeKind ValueState
	Fingerprint string // the algorithm of CAFingerprint: "SHA-256", …; "" if it is not known
	PinKind     ValueState
	Challenge   profile.ChallengeKind
}

// ValueState says what is known about a setting.
type ValueState string

// The states of settings.
const (
	StateKnown    ValueState = "known"
	StateVariable ValueState = "variable" // template text, rendered later
	StateNotSet   ValueState = "absent"   // not set, and without a default
	StateInvalid  ValueState = "invalid"  // of a type or structure that devices reject
)

// CertificateExpiry is the expiry of a certificate in a profile.
type CertificateExpiry struct {
	Subject  string
	NotAfter time.Time
}

// add adds what a profile contains.
func (s *Inventory) add(p *profile.Profile, secrets *profile.Secrets) {
	known := func(set, variable, ok bool) ValueState {
		switch {
		case ok:
			return StateKnown
		case variable:
			return StateVariable
		case set:
			return StateInvalid
		}
		return StateNotSet
	}
	payloads := p.SCEP()
	for i := range payloads {
		x := &payloads[i]
		url, pin := x.URLParts(), x.CAFingerprint
		e := SCEPInventory{
			HostKind:    known(x.URL.Set(), x.URL.Variable, url.HostKnown),
			KeysizeKind: known(x.Keysize.Set(), x.Keysize.Variable, x.Keysize.Known),
			Keysize:     x.Keysize.Value,
			PinKind:     known(pin.Node != nil, pin.Variable, pin.Algorithm != ""),
			Fingerprint: pin.Algorithm,
			Challenge:   x.ChallengeKind,
		}
		if url.HostKnown {
			e.Host = strings.Clone(secrets.Text(url.Host)) // not a piece of the document
		}
		s.SCEP = append(s.SCEP, e)
	}
	for _, c := range p.Certificates() {
		if c.Parsed != nil {
			s.Certificates = append(s.Certificates, CertificateExpiry{secrets.Text(c.Subject()), c.Parsed.NotAfter})
		}
	}
}
