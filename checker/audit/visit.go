package audit

import (
	"github.com/sceplint/sceplint/checker/profile"
)

// Auditor looks at profiles while they are checked.
type Auditor struct {
	ShowSecrets bool
	// Mark turns a challenge into what represents it in summaries: that of a Marker.
	Mark func(challenge string) string
	// Device names the device that a profile was taken from; "" if none is known.
	Device func(*profile.Profile) string
	// Compare also takes what Against needs.
	Compare bool
}

// Profile is what is kept of a profile.
type Profile struct {
	Identifier, UUID string
	Device           string
	SCEP             []Enrolment
	Settings         *Settings // only where they are compared
}

// Enrolment is what one SCEP payload of a profile asks for.
type Enrolment struct {
	Index         int // of the payload
	Configuration Configuration
	ID            string // of the configuration
	Mark          string // of a Challenge that stands in the profile itself; "" for others
}

// Visit gives a *Profile, for checker.Checker.Visit.
func (a *Auditor) Visit(p *profile.Profile) any {
	secrets := p.Secrets()
	if a.ShowSecrets {
		secrets = p.NoSecrets()
	}
	v := &Profile{
		Identifier: clip(secrets.Text(p.Root.Get("PayloadIdentifier").Text())),
		UUID:       clip(secrets.Text(p.Root.Get("PayloadUUID").Text())),
	}
	if a.Device != nil {
		v.Device = a.Device(p)
	}
	payloads := p.SCEP()
	for i := range payloads {
		s := &payloads[i]
		e := Enrolment{Index: s.Index, Configuration: Configure(s, secrets.Text)}
		e.ID = e.Configuration.ID()
		if s.ChallengeKind == profile.ChallengeLiteral && s.Challenge.Known {
			e.Mark = a.Mark(s.Challenge.Value)
		}
		v.SCEP = append(v.SCEP, e)
	}
	if a.Compare {
		v.Settings = newSettings(p, secrets)
	}
	return v
}
