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
		Title:    "PayloadUUID used by more than one profile",
		Severity: checker.Warning,
		Doc: `What it checks: no PayloadUUID of a profile or payload is used in another profile of the run with another
PayloadIdentifier.
Why it matters: Apple's schema requires globally unique values. A duplicate comes from copying a profile or a payload,
and an MDM server that stores profiles by UUID mixes them up.
Exceptions: profiles with the same PayloadIdentifier are versions of one profile and keep their UUIDs, so that devices
do not enroll again. Plain copies are reported by fileset-identifier-duplicate. Template text is not compared.`,
		Help: "generate a new UUID with uuidgen, and update the references to it",
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
			more := checker.Phrase("")
			if g.more > 0 {
				more = checker.Phrase(fmt.Sprintf(" (and %d more)", g.more))
			}
			f := p.Value(g.first, "duplicate `PayloadUUID` %q%s; also used by %s",
				excerpt(p, g.first.Text()), more, otherProfiles(g.count, g.places))
			f.RelatedTo(g.related, "the same PayloadUUID")
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
		return ok && isComparable(holder, uuid) && sampleUUID(uuid) == ""
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
