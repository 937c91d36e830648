package checker

import (
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/profile"
)

// Survey is what a file holds, found or not found fault with, for reports that
// give an overview. It holds no secrets.
type Survey struct {
	SCEP         []Enrolment
	Certificates []Anchor
}

// Enrolment is what one SCEP payload asks for.
type Enrolment struct {
	Host        string // of the URL, in lower case; "" if it is not known
	HostKind    Known
	Keysize     int64 // bits, the default applied
	KeysizeKind Known
	Fingerprint string // the algorithm of CAFingerprint: "SHA-256", …; "" if it is not known
	PinKind     Known
	Challenge   profile.ChallengeKind
}

// Known tells what there is to know of a setting.
type Known string

// What there is to know.
const (
	KnownValue    Known = "known"
	KnownVariable Known = "variable" // template text, filled in later
	KnownAbsent   Known = "absent"   // not written, and without a default
	KnownInvalid  Known = "invalid"  // of a type or shape that devices refuse
)

// Anchor is a certificate that a profile carries.
type Anchor struct {
	Subject  string
	NotAfter time.Time
}

// survey adds what a profile holds.
func (s *Survey) survey(p *profile.Profile, secrets *profile.Secrets) {
	known := func(set, variable, ok bool) Known {
		switch {
		case ok:
			return KnownValue
		case variable:
			return KnownVariable
		case set:
			return KnownInvalid
		}
		return KnownAbsent
	}
	payloads := p.SCEP()
	for i := range payloads {
		x := &payloads[i]
		url, pin := x.URLParts(), x.CAFingerprint
		e := Enrolment{
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
			s.Certificates = append(s.Certificates, Anchor{secrets.Text(c.Subject()), c.Parsed.NotAfter})
		}
	}
}
