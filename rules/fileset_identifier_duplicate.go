package rules

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var filesetIdentifierDuplicate = checker.Rule{
	Meta: checker.Meta{
		ID:       "fileset-identifier-duplicate",
		Title:    "PayloadIdentifier used by more than one profile",
		Severity: checker.Warning,
		Doc: `What it checks: each profile of the run has a PayloadIdentifier that no other profile has.
Why it matters: a device identifies a profile by its top-level PayloadIdentifier: one with an identifier that is
already installed replaces the installed profile. Of two profiles with the same identifier only the last one stays,
and the identity, Wi-Fi, and VPN settings of the other are removed.
Exceptions: a signed copy with the same content is not reported. Identifiers with template text are not compared.
Check profiles that are meant to replace each other, such as one per environment, in separate runs, or suppress the
finding.`,
		Help: "use a unique identifier for each profile, or keep only one of the profiles",
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
			p.ExportContentFact("PayloadIdentifier", id, func() string { return content(p.Profile) }, n)
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		n, id := ownIdentifier(p.Profile)
		if n == nil {
			return nil
		}
		count, same, other := p.ImportContentFact("PayloadIdentifier", id, content(p.Profile))
		var f *checker.Finding
		switch signed := p.Profile.Source.Signatures > 0; {
		case len(other) > 0 && count == len(same)+len(other):
			f = duplicateProfile(p, n, id, len(other), other)
		case count > len(same): // they are not all compared
			f = duplicateProfile(p, n, id, count, append(other, same...))
		case count == 0 || !slices.ContainsFunc(same, func(r checker.RelatedLocation) bool { return r.Signed == signed }):
			return nil // the same profile in its signed form
		default:
			f = p.Value(n, "duplicate profile with `PayloadIdentifier` %q; same content as %s", excerpt(p, id), otherProfiles(count, same))
			f.WithHelp("keep only one of the profiles")
			f.Related = same
		}
		p.OncePerRun(f, "PayloadIdentifier", id)
		return nil
	},
}

// duplicateProfile reports that other profiles have an identifier, too.
func duplicateProfile(p *checker.Pass, n *profile.Node, id string, count int, places []checker.RelatedLocation) *checker.Finding {
	f := p.Value(n, "duplicate profile `PayloadIdentifier` %q; also used by %s", excerpt(p, id), otherProfiles(count, places))
	f.Related = places
	return f
}

// ownIdentifier is the identifier of a profile, if it can be compared with those
// of others.
func ownIdentifier(p *profile.Profile) (*profile.Node, string) {
	n := p.Root.Get("PayloadIdentifier")
	id, _ := n.Str()
	if p.Foreign() != "" || p.Deployed() || !isComparable(p.Root, id) {
		return nil, ""
	}
	return n, id
}

// otherProfiles counts some other profiles and names the first, unless it
// cannot be read any more.
func otherProfiles(count int, places []checker.RelatedLocation) checker.Phrase {
	switch {
	case len(places) == 0 && count == 1:
		return "another profile of the run"
	case len(places) == 0:
		return checker.Phrase(fmt.Sprintf("%d other profiles of the run", count))
	case count == 1:
		return checker.Phrase(fmt.Sprintf("%q", places[0].File))
	}
	return checker.Phrase(fmt.Sprintf("%d other profiles, such as %q", count, places[0].File))
}

var contentSeed = maphash.MakeSeed()

// content stands for the values of a profile, without its signature, comments, and the
// way in which it is written.
func content(p *profile.Profile) string {
	return strconv.FormatUint(maphash.Bytes(contentSeed, appendValues(make([]byte, 0, len(p.Source.Text)), p.Root)), 36)
}

// appendFields appends a text without its whitespace.
func appendFields(b []byte, text string) []byte {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.IndexByte(line, ' ') < 0 && strings.IndexByte(line, '\t') < 0 && strings.IndexByte(line, '\r') < 0 { // as nearly all
			b = append(b, line...)
			continue
		}
		for field := range strings.FieldsSeq(line) {
			b = append(b, field...)
		}
	}
	return b
}

// appendValues appends a value with all that it holds, so that no two that differ are
// written alike.
func appendValues(b []byte, n *profile.Node) []byte {
	text, data := n.Text(), n.Is(profile.Data)
	var head [13]byte
	head[0] = byte(n.Kind)
	binary.LittleEndian.PutUint32(head[1:], uint32(n.Len()))
	binary.LittleEndian.PutUint32(head[5:], uint32(len(n.Key)))
	if !data {
		binary.LittleEndian.PutUint32(head[9:], uint32(len(text)))
	}
	b = append(append(b, head[:]...), n.Key...)
	if data {
		b = append(appendFields(b, text), ' ')
	} else {
		b = append(b, text...)
	}
	for c := range n.Children() {
		b = appendValues(b, c)
	}
	return b
}
