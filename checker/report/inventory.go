package report

import (
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/profile"
)

// contents are what a profile contains, with or without findings. They contain no
// secrets.
type contents struct {
	scep         []scepSettings
	certificates []certificateExpiry
}

// scepSettings are what one SCEP payload requests.
type scepSettings struct {
	host        string // of the URL, in lower case; "" if it is not known
	hostKind    valueState
	keysize     int64 // bits, the default applied
	keysizeKind valueState
	fingerprint string // the algorithm of CAFingerprint: "SHA-256", …; "" if it is not known
	pinKind     valueState
	challenge   profile.ChallengeKind
}

// valueState says what is known about a setting.
type valueState string

// The states of settings.
const (
	stateKnown    valueState = "known"
	stateVariable valueState = "variable" // template text, rendered later
	stateNotSet   valueState = "absent"   // not set, and without a default
	stateInvalid  valueState = "invalid"  // of a type or structure that devices reject
)

// certificateExpiry is the expiry of a certificate in a profile.
type certificateExpiry struct {
	subject  string
	notAfter time.Time
}

// Inventory returns what a profile contains, for reports that show it: their Format
// has Survey. It is a checker.Visitor.
func Inventory(p *profile.Profile) any {
	secrets, s := p.Secrets(), &contents{}
	known := func(set, variable, ok bool) valueState {
		switch {
		case ok:
			return stateKnown
		case variable:
			return stateVariable
		case set:
			return stateInvalid
		}
		return stateNotSet
	}
	payloads := p.SCEP()
	for i := range payloads {
		x := &payloads[i]
		url, pin := x.URLParts(), x.CAFingerprint
		e := scepSettings{
			hostKind:    known(x.URL.Set(), x.URL.Variable, url.HostKnown),
			keysizeKind: known(x.Keysize.Set(), x.Keysize.Variable, x.Keysize.Known),
			keysize:     x.Keysize.Value,
			pinKind:     known(pin.Node != nil, pin.Variable, pin.Algorithm != ""),
			fingerprint: pin.Algorithm,
			challenge:   x.ChallengeKind,
		}
		if url.HostKnown {
			e.host = strings.Clone(secrets.Text(url.Host)) // not a piece of the document
		}
		s.scep = append(s.scep, e)
	}
	for _, c := range p.Certificates() {
		if c.Parsed != nil {
			s.certificates = append(s.certificates, certificateExpiry{secrets.Text(c.Subject()), c.Parsed.NotAfter})
		}
	}
	return s
}

// inventory counts what the profiles hold.
type inventory struct {
	payloads     int
	certificates int
	keysizes     map[int64]int
	hosts        map[string]int
	algorithms   map[string]int
	challenges   map[profile.ChallengeKind]int
	kinds        [3]map[valueState]int // of what is not known: key sizes, hosts, fingerprints
	anchors      map[certificateExpiry]*anchorCount
}

// anchorCount is how often a certificate is there, and in how many files.
type anchorCount struct {
	times, files int
	last         string
}

// The settings that inventory.kinds counts.
const (
	ofKeysize = iota
	ofHost
	ofPin
)

func (v *inventory) add(file string, s *contents) {
	if v.hosts == nil {
		v.keysizes, v.hosts, v.algorithms = map[int64]int{}, map[string]int{}, map[string]int{}
		v.challenges, v.anchors = map[profile.ChallengeKind]int{}, map[certificateExpiry]*anchorCount{}
		for i := range v.kinds {
			v.kinds[i] = map[valueState]int{}
		}
	}
	for _, e := range s.scep {
		v.payloads++
		countValue(v.keysizes, e.keysize, v.kinds[ofKeysize], e.keysizeKind)
		countValue(v.hosts, e.host, v.kinds[ofHost], e.hostKind)
		countValue(v.algorithms, e.fingerprint, v.kinds[ofPin], e.pinKind)
		v.challenges[e.challenge]++
	}
	for _, a := range s.certificates {
		v.certificates++
		a.notAfter = a.notAfter.UTC()
		n := v.anchors[a]
		if n == nil {
			n = &anchorCount{}
			v.anchors[a] = n
		}
		n.times++
		if n.files == 0 || n.last != file {
			n.files, n.last = n.files+1, file
		}
	}
}

// countValue counts a value, or why there is none.
func countValue[T comparable](values map[T]int, value T, kinds map[valueState]int, kind valueState) {
	if kind == stateKnown {
		values[value]++
	} else {
		kinds[kind]++
	}
}
