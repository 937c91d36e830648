package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var referenceCase = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-case",
		Title:    "a reference differs from the PayloadUUID in case",
		Severity: checker.Warning,
		Doc: `A certificate UUID is meant to be the PayloadUUID of another payload, letter by letter. UUIDs are written in capitals by some tools
and in small letters by others, and a profile put together from both names a payload that, taken by the letter, is not there. Whether a
device minds is not documented.`,
		Help: "write the UUID in both places in the same letters",
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
			f := p.Value(r.Node, "%s %q is the PayloadUUID of %s in other letters; write %q", r.Key, excerpt(p, r.UUID), placed(p, *r.Near), excerpt(p, r.Near.UUID))
			if inner, ok := elementText(p, r.Node); ok && !strings.ContainsAny(r.Near.UUID, "<>&\"'\r") {
				f.Fix = &checker.Fix{
					Message: "write " + r.Key + " as the payload has it",
					Safe:    true,
					Edits:   []checker.TextEdit{checker.Replace(inner, r.Near.UUID)},
				}
			}
		}
		return nil
	},
}
