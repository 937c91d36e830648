package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var acmeNested = checker.Rule{
	Meta: checker.Meta{
		ID:       "acme-nested",
		Title:    "ACME settings inside PayloadContent",
		Severity: checker.Error,
		Doc: `What it checks: the keys of an ACME payload are beside PayloadType, not inside a PayloadContent.
Why it matters: the device looks for the keys in the payload itself. It ignores those inside PayloadContent, and rejects the payload because the required keys are
missing. SCEP payloads, which have a PayloadContent, are where this is often copied from.
Exceptions: a PayloadContent whose keys are all beside PayloadType as well is not reported.`,
		Help: "move the keys out of PayloadContent, and remove it",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>PayloadContent</key>
<dict>
	<key>DirectoryURL</key>
	<string>https://ca.corp.net/acme/directory</string>
	<key>ClientIdentifier</key>
	<string>device-17</string>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.acme</string>
<key>DirectoryURL</key>
<string>https://ca.corp.net/acme/directory</string>
<key>ClientIdentifier</key>
<string>device-17</string>
</dict>`,
		},
		Refs:      []checker.Ref{refACME},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, acme := range p.Profile.ACME() {
			if acme.Nested == nil {
				continue
			}
			f := p.Key(acme.Nested, "ACME settings inside `PayloadContent` are ignored; expected beside `PayloadType`")
			if f.Fix = unnested(p, acme.Nested); f.Fix != nil {
				for n := range acme.Nested.Children() {
					if acme.Node.Get(n.Key) != nil {
						f.Fix = nil // one of the two is meant
						break
					}
				}
			}
		}
		return nil
	},
}

// unnested removes the dictionary around some keys, and its key; nil where the
// text is not that of a dictionary with a start and an end tag.
func unnested(p *checker.Pass, n *profile.Node) *checker.Fix {
	const end = "</dict>"
	at, open := n.Span(), n.OpenSpan()
	if !p.Editable() || !at.Valid() || n.Len() == 0 || n.KeySpan() == at {
		return nil
	}
	text := p.Profile.Source.Text
	if at.End-len(end) < open.End || string(text[at.End-len(end):at.End]) != end {
		return nil
	}
	return &checker.Fix{
		Message: "move the keys out of PayloadContent",
		Safe:    true,
		Edits: []checker.TextEdit{
			{Start: n.KeySpan().Start, End: open.End},
			{Start: at.End - len(end), End: at.End},
		},
	}
}
