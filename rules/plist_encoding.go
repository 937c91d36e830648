package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var plistEncoding = checker.Rule{
	Meta: checker.Meta{
		ID:       "plist-encoding",
		Title:    "file is not UTF-8 without a byte order mark",
		Severity: checker.Warning,
		Doc: `What it checks: the encoding, the declared encoding, a byte order mark, and bytes before <?xml.
Why it matters: Apple's own tools read some other encodings. Servers, signing tools, and scripts on the way to the
device may reject the file or corrupt letters outside ASCII. XML forbids bytes before the XML declaration.
Exceptions: UTF-8 without a declaration is not reported.`,
		Help: "save the file as UTF-8 without a byte order mark; <?xml must be the first bytes",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `<?xml version="1.0" encoding="ISO-8859-1"?>
<plist version="1.0">
<dict/>
</plist>`,
			Good: `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict/>
</plist>`,
		},
		Refs:             []checker.Ref{refXML, refPlistDTD},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		src := p.Profile.Source
		e := src.Encoding
		switch {
		case src.IsJSON() && e.Mark:
			p.At(profile.Span{Start: 0, End: len("\ufeff")}, nil, "file starts with a byte order mark, which JSON does not allow").WithHelp("save the file as UTF-8 without a byte order mark")
			return nil
		case !p.Editable(): // no XML
			return nil
		}
		declared := strings.ToLower(e.Declared)
		switch {
		case strings.HasPrefix(e.Name, "UTF-16"): // its mark and its declaration say the same
			at := e.Span
			if !at.Valid() {
				at = profile.Span{Start: 0, End: min(1, len(src.Text))}
			}
			p.At(at, nil, "file is encoded as %s; expected UTF-8", e.Name)
		case e.Name != "UTF-8":
			p.At(e.Span, nil, "file is encoded as %s; expected UTF-8", excerpt(p, e.Declared)).WithHelp("save the file as UTF-8, and declare encoding=\"UTF-8\"")
		case declared != "" && declared != "utf-8" && declared != "utf8":
			p.At(e.Span, nil, "declared encoding %q does not match the text, which is UTF-8", excerpt(p, e.Declared)).WithHelp("declare encoding=\"UTF-8\"")
		}
		if e.Mark && e.Name == "UTF-8" {
			p.At(profile.Span{Start: 0, End: len("\ufeff")}, nil, "file starts with a byte order mark").WithHelp("save the file as UTF-8 without a byte order mark")
		}
		if lead := src.Leading; lead.Valid() && (len(src.Templates) == 0 || src.Templates[0].Start > lead.End) { // a template may leave nothing there
			p.At(lead, nil, "found text before <?xml, which must come first (%d bytes)", lead.End-lead.Start).WithHelp("remove the bytes before <?xml")
		}
		return nil
	},
}
