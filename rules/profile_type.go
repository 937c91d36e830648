package rules

import (
	"bytes"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var profileType = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-type",
		Title:    "profile PayloadType is not Configuration",
		Severity: checker.Error,
		Varies:   "warning for the type of a payload unless iOS is a target",
		Doc: `What it checks: the top-level PayloadType is Configuration.
Why it matters: Apple's schema allows no other value. Types such as com.apple.security.scep belong to the payloads
inside PayloadContent. A payload saved as a file of its own is reported too.
Exceptions: the type of a payload on a profile with an array of payloads is a warning unless iOS is a target (macOS
installs it; observed on macOS). A Profile Service, the first step of over-the-air enrollment, is a document of its
own.`,
		Help: "set the top-level PayloadType to Configuration",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadType</key>
<string>configuration</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadType</key>
<string>Configuration</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs:             []checker.Ref{refTopLevel, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		if p.Profile.Foreign() != "" {
			return nil
		}
		const right = "Configuration"
		n := p.Profile.Root.Get("PayloadType")
		text, ok := n.Str()
		if !ok || text == right || profile.HasVariable(text) || p.Profile.Enrollment() {
			return nil
		}
		if slices.Contains(appleTypes(), text) {
			f := p.Value(n, "profile `PayloadType` is %q, the type of a payload; expected %q", text, right).WithHelp("move the payload into the `PayloadContent` array of a profile")
			if p.Profile.Root.Get("PayloadContent").Is(profile.Array) && !p.Targets.Has("ios") {
				f.Severity = checker.Warning // macOS installs it
			}
			return nil
		}
		f := p.Value(n, "profile `PayloadType` is %q; expected %q", excerpt(p, text), right)
		if text == "Profile Service" {
			f.CausedBy("PayloadContent") // by which it is told from a profile
		}
		if !p.Editable() {
			return nil
		}
		edit := checker.Replace(n.Span(), "<string>"+right+"</string>")
		if inner, ok := elementText(p, n); ok {
			edit = checker.Replace(inner, right)
		}
		f.Fix = &checker.Fix{
			Message: "set PayloadType to " + right,
			Safe:    profile.Distance(strings.ToLower(strings.TrimSpace(text)), strings.ToLower(right)) <= 2,
			Edits:   []checker.TextEdit{edit},
		}
		return nil
	},
}

// elementText is the place between the tags of a scalar, if the document can
// be edited there: an empty element has no such place.
func elementText(p *checker.Pass, n *profile.Node) (profile.Span, bool) {
	open, all := n.OpenSpan(), n.Span()
	if !p.Editable() || !open.Valid() || open.End >= all.End {
		return profile.NoSpan, false
	}
	end := bytes.LastIndex(p.Profile.Source.Text[open.End:all.End], []byte("</"))
	return profile.Span{Start: open.End, End: open.End + end}, end >= 0
}
