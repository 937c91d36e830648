package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var variableMisplaced = checker.Rule{
	Meta: checker.Meta{
		ID:       "variable-misplaced",
		Title:    "template text where a literal value is required",
		Severity: checker.Warning,
		Varies:   "info for Fleet's variables",
		Doc: `What it checks: template text is inside <string>, not in <integer>, <data>, or <date>, between elements, or in place
of a whole value.
Why it matters: elsewhere it makes the file unreadable as a property list until a product renders it. Devices reject
the file, and many servers reject the upload. The value of the template text is not checked; the rest of the file is.
Exceptions: info for Fleet's variables: Fleet replaces them before it reads the file.`,
		Help: "render the file before uploading it, and check the rendered profile",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Keysize</key>
<integer>{{ .Keysize }}</integer>`,
			Good: `<key>Keysize</key>
<integer>2048</integer>`,
		},
		Refs:             []checker.Ref{refPlistDTD, refFleetVariables},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	CheckDocument: func(p *checker.Pass) error {
		blocks := p.Profile.Source.Templates
		if err := p.Profile.Err; err != nil {
			if err.Template && len(blocks) > 0 {
				f := p.At(err.Span, nil, "template text %q: the file cannot be checked until it is rendered: %s",
					blockText(p, blocks[0]), p.SyntaxMessage(err))
				infoForFleet(f, allFleet(p, blocks))
			}
			return nil
		}
		if len(blocks) == 0 && !p.Profile.Source.Unrendered {
			return nil
		}
		w := &templateWalk{pass: p, blocks: blocks}
		var outside []profile.Span
		if root := p.Profile.Root; root != nil {
			at := root.Span().Start
			outside = w.until(at, nil)
			if !root.Is(profile.Template) || len(w.blocks) == 0 || w.blocks[0].Start != at { // otherwise it is one of the blocks
				w.value(root)
			}
		}
		w.report(nil, w.until(len(p.Profile.Source.Text), outside))
		return nil
	},
}

var refFleetVariables = checker.Ref{
	Title: "Fleet source: variables in configuration profiles",
	URL:   "https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go",
}

// templateWalk goes through a profile in file order, side by side with the
// template text that stands outside values, and tells which dictionary or array
// each piece of it belongs to.
type templateWalk struct {
	pass   *checker.Pass
	blocks []profile.Span // those still to come
}

// until takes the pieces that start before an offset and adds them to those
// that were found in the same place before.
func (w *templateWalk) until(offset int, found []profile.Span) []profile.Span {
	for len(w.blocks) > 0 && w.blocks[0].Start < offset {
		found = append(found, w.blocks[0])
		w.blocks = w.blocks[1:]
	}
	return found
}

// value reports a value and what it holds. The reader of property lists bounds
// the depth.
func (w *templateWalk) value(n *profile.Node) {
	if n.Broken() {
		return
	}
	if n.Unrendered() {
		w.unrendered(n, n.Span(), n.Text())
		return
	}
	if !n.Is(profile.Dict, profile.Array) {
		return
	}
	var found []profile.Span
	for c := range n.Children() {
		if c.Is(profile.Template) && n.Is(profile.Dict) {
			found = w.until(c.KeySpan().Start, found)
			at := c.Span()
			if parts := w.until(at.End, nil); len(parts) > 0 {
				at.Start = parts[0].Start // several blocks may make up one value
			}
			w.unrendered(c, at, string(w.pass.Profile.Source.Text[at.Start:at.End]))
			continue
		}
		found = w.until(c.Span().Start, found)
		w.value(c)
	}
	if span := n.Span(); span.Valid() {
		w.report(n, w.until(span.End, found))
	}
}

// unrendered reports a value that is template text. Of the text only variables
// are quoted, for the rest of it may be a secret.
func (w *templateWalk) unrendered(n *profile.Node, at profile.Span, text string) {
	text = strings.TrimSpace(text)
	if w.isRendered(text) {
		return
	}
	fleet, first := true, ""
	for _, v := range profile.Variables(text) {
		if first == "" {
			first = withoutLiterals(text[v.Start:v.End])
		}
		fleet = fleet && v.Syntax == profile.SyntaxFleet
	}
	if first == "" && text != "" {
		if v, ok := profile.AtElement(text, 0); ok {
			first, fleet = withoutLiterals(text[v.Start:v.End]), false
		}
	}
	if first == "" && strings.HasPrefix(text, "<{") {
		first, fleet = withoutLiterals(text), false // an expression of a program
	}
	var f *checker.Finding
	if n.Is(profile.Template) {
		f = w.pass.At(at, n.Path(), "template text %q in place of a value; not a property list until rendered", excerpt(w.pass, first)).
			WithHelp("render the file before checking it, or put the text inside <string>")
	} else {
		f = w.pass.At(at, n.Path(), "template text %q in <%s>; not a property list until rendered", excerpt(w.pass, first), n.Kind)
	}
	infoForFleet(f, fleet && first != "")
}

// report reports the first of the pieces that stand between the values of a
// dictionary or array, or outside the root value.
func (w *templateWalk) report(in *profile.Node, found []profile.Span) {
	found = slices.DeleteFunc(found, func(at profile.Span) bool { return w.isRendered(string(w.pass.Profile.Source.Text[at.Start:at.End])) })
	if len(found) == 0 {
		return
	}
	f := w.pass.At(found[0], in.Path(), "template text %q between elements; not a property list until rendered",
		blockText(w.pass, found[0]))
	infoForFleet(f, allFleet(w.pass, found))
}

// isRendered reports whether the document around the profile renders template text:
// Terraform does so in heredocs.
func (w *templateWalk) isRendered(text string) bool {
	x := w.pass.Profile.Export
	text = strings.TrimPrefix(text, "<") // of <${var.on ? "true" : "false"}/>
	return x != nil && x.Rendered && (strings.HasPrefix(text, "${") || strings.HasPrefix(text, "%{"))
}

func infoForFleet(f *checker.Finding, fleet bool) {
	if fleet {
		f.Severity = checker.Info
	}
}

func allFleet(p *checker.Pass, blocks []profile.Span) bool {
	for _, b := range blocks {
		v := profile.Variables(string(p.Profile.Source.Text[b.Start:b.End]))
		if len(v) == 0 || v[0].Syntax != profile.SyntaxFleet {
			return false
		}
	}
	return true
}

func blockText(p *checker.Pass, at profile.Span) string {
	return excerpt(p, withoutLiterals(string(p.Profile.Source.Text[at.Start:min(at.End, at.Start+400)])))
}

// withoutLiterals empties the quoted strings of a template, such as the default
// of a password: they may be secret.
func withoutLiterals(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, "\"'`")
		if i < 0 {
			return b.String() + text
		}
		b.WriteString(text[:i+1] + "…")
		n := strings.IndexByte(text[i+1:], text[i])
		if n < 0 {
			return b.String()
		}
		b.WriteByte(text[i])
		text = text[i+1+n+1:]
	}
}

// excerpt shortens a text of the file to what a message can quote: whitespace
// in it becomes single spaces, and what is too long is cut.
func excerpt(p *checker.Pass, text string) string {
	const most = 40
	text = p.Mask(text) // before it is cut
	if len(text) <= most && !strings.ContainsAny(text, "\t\r\n") {
		return text
	}
	text = strings.Join(strings.Fields(text[:min(len(text), 400)]), " ")
	count := 0
	for i := range text {
		if count++; count > most {
			return text[:i] + "…"
		}
	}
	return text
}
