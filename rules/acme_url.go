package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var acmeURL = checker.Rule{
	Meta: checker.Meta{
		ID:       "acme-url",
		Title:    "missing or invalid DirectoryURL of an ACME payload",
		Severity: checker.Error,
		Doc: `What it checks: DirectoryURL of an ACME payload is an absolute https:// URL with a host.
Why it matters: Apple's schema allows https only. The device reads the addresses of the ACME server from that directory, so that without it no certificate is
requested.
Exceptions: template variables and placeholders are not reported.`,
		Help: "set DirectoryURL to the https:// URL of the ACME directory",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>DirectoryURL</key>
<string>http://ca.corp.net/acme/directory</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>DirectoryURL</key>
<string>https://ca.corp.net/acme/directory</string>
</dict>`,
		},
		Refs:      []checker.Ref{refACME},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, acme := range p.Profile.ACME() {
			n := acme.DirectoryURL.Node
			text, ok := n.Str()
			if !ok || n.Broken() || profile.IsVariable(text) || sampleHost(text) {
				continue
			}
			if fault := httpsFault(text); fault != "" {
				p.Value(n, "`DirectoryURL` %q %s; expected an https:// URL", shownURL(text), checker.Phrase(fault))
			}
		}
		return nil
	},
}
