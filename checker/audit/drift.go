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

// Drift is one difference between a deployed profile and the repository.
type Drift struct {
	Rule       string    `json:"rule,omitempty"`     // see DriftRules
	Severity   string    `json:"severity,omitempty"` // with Rule
	Kind       DriftKind `json:"kind"`
	Identifier string    `json:"identifier"` // of the profile
	File       string    `json:"file"`       // of the repository; for an extra profile the deployed one
	Key        string    `json:"key,omitempty"`
	Repository string    `json:"repository,omitempty"` // the value there; "" if there is none
	Deployed   string    `json:"deployed,omitempty"`
	Profiles   int       `json:"profiles"`
	Devices    int       `json:"devices"`
}

// DriftKind is the kind of a difference.
type DriftKind string

// The kinds of drift, in the order of reports.
const (
	Missing DriftKind = "missing" // in the repository, and not deployed
	Variant DriftKind = "variant" // the same for one that shares its identifier with a deployed one
	Extra   DriftKind = "extra"   // deployed, and not in the repository
	Scope   DriftKind = "scope"   // for the user instead of the system, or the other way round
	Changed DriftKind = "changed" // another value
	UUID    DriftKind = "uuid"    // another PayloadUUID, such as from systems that regenerate profiles
)

var driftOrder = []DriftKind{Missing, Variant, Extra, Scope, Changed, UUID}

// String returns the drift on one line, in the format of findings.
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
	text, name := "", cmp.Or(d.Identifier, "profile without an identifier")
	switch d.Kind {
	case Missing:
		text = fmt.Sprintf("%s (%s) is not deployed", name, d.File)
	case Variant:
		text = fmt.Sprintf("%s (%s) is not deployed; %s is, with the same identifier", name, d.File, d.Deployed)
	case Extra:
		text = fmt.Sprintf("%s is not in the repository, but deployed %s; one is %s", name, many, d.File)
	default:
		text = fmt.Sprintf("%s (%s): %s %s", name, d.File, d.Key, d.difference(many))
	}
	return fmt.Sprintf("%s: %s [%s]", d.Severity, text, d.Rule)
}

// difference words how a value differs.
func (d *Drift) difference(many string) string {
	switch {
	case d.Deployed == d.Repository: // masked, or a UUID
		return "differs from the repository " + many
	case d.Deployed == "":
		return fmt.Sprintf("is missing %s; expected %q", many, d.Repository)
	case d.Repository == "":
		return fmt.Sprintf("is %q %s; expected none", d.Deployed, many)
	}
	return fmt.Sprintf("is %q %s; expected %q", d.Deployed, many, d.Repository)
}

// Repository is the profiles as they should be deployed.
type Repository struct {
	byIdentifier, byUUID map[string][]*expectedProfile // in order
	list                 []*expectedProfile
	severities           map[string]checker.Severity // by rule, if they differ from the default
	found                map[Drift]*driftCount       // by the drift without its numbers
	values               map[string][]Drift          // the different values of a key, in order; see maxValues
}

// expectedProfile is a profile of the repository.
type expectedProfile struct {
	file string
	*Profile
	deployed bool
}

type driftCount struct {
	profiles int
	devices  deviceSet
	file     string // the first of those that have it
}

func (x *driftCount) add(o *driftCount) {
	if x.profiles == 0 {
		x.file = o.file
	}
	x.profiles += o.profiles
	x.devices.merge(&o.devices)
	x.file = min(x.file, o.file)
}

// NewRepository returns a repository without profiles.
func NewRepository() *Repository {
	return &Repository{byIdentifier: map[string][]*expectedProfile{}, byUUID: map[string][]*expectedProfile{}, severities: map[string]checker.Severity{}, found: map[Drift]*driftCount{}, values: map[string][]Drift{}}
}

// AddExpected adds the profiles of a result to the repository.
func (r *Repository) AddExpected(result *checker.Result) {
	for _, v := range result.Visited {
		m := &expectedProfile{file: result.File, Profile: v.(*Profile)}
		if m.Settings == nil || len(m.Settings.List) == 0 {
			continue
		}
		r.list = append(r.list, m)
		if id := m.Identifier; id != "" {
			r.byIdentifier[id] = append(r.byIdentifier[id], m)
		}
		if uuid := fold(m.UUID); uuid != "" {
			r.byUUID[uuid] = append(r.byUUID[uuid], m)
		}
	}
}

// Len returns the number of profiles in the repository.
func (r *Repository) Len() int { return len(r.list) }

// compared reports whether some deployed profile was compared.
func (r *Repository) compared() bool {
	return len(r.found) > 0 || slices.ContainsFunc(r.list, func(m *expectedProfile) bool { return m.deployed })
}

// Add compares the profiles of a result with the repository.
func (r *Repository) Add(result *checker.Result) {
	for _, v := range result.Visited {
		p := v.(*Profile)
		if p.Settings == nil || len(p.Settings.List) == 0 {
			continue // not a profile
		}
		m := r.match(p)
		if m == nil {
			r.record(Drift{Kind: Extra, Identifier: cmp.Or(p.Identifier, p.UUID)}, p.Device, result.File)
			continue
		}
		compare(m.Settings, p.Settings, func(want, have *Setting) { r.differ(m, p, want, have, result.File) })
	}
}

// fold returns a UUID in a form that can be compared.
func fold(uuid string) string { return strings.ToLower(uuid) }

// compare calls differ for each value that differs; a missing one has no key.
func compare(meant, deployed *Settings, differ func(want, have *Setting)) {
	for i := range meant.List {
		want := &meant.List[i]
		j, ok := deployed.keys[want.Key]
		switch {
		case !ok && (deployed.Partial || want.Variable):
		case !ok:
			differ(want, &Setting{})
		case want.Variable || want.Digest == deployed.List[j].Digest, deployed.Partial && deployed.List[j].equal(want):
		default:
			differ(want, &deployed.List[j])
		}
	}
	for i := range deployed.List {
		have := &deployed.List[i]
		if _, ok := meant.keys[have.Key]; !ok && !deployed.Partial {
			differ(&Setting{}, have)
		}
	}
}

func (r *Repository) differ(m *expectedProfile, p *Profile, want, have *Setting, file string) {
	d := Drift{Kind: Changed, Identifier: m.Identifier, File: m.file, Key: cmp.Or(want.Key, have.Key), Repository: valueText(want), Deployed: valueText(have)}
	switch {
	case want.UUID || have.UUID:
		// Each device may have its own, so that the values tell nothing.
		d.Kind, d.Repository, d.Deployed = UUID, "", ""
	case want.Scope || have.Scope:
		d.Kind = Scope
	}
	r.record(d, p.Device, file)
}

// equal reports whether a value of an export may be that of the repository.
func (s *Setting) equal(want *Setting) bool {
	return s.Variable || s.UntypedDigest == want.UntypedDigest
}

// valueText returns the text of a value that is set.
func valueText(s *Setting) string {
	if s.Key != "" && s.Text == "" {
		return "(empty)"
	}
	return s.Text
}

// maxValues is how many deployed values of a key are reported one by one: those that
// sort first, whatever the order they come in.
const maxValues = 20

// otherValues stands for the rest of them.
const otherValues = "other values"

func (r *Repository) record(d Drift, device, file string) {
	one := driftCount{profiles: 1, file: file}
	one.devices.add(device)
	r.row(d).add(&one)
}

// row returns the row of a drift.
func (r *Repository) row(d Drift) *driftCount {
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
			r.row(other).add(r.found[last])
			delete(r.found, last)
		}
		r.values[key] = list
	}
	x := &driftCount{}
	r.found[d] = x
	return x
}

// merge adds the drift of another part with the same repository.
func (r *Repository) merge(o *Repository) error {
	if len(r.list) != len(o.list) {
		return errors.New("compared with a different repository")
	}
	for i, m := range o.list {
		r.list[i].deployed = r.list[i].deployed || m.deployed
	}
	for d, x := range o.found {
		r.row(d).add(x)
	}
	return nil
}

// Digest identifies the content of a repository. It is written to files, so it
// depends on secrets only if there is a key for their marks; without one,
// repositories that differ only in secrets have the same digest.
func (r *Repository) Digest(marks *Marker) string {
	h := sha256.New()
	for _, m := range r.list {
		fmt.Fprintf(h, "%q %q %q\n", m.file, m.Identifier, m.UUID)
		for i := range m.Settings.List {
			x := &m.Settings.List[i]
			digest, loose := x.Digest, x.UntypedDigest
			if x.Secret {
				digest, loose = [12]byte{}, [12]byte{}
				if marks.isGiven() {
					copy(digest[:], marks.digest(string(x.Digest[:])))
				}
			}
			fmt.Fprintf(h, "%q %x %x %v\n", x.Key, digest, loose, x.Variable)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Drift returns the differences, grouped by kind.
func (r *Repository) Drift() []Drift {
	list := []Drift{}
	add := func(d Drift) {
		if r.weigh(&d) != checker.Off {
			list = append(list, d)
		}
	}
	deployed := map[string]string{} // identifier to the first file that is
	for _, m := range r.list {
		if m.deployed && deployed[m.Identifier] == "" {
			deployed[m.Identifier] = m.file
		}
	}
	for _, m := range r.list {
		switch instead := deployed[m.Identifier]; {
		case m.deployed:
		case instead != "" && m.Identifier != "":
			add(Drift{Kind: Variant, Identifier: m.Identifier, File: m.file, Deployed: instead})
		default:
			add(Drift{Kind: Missing, Identifier: m.Identifier, File: m.file})
		}
	}
	for d, x := range r.found {
		d.Profiles, d.Devices = x.profiles, x.devices.len()
		if d.File == "" {
			d.File = x.file
		}
		add(d)
	}
	slices.SortFunc(list, func(a, b Drift) int { return a.compare(&b) })
	return list
}

func (d *Drift) compare(o *Drift) int {
	return cmp.Or(cmp.Compare(slices.Index(driftOrder, d.Kind), slices.Index(driftOrder, o.Kind)), strings.Compare(d.Identifier, o.Identifier),
		strings.Compare(d.File, o.File), strings.Compare(d.Key, o.Key), strings.Compare(d.Deployed, o.Deployed), strings.Compare(d.Repository, o.Repository))
}
