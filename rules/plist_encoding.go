package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var plistEncoding = checker.Rule{
	Meta: checker.Meta{
		ID:       "plist-encoding",
		Title:    "the file is not plain UTF-8",
		Severity: checker.Warning,
		Doc: `A property list is written in UTF-8, without a byte-order mark, and begins with <?xml or <plist. Apple's own tools read
some other encodings, but servers, signing tools and scripts on the way to the device may not: they refuse the file, spoil the letters
outside of ASCII, or stumble over bytes that stand before the XML declaration, which XML itself forbids.`,
		Help: "save the file as UTF-8 without a byte-order mark, with <?xml as the first bytes",
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
		case src.Form == profile.FormJSON && e.Mark:
			p.At(profile.Span{Start: 0, End: len("\ufeff")}, nil, "a byte-order mark stands before the first character, which JSON does not allow; save the file as UTF-8 without one")
			return nil
		case src.Form != profile.FormXML:
			return nil
		}
		declared := strings.ToLower(e.Declared)
		switch {
		case strings.HasPrefix(e.Name, "UTF-16"): // its mark and its declaration say the same
			at := e.Span
			if !at.Valid() {
				at = profile.Span{Start: 0, End: min(1, len(src.Text))}
			}
			p.At(at, nil, "the file is encoded in %s; save it as UTF-8", e.Name)
		case e.Name != "UTF-8":
			p.At(e.Span, nil, "the file is encoded in %s; save it as UTF-8 and declare encoding=\"UTF-8\"", excerpt(p, e.Declared))
		case declared != "" && declared != "utf-8" && declared != "utf8":
			p.At(e.Span, nil, "the declared encoding is %q while the text is UTF-8; write encoding=\"UTF-8\"", excerpt(p, e.Declared))
		}
		if e.Mark && e.Name == "UTF-8" {
			p.At(profile.Span{Start: 0, End: len("\ufeff")}, nil, "a byte-order mark stands before the first character; save the file as UTF-8 without one")
		}
		if lead := src.Leading; lead.Valid() && (len(src.Templates) == 0 || src.Templates[0].Start > lead.End) { // a template may leave nothing there
			p.At(lead, nil, "%d bytes stand before <?xml, which must come first in a file; remove them", lead.End-lead.Start)
		}
		return nil
	},
}
