package audit

import (
	"github.com/sceplint/sceplint/checker/profile"
)

// Auditor collects what an audit needs of profiles while they are checked.
type Auditor struct {
	ShowSecrets bool
	// Mark returns the text that represents a challenge in summaries: that of a
	// Marker.
	Mark func(challenge string) string
	// Device returns the device that a profile was taken from; "" if it is not
	// known.
	Device func(*profile.Profile) string
	// Compare says that Settings are needed, for drift.
	Compare bool
}

// Profile is what an audit needs of a profile.
type Profile struct {
	Identifier, UUID string
	Device           string
	SCEP             []SCEPPayload
	Settings         *Settings // only if they are compared
}

// SCEPPayload is what one SCEP payload of a profile requests.
type SCEPPayload struct {
	Index         int // of the payload
	Configuration Configuration
	ID            string // of the configuration
	Mark          string // of a hard-coded Challenge; "" for others
}

// Visit returns a *Profile, for checker.Checker.Visit.
func (a *Auditor) Visit(p *profile.Profile) any {
	secrets := p.Secrets()
	if a.ShowSecrets {
		secrets = p.NoSecrets()
	}
	v := &Profile{
		Identifier: truncate(secrets.Text(p.Root.Get("PayloadIdentifier").Text())),
		UUID:       truncate(secrets.Text(p.Root.Get("PayloadUUID").Text())),
	}
	if a.Device != nil {
		v.Device = a.Device(p)
	}
	payloads := p.SCEP()
	for i := range payloads {
		s := &payloads[i]
		e := SCEPPayload{Index: s.Index, Configuration: configure(s, secrets.Text)}
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
