package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepContent = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-content",
		Title:    "SCEP settings are missing or not a dictionary",
		Severity: checker.Error,
		Doc: `What it checks: PayloadContent of a SCEP payload is a dictionary.
Why it matters: it contains all settings of the payload; only common keys such as PayloadType are beside it.
PayloadContent of the profile is an array, and that of a certificate payload is data. Without the dictionary there is
no URL to enroll at, and the payload is rejected.
Exceptions: template text is not reported.`,
		Help: "put the SCEP keys in one dictionary under PayloadContent",
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
				if misspelledKey(p, scep.Node, "SCEP payload", "PayloadContent") == nil {
					p.AtStart(scep.Node, "SCEP payload is missing required key `PayloadContent`").StandsFor(append(scep.Node.Path(), "PayloadContent")...)
				}
			case n.Is(profile.String) && n.HasVariable():
			case n.Is(profile.Array) && n.Len() == 1 && n.At(0).Is(profile.Dict):
				p.Value(n, "`PayloadContent` of a SCEP payload must be a dictionary, found it inside an array").StandsFor(n.Path()...).WithHelp("remove the array around the dictionary")
			default:
				p.Value(n, "`PayloadContent` of a SCEP payload must be a dictionary, found %s", kindPhrase(n.Kind)).StandsFor(n.Path()...)
			}
		}
		return nil
	},
}

// kindPhrase names a type of value with its article.
func kindPhrase(k profile.Kind) checker.Markup {
	switch k {
	case profile.Dict:
		return "a dictionary"
	case profile.Array, profile.Integer:
		return checker.Markup("an " + k.String())
	case profile.Data, profile.Null:
		return checker.Markup(k.String())
	}
	return checker.Markup("a " + k.String())
}
