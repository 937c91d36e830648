package rules

import (
	"iter"

	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

// request is what a SCEP or ACME payload asks a server for.
type request struct {
	UUID           string // the PayloadUUID; "" where it is not set
	Subject        *profile.Subject
	SubjectAltName *profile.Node
	Content        *profile.Node // the dictionary of both; nil where it is missing
	ACME           bool
}

// hasKey reports whether the settings of the request have a key.
func (r *request) hasKey(key string) bool {
	if r.ACME {
		return schema.Payload(profile.TypeACME).Lists(key)
	}
	return scepKey(key)
}

// requests gives the certificate requests of a profile, or of a document of
// declarative device management.
func requests(p *profile.Profile) iter.Seq[request] {
	return func(yield func(request) bool) {
		scep := p.SCEP()
		for i := range scep {
			if !yield(request{scep[i].UUID, &scep[i].Subject, scep[i].SubjectAltName, scep[i].Content, false}) {
				return
			}
		}
		acme := p.ACME()
		for i := range acme {
			if !yield(request{acme[i].UUID, &acme[i].Subject, acme[i].SubjectAltName, acme[i].Content, true}) {
				return
			}
		}
	}
}
