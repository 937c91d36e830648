package rules

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var filesetIdentifierDuplicate = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-identifier-duplicate",
		Title:    "two profiles of the run have one PayloadIdentifier",
		Severity: checker.Warning,
		Doc: `A device knows a profile by its top-level PayloadIdentifier: one that comes with an identifier it has is an update, and replaces
what is there. Of two profiles with one identifier a device keeps that which was installed last, and its identity, Wi-Fi and VPN settings go
with the other. A signed copy of a profile with the same content is that profile in another form, and is not counted; one that was not signed anew after
a change is. If profiles are meant to replace one another, as those for several environments, check them in runs of their own,
or suppress the finding and say so. Identifiers with template text are not compared.`,
		Help: "give each profile an identifier of its own, or keep one of the profiles",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<!-- wifi.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.access</string>
<key>PayloadDisplayName</key>
<string>Wi-Fi</string>
<key>PayloadContent</key>
<array/>
<!-- vpn.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.access</string>
<key>PayloadDisplayName</key>
<string>VPN</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<!-- wifi.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.access.wifi</string>
<key>PayloadDisplayName</key>
<string>Wi-Fi</string>
<key>PayloadContent</key>
<array/>
<!-- vpn.mobileconfig -->
<key>PayloadIdentifier</key>
<string>org.corp.access.vpn</string>
<key>PayloadDisplayName</key>
<string>VPN</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel, refCommonKeys},
	},
	CollectFacts: func(p *checker.Pass) error {
		if n, id := ownIdentifier(p.Profile); n != nil {
			p.ExportFactWith("PayloadIdentifier", id, content(p.Profile), n)
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		n, id := ownIdentifier(p.Profile)
		if n == nil {
			return nil
		}
		if count, places := p.ImportConflicts("PayloadIdentifier", id, content(p.Profile)); count > 0 {
			f := p.Value(n, "PayloadIdentifier %q is also that of %s, and a device replaces the one by the other; give each profile one of its own",
				excerpt(p, id), otherProfiles(count, places))
			f.Related = places
			return nil
		}
		count, places := p.ImportFact("PayloadIdentifier", id)
		signed := p.Profile.Source.Signatures > 0
		if count == 0 || count == len(places) && !slices.ContainsFunc(places, func(r checker.RelatedLocation) bool { return r.Signed == signed }) {
			return nil // the same profile in its signed form
		}
		f := p.Value(n, "PayloadIdentifier %q is also that of %s, with the same content; keep one of them", excerpt(p, id), otherProfiles(count, places))
		f.Related = places
		return nil
	},
}

// ownIdentifier is the identifier of a profile, if it can be compared with those
// of others.
func ownIdentifier(p *profile.Profile) (*profile.Node, string) {
	n := p.Root.Get("PayloadIdentifier")
	id, _ := n.Str()
	if p.Foreign() != "" || p.Deployed() || !ownName(p.Root, id) {
		return nil, ""
	}
	return n, id
}

// otherProfiles counts some other profiles and names the first, unless it
// cannot be read any more.
func otherProfiles(count int, places []checker.RelatedLocation) string {
	switch {
	case len(places) == 0 && count == 1:
		return "another profile of the run"
	case len(places) == 0:
		return fmt.Sprintf("%d other profiles of the run", count)
	case count == 1:
		return fmt.Sprintf("%q", places[0].File)
	}
	return fmt.Sprintf("%d other profiles, %q first", count, places[0].File)
}

var contentSeed = maphash.MakeSeed()

// content stands for the bytes of a profile, without its signature.
func content(p *profile.Profile) string {
	return strconv.FormatUint(maphash.Bytes(contentSeed, bytes.TrimSpace(p.Source.Text)), 36)
}
