package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var plistSyntax = checker.Rule{
	Meta: checker.Meta{
		ID:       "plist-syntax",
		Title:    "not a property list that devices read",
		Severity: checker.Error,
		Doc: `A configuration profile is an XML or binary property list, alone or wrapped in a CMS signature.
Devices refuse a file that is not well-formed with "invalid profile" (MCProfileErrorDomain 1000) and give no line.
The most frequent causes are an unescaped & in a URL, a file cut off on its way, and text left over from a merge or a template.
After a fault at one value the rest of the file is checked; after one that makes the structure unclear, such as a missing tag, it is not.
A warning tells what readers differ on: what Apple's own reader, CoreFoundation as it is published, rejects though most programs read it (comments inside
values, white space after digits, dates that are not in UTC, declarations in the document type), and what it reads though most programs reject it
(control characters, data that is not base64, content after </plist>). Versions on devices may differ. Nothing suppresses these findings.`,
		Help:           "mend the file at this place; plutil -lint on a Mac gives a second opinion",
		Unsuppressible: true,
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://ca.corp.example/scep?a=1&b=2</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep?a=1&amp;b=2</string>`,
		},
		Refs:      []checker.Ref{refPlistDTD, refXML, refPropertyList, refMDMErrors},
		Documents: checker.AnyDocument,
	},
	CheckDocument: func(p *checker.Pass) error {
		for _, d := range p.Profile.Source.CompatWarnings {
			f := p.At(d.Span, nil, "%s", checker.Prose(d.Message))
			f.Severity, f.Help = checker.Warning, "write what every reader of property lists reads"
		}
		for _, err := range append(slices.Clip(p.Profile.Source.Faults), p.Profile.Err) {
			if err == nil || err.Template {
				continue
			}
			f := p.At(err.Span, nil, "%s", syntaxMessage(p, err))
			if err.Hint != "" {
				f.Help = err.Hint
			}
		}
		return nil
	},
}

// syntaxMessage is the message of a syntax error, without secrets unless they are to be shown.
func syntaxMessage(p *checker.Pass, err *profile.SyntaxError) checker.Prose {
	if p.ShowSecrets() {
		return checker.Prose(err.Message)
	}
	return checker.Prose(profile.MaskError(err))
}
