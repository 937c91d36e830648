package rules

import (
	"net/netip"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refIdentifierChange = checker.Ref{
	Title: "micromdm issue 849: a replacement profile with another PayloadIdentifier",
	URL:   "https://github.com/micromdm/micromdm/issues/849",
}

var payloadIdentifierFormat = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-identifier-format",
		Title:    "IP address as PayloadIdentifier",
		Severity: checker.Warning,
		Doc: `What it checks: PayloadIdentifier of the profile and its payloads is not an IP address.
Why it matters: a profile replaces the installed one with the same PayloadIdentifier. Some editors write the address of the host on which they run, which is another one
the next time. Apple's schema asks for a reverse-DNS name.
Exceptions: other names that are not in reverse-DNS form work, and are not reported.`,
		Help: "set PayloadIdentifier to a reverse-DNS name that stays the same",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadIdentifier</key>
<string>10.40.41.101</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadIdentifier</key>
<string>net.corp.enroll</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel, refCommonKeys, refIdentifierChange},
	},
	Check: func(p *checker.Pass) error {
		report := func(n *profile.Node) {
			text, ok := n.Str()
			if !ok || len(text) > 64 || text == "" || text[0] > 'f' { // no address begins so
				return
			}
			if text[0] > '9' && strings.IndexByte(text, ':') < 0 { // nor so, and a failure to parse costs memory
				return
			}
			if _, err := netip.ParseAddr(text); err == nil {
				p.Value(n, "`PayloadIdentifier` is the IP address %q; expected a reverse-DNS name", text)
			}
		}
		if p.Profile.Foreign() == "" {
			report(p.Profile.Root.Get("PayloadIdentifier"))
		}
		for _, payload := range p.Profile.Payloads() {
			report(payload.Keys.Identifier)
		}
		return nil
	},
}
