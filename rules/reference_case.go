package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var referenceCase = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-case",
		Title:    "reference differs from PayloadUUID only in case",
		Severity: checker.Warning,
		Doc: `What it checks: a reference to a certificate has the case of the PayloadUUID that it matches otherwise.
Why it matters: some tools write UUIDs in upper case, others in lower case. A profile assembled from both references a
payload that, case-sensitively, is not in it. Whether devices compare the case is not documented.`,
		Help: "use the same case in both places",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>IdentityCertificateUUID</key>
<string>c2e94a07-83bd-4f16-a5d0-71fe6b3c9d28</string>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>IdentityCertificateUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
		},
		Refs: []checker.Ref{refProfileTypes, refCommonKeys},
	},
	Check: func(p *checker.Pass) error {
		for _, r := range p.Profile.References() {
			if r.Near == nil {
				continue
			}
			f := p.Value(r.Node, "`%s` %q differs only in case from the `PayloadUUID` of %s", r.Key, excerpt(p, r.UUID), payloadLocation(p, *r.Near)).
				WithHelp("use %q", excerpt(p, r.Near.UUID))
			if inner, ok := elementText(p, r.Node); ok && !strings.ContainsAny(r.Near.UUID, "<>&\"'\r") {
				f.Fix = &checker.Fix{
					Message: "use the case of the PayloadUUID in " + r.Key,
					Safe:    true,
					Edits:   []checker.TextEdit{checker.Replace(inner, r.Near.UUID)},
				}
			}
		}
		return nil
	},
}
