package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
)

var plistSyntax = checker.Rule{
	Meta: checker.Meta{
		ID:       "plist-syntax",
		Title:    "malformed property list",
		Severity: checker.Error,
		Varies:   "warning where readers differ",
		Doc: `What it checks: the file is an XML or binary property list, or JSON for declarations, alone or inside a CMS signature.
Why it matters: devices reject a malformed file with "invalid profile" (MCProfileErrorDomain 1000) and give no line.
Typical causes are an unescaped & in a URL, a truncated file, and text left over from a merge or a template.
Exceptions: a warning marks text that readers treat differently: text that Apple's published reader, CoreFoundation,
rejects and most programs read, or the reverse. Versions on devices may differ. After a fault in one value the rest of
the file is checked; after one that makes the structure unclear, such as a missing tag, it is not. These findings
cannot be suppressed.`,
		Help:           "fix the syntax error; on a Mac, plutil -lint FILE confirms the result",
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
			f.Severity, f.Help = checker.Warning, d.Help
		}
		for _, err := range append(slices.Clip(p.Profile.Source.Faults), p.Profile.Err) {
			if err == nil || err.Template {
				continue
			}
			f := p.At(err.Span, nil, "%s", p.SyntaxMessage(err))
			if err.Help != "" {
				f.Help = err.Help
			}
		}
		return nil
	},
}
