package rules

import (
	"fmt"
	"iter"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var filesetUUIDDuplicate = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-uuid-duplicate",
		Title:    "two profiles of the run have a PayloadUUID in common",
		Severity: checker.Warning,
		Doc: `Apple's schema asks for a PayloadUUID that is globally unique, of a profile and of each payload in it. One that stands in two
profiles comes from copying a profile or a payload, and a management server that keeps them by their UUID takes one for the other.
Profiles with one PayloadIdentifier are versions of one profile: their payloads should keep their UUIDs, so that a device updates them and does not
enrol anew. These are left to fileset-identifier-duplicate, as is a plain copy. What a profile has in common with the same others is one
finding. UUIDs with template text, and those of profiles whose identifier has some, are not compared.`,
		Help: "give each profile and each payload a PayloadUUID of its own, as uuidgen prints, and mend the references to it",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<!-- wifi.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadUUID</key>
<string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
<key>PayloadContent</key>
<array/>
<!-- vpn.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.vpn</string>
<key>PayloadUUID</key>
<string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<!-- wifi.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.wifi</string>
<key>PayloadUUID</key>
<string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
<key>PayloadContent</key>
<array/>
<!-- vpn.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.vpn</string>
<key>PayloadUUID</key>
<string>E1A94D07-38BC-4F65-8C2A-9F60D3B7518E</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel, refCommonKeys},
	},
	CollectFacts: func(p *checker.Pass) error {
		if n, id := ownIdentifier(p.Profile); n != nil {
			for uuid := range ownUUIDs(p.Profile) {
				p.ExportFactWith(anyUUID, uuid.Text(), id, uuid)
			}
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		n, id := ownIdentifier(p.Profile)
		if n == nil {
			return nil
		}
		var groups []*sharedUUIDs
		seen := map[string]bool{}
		for uuid := range ownUUIDs(p.Profile) {
			count, places := p.ImportConflicts(anyUUID, uuid.Text(), id)
			if count == 0 || seen[uuid.Text()] {
				continue
			}
			seen[uuid.Text()] = true
			for i := range places {
				places[i].Message = "the same PayloadUUID"
			}
			i := slices.IndexFunc(groups, func(g *sharedUUIDs) bool { return g.count == count && slices.EqualFunc(g.places, places, sameFile) })
			if i < 0 {
				groups = append(groups, &sharedUUIDs{uuid, count, places, places, 0})
				continue
			}
			groups[i].more++
			if len(groups[i].related) < enoughPlaces {
				groups[i].related = append(groups[i].related, places...)
			}
		}
		for _, g := range groups {
			more := " is"
			if g.more > 0 {
				more = fmt.Sprintf(" and %d more of this profile are", g.more)
			}
			f := p.Value(g.first, "PayloadUUID %q%s also in %s, under another PayloadIdentifier; give each profile and payload one of its own, as uuidgen prints",
				excerpt(p, g.first.Text()), more, otherProfiles(g.count, g.places))
			f.Related = g.related
		}
		return nil
	},
}

// anyUUID is the kind of note for UUIDs of profiles and payloads alike.
const anyUUID = "PayloadUUID of a profile or payload"

// sharedUUIDs are the UUIDs that a profile has in common with the same others.
type sharedUUIDs struct {
	first   *profile.Node
	count   int
	places  []checker.RelatedLocation // of the first
	related []checker.RelatedLocation // of all of them
	more    int
}

// enoughPlaces is how many places of other profiles a finding tells of.
const enoughPlaces = 20

func sameFile(a, b checker.RelatedLocation) bool { return a.File == b.File }

// ownUUIDs yields the UUIDs of a profile and its payloads that can be compared
// with those of others.
func ownUUIDs(p *profile.Profile) iter.Seq[*profile.Node] {
	known := func(holder, n *profile.Node) bool {
		uuid, ok := n.Str()
		return ok && ownName(holder, uuid) && sampleUUID(uuid) == ""
	}
	return func(yield func(*profile.Node) bool) {
		if n := p.Root.Get("PayloadUUID"); known(p.Root, n) && !yield(n) {
			return
		}
		if p.Root.Get("PayloadContent").Templated() {
			return // the payloads may be branches of a template
		}
		for _, payload := range p.Payloads() {
			if known(payload.Node, payload.Keys.UUID) && !yield(payload.Keys.UUID) {
				return
			}
		}
	}
}
