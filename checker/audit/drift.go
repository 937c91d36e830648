package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

// Drift is one way in which what is deployed differs from the repository.
type Drift struct {
	Kind       DriftKind `json:"kind"`
	Identifier string    `json:"identifier"` // of the profile
	File       string    `json:"file"`       // of the repository; for an extra profile the deployed one
	Key        string    `json:"key,omitempty"`
	Repository string    `json:"repository,omitempty"` // the value there; "" if there is none
	Deployed   string    `json:"deployed,omitempty"`
	Profiles   int       `json:"profiles"`
	Devices    int       `json:"devices"`
}

// DriftKind is how something differs.
type DriftKind string

// The kinds of drift, in the order they are told.
const (
	Missing DriftKind = "missing" // in the repository, and deployed nowhere
	Extra   DriftKind = "extra"   // deployed, and not in the repository
	Scope   DriftKind = "scope"   // for the user, and not the system, or the other way round
	Changed DriftKind = "changed" // another value
	UUID    DriftKind = "uuid"    // another PayloadUUID, as systems give that make profiles anew
)

var driftOrder = []DriftKind{Missing, Extra, Scope, Changed, UUID}

func (d *Drift) String() string {
	many := fmt.Sprintf("in %d profiles", d.Profiles)
	if d.Profiles == 1 {
		many = "in 1 profile"
	}
	switch {
	case d.Devices == 1:
		many = "on 1 device"
	case d.Devices > 1:
		many = fmt.Sprintf("on %d devices", d.Devices)
	}
	switch d.Kind {
	case Missing:
		return fmt.Sprintf("missing: %s (%s) is deployed nowhere", d.Identifier, d.File)
	case Extra:
		return fmt.Sprintf("extra: %s, %s, is not in the repository; one is %s", d.Identifier, many, d.File)
	}
	if d.Kind == UUID {
		return fmt.Sprintf("uuid: %s (%s): %s is not the one of the repository, %s", d.Identifier, d.File, d.Key, many)
	}
	value := func(s string) string {
		if s == "" {
			return "absent"
		}
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%s: %s (%s): %s is %s, in the repository %s, %s", d.Kind, d.Identifier, d.File, d.Key, value(d.Deployed), value(d.Repository), many)
}

// Repository are the profiles as they are meant to be deployed.
type Repository struct {
	byIdentifier, byUUID map[string]*meant
	list                 []*meant
	found                map[Drift]*drifted // by the drift without its numbers
	values               map[string][]Drift // the different values of a key, in order; see maxValues
}

// meant is a profile of the repository.
type meant struct {
	file string
	*Profile
	deployed bool
}

type drifted struct {
	profiles int
	devices  set
	file     string // the first of those that have it
}

func (x *drifted) plus(o *drifted) {
	if x.profiles == 0 {
		x.file = o.file
	}
	x.profiles += o.profiles
	x.devices.merge(&o.devices)
	x.file = min(x.file, o.file)
}

// NewRepository gives a repository without profiles.
func NewRepository() *Repository {
	return &Repository{byIdentifier: map[string]*meant{}, byUUID: map[string]*meant{}, found: map[Drift]*drifted{}, values: map[string][]Drift{}}
}

// Has adds the profiles of a result to the repository. If several have the same
// identifier, the first is the one that is compared.
func (r *Repository) Has(result *checker.Result) {
	for _, v := range result.Visited {
		m := &meant{file: result.File, Profile: v.(*Profile)}
		if m.Settings == nil || len(m.Settings.List) == 0 {
			continue
		}
		r.list = append(r.list, m)
		if id := m.Identifier; id != "" && r.byIdentifier[id] == nil {
			r.byIdentifier[id] = m
		}
		if uuid := strings.ToLower(m.UUID); uuid != "" && r.byUUID[uuid] == nil {
			r.byUUID[uuid] = m
		}
	}
}

// Len is how many profiles the repository has.
func (r *Repository) Len() int { return len(r.list) }

// Add compares the profiles of a result with the repository.
func (r *Repository) Add(result *checker.Result) {
	for _, v := range result.Visited {
		p := v.(*Profile)
		if p.Settings == nil || len(p.Settings.List) == 0 {
			continue // not a profile
		}
		m := cmp.Or(r.byIdentifier[p.Identifier], r.byUUID[strings.ToLower(p.UUID)])
		if m == nil {
			r.tell(Drift{Kind: Extra, Identifier: cmp.Or(p.Identifier, p.UUID)}, p.Device, result.File)
			continue
		}
		m.deployed = true
		r.compare(m, p, result.File)
	}
}

func (r *Repository) compare(m *meant, p *Profile, file string) {
	for i := range m.Settings.List {
		want := &m.Settings.List[i]
		j, ok := p.Settings.keys[want.Key]
		switch {
		case !ok && (p.Settings.Partial || want.Variable):
		case !ok:
			r.differ(m, p, want, &Setting{}, file)
		case want.Variable || want.Digest == p.Settings.List[j].Digest, p.Settings.Partial && p.Settings.List[j].equal(want):
		default:
			r.differ(m, p, want, &p.Settings.List[j], file)
		}
	}
	for i := range p.Settings.List {
		have := &p.Settings.List[i]
		if _, ok := m.Settings.keys[have.Key]; !ok && !p.Settings.Partial {
			r.differ(m, p, &Setting{}, have, file)
		}
	}
}

func (r *Repository) differ(m *meant, p *Profile, want, have *Setting, file string) {
	d := Drift{Kind: Changed, Identifier: m.Identifier, File: m.file, Key: cmp.Or(want.Key, have.Key), Repository: shown(want), Deployed: shown(have)}
	switch {
	case want.UUID || have.UUID:
		// Each device may have its own, so that the values tell nothing.
		d.Kind, d.Repository, d.Deployed = UUID, "", ""
	case want.Scope || have.Scope:
		d.Kind = Scope
	}
	r.tell(d, p.Device, file)
}

// equal reports whether a value of an export may be that of the repository.
func (s *Setting) equal(want *Setting) bool { return s.Variable || s.Loose == want.Loose }

// shown is the text of a value that is there.
func shown(s *Setting) string {
	if s.Key != "" && s.Text == "" {
		return "(empty)"
	}
	return s.Text
}

// maxValues is how many deployed values of a key are told one by one: those that
// sort first, whatever the order they come in.
const maxValues = 20

// otherValues stands for the rest of them.
const otherValues = "other values"

func (r *Repository) tell(d Drift, device, file string) {
	one := drifted{profiles: 1, file: file}
	one.devices.add(device)
	r.row(d).plus(&one)
}

// row gives the row of a drift.
func (r *Repository) row(d Drift) *drifted {
	if x := r.found[d]; x != nil {
		return x
	}
	if d.Kind != Extra && d.Deployed != otherValues {
		key := strings.Join([]string{string(d.Kind), d.Identifier, d.File, d.Key}, "\x00")
		list := r.values[key]
		i, _ := slices.BinarySearchFunc(list, d, func(a, b Drift) int {
			return cmp.Or(strings.Compare(a.Deployed, b.Deployed), strings.Compare(a.Repository, b.Repository))
		})
		list = slices.Insert(list, i, d)
		if len(list) > maxValues {
			last := list[maxValues]
			list = list[:maxValues]
			other := last
			other.Deployed = otherValues
			if last == d {
				return r.row(other)
			}
			r.row(other).plus(r.found[last])
			delete(r.found, last)
		}
		r.values[key] = list
	}
	x := &drifted{}
	r.found[d] = x
	return x
}

// Merge adds what was found of the same repository.
func (r *Repository) Merge(o *Repository) error {
	if len(r.list) != len(o.list) {
		return errors.New("it was compared with another repository")
	}
	for i, m := range o.list {
		r.list[i].deployed = r.list[i].deployed || m.deployed
	}
	for d, x := range o.found {
		r.row(d).plus(x)
	}
	return nil
}

// Digest tells repositories apart. It is written down, so that secrets are part of it only if there is a key for their
// marks; without one, repositories that differ in secrets alone have the same.
func (r *Repository) Digest(marks *Marker) string {
	h := sha256.New()
	for _, m := range r.list {
		fmt.Fprintf(h, "%q %q %q\n", m.file, m.Identifier, m.UUID)
		for i := range m.Settings.List {
			x := &m.Settings.List[i]
			digest, loose := x.Digest, x.Loose
			if x.Secret {
				digest, loose = [12]byte{}, [12]byte{}
				if marks.Given() {
					copy(digest[:], marks.digest(string(x.Digest[:])))
				}
			}
			fmt.Fprintf(h, "%q %x %x %v\n", x.Key, digest, loose, x.Variable)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Drift gives the differences, grouped by kind.
func (r *Repository) Drift() []Drift {
	list := []Drift{}
	for _, m := range r.list {
		if !m.deployed {
			list = append(list, Drift{Kind: Missing, Identifier: m.Identifier, File: m.file})
		}
	}
	for d, x := range r.found {
		d.Profiles, d.Devices = x.profiles, x.devices.len()
		if d.File == "" {
			d.File = x.file
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b Drift) int { return a.compare(&b) })
	return list
}

func (d *Drift) compare(o *Drift) int {
	return cmp.Or(cmp.Compare(slices.Index(driftOrder, d.Kind), slices.Index(driftOrder, o.Kind)), strings.Compare(d.Identifier, o.Identifier),
		strings.Compare(d.File, o.File), strings.Compare(d.Key, o.Key), strings.Compare(d.Deployed, o.Deployed), strings.Compare(d.Repository, o.Repository))
}
