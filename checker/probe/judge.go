package probe

import (
	"crypto/x509"
	"errors"
	"maps"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// Judge compares answers with what profiles claim.
type Judge struct {
	Variables *Variables
	Roots     *x509.CertPool // that servers are trusted by, beside the anchors of a profile; nil: those of the system

	views map[Target]*view
	names map[string][]*view // by URL, those that answer GetCACert
}

// NewJudge reads answers. The maps are not changed afterward.
func NewJudge(answers map[Target]*Answer, variables *Variables) *Judge {
	j := &Judge{Variables: variables, views: map[Target]*view{}, names: map[string][]*view{}}
	for _, t := range slices.SortedFunc(maps.Keys(answers), Target.compare) {
		v := newView(answers[t])
		j.views[t] = v
		if v.cert.ok() && len(v.list) > 0 {
			j.names[t.URL] = append(j.names[t.URL], v)
		}
	}
	return j
}

// Servers describes the servers, in order, with the profiles that use each.
func (j *Judge) Servers(b *Book) (list []Server) {
	for _, t := range slices.SortedFunc(maps.Keys(j.views), Target.compare) {
		s := j.views[t].server()
		s.Profiles = append(s.Profiles, slices.Sorted(maps.Keys(b.files[t]))...)
		list = append(list, s)
	}
	return list
}

// unasked says, as an error, why a target was not asked; nil if it was.
func (j *Judge) unasked(t Target) error {
	v := j.views[t]
	if v == nil {
		return errors.New("no answer is there; the profile may have changed meanwhile")
	}
	for i := range v.answer.Exchanges {
		if f := v.answer.Exchanges[i].Failure; f != nil && f.Kind == notAsked {
			return f
		}
	}
	return nil
}

// shareKey is the key of what the rules share of a profile.
type shareKey struct{}

// each calls a function for every payload whose server was asked.
func (j *Judge) each(p *checker.Pass, do func(*claim, *view)) {
	list := p.Share(shareKey{}, func() any { return j.Variables.claims(p.Profile) }).([]claim)
	for i := range list {
		c := &list[i]
		if v := j.views[c.target]; c.err == nil && v != nil && v.main().asked() {
			do(c, v)
		}
	}
}

// asked reports whether a request was sent.
func (e *Exchange) asked() bool { return e != nil && (e.Failure == nil || e.Failure.Kind != notAsked) }

// anchors are the CA certificates that a profile installs.
func anchors(p *profile.Profile) (list []*x509.Certificate) {
	for _, c := range p.Certificates() {
		if c.Parsed != nil && keyBits(c.Parsed) <= maxKeyBits {
			list = append(list, c.Parsed)
		}
	}
	return list
}
