package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepContent = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-content",
		Title:    "SCEP payload without a dict of settings",
		Severity: checker.Error,
		Doc: `A SCEP payload holds all its settings in one dict under the key PayloadContent; beside it stand only the keys that every
payload has, such as PayloadType. This differs from the PayloadContent of the profile, which is an array, and from that of
certificate payloads, which is data. Without the dict there is no URL to enrol at, and the payload is refused.`,
		Help: "put the SCEP keys into one dict under PayloadContent",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
	<key>PayloadType</key>
	<string>com.apple.security.scep</string>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>URL</key>
			<string>https://ca.corp.example/scep</string>
		</dict>
	</array>
</dict>`,
			Good: `<dict>
	<key>PayloadType</key>
	<string>com.apple.security.scep</string>
	<key>PayloadContent</key>
	<dict>
		<key>URL</key>
		<string>https://ca.corp.example/scep</string>
	</dict>
</dict>`,
		},
		Refs:             []checker.Ref{refSCEP, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			n := scep.Node.Get("PayloadContent")
			switch {
			case scep.Content != nil, n.Unrendered(), n.Is(profile.Template):
			case n == nil && scep.Node.Templated(): // template text may bring it
			case n == nil:
				p.AtStart(scep.Node, "SCEP payload lacks PayloadContent; write <key>PayloadContent</key> and a <dict> with the SCEP keys in it")
			case n.Is(profile.String) && n.HasVariable():
			case n.Is(profile.Array) && n.Len() == 1 && n.At(0).Is(profile.Dict):
				p.Value(n, "PayloadContent of a SCEP payload is an array around a dict, but must be the dict itself; remove the <array> around it")
			default:
				p.Value(n, "PayloadContent of a SCEP payload is %s, but must be a dict; write a <dict> with the SCEP keys in it", kindPhrase(n.Kind))
			}
		}
		return nil
	},
}

// kindPhrase names a type of value with its article.
func kindPhrase(k profile.Kind) string {
	switch k {
	case profile.Array, profile.Integer:
		return "an " + k.String()
	case profile.Data, profile.Null:
		return k.String()
	}
	return "a " + k.String()
}
