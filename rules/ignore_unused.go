package rules

import (
	"bytes"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var ignoreUnused = checker.Rule{
	Meta: checker.Meta{
		ID:       "ignore-unused",
		Title:    "unused suppression",
		Severity: checker.Warning,
		Doc: `What it checks: each suppression comment suppresses a finding of every rule it names.
Why it matters: a comment with sceplint:ignore applies to its own line and the next one, to the key below it and its
value, or with sceplint:ignore-file to the whole file. An unused one is obsolete or on the wrong line, and would hide
a future finding.
Exceptions: rules that are disabled, and policies of packs that are not loaded, are not counted. Not reported where
another finding about the value, or about its payload, may be why there is nothing to suppress.`,
		Help: "remove the suppression, or move it to the line of the finding",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Keysize</key>
<integer>2048</integer> <!-- sceplint:ignore scep-keysize the old CA had other sizes -->`,
			Good: `<key>Keysize</key>
<integer>3072</integer> <!-- sceplint:ignore scep-keysize our own test device takes it -->`,
		},
		Refs: []checker.Ref{refSuppression},
	},
	CheckSuppressions: func(p *checker.Pass, ignores []*checker.SuppressionComment) error {
		if p.Profile.Root == nil {
			return nil // most rules could not look at the file
		}
		for _, ig := range ignores {
			if ig.Hidden {
				continue
			}
			for i, id := range ig.IDs {
				if p.RuleExists(id) && !p.Unsuppressible(id) && ig.Ran[i] && !ig.Used[i] && !needsMore(p, id) {
					full := p.LimitReached()
					f := p.At(ig.Span, nil, "unused suppression of %q: no finding to suppress", id)
					if !full {
						f.Fix = withoutID(p, ig, i)
					}
				}
			}
		}
		return nil
	},
}

var refSuppression = checker.Ref{
	Title: "sceplint: suppressing findings",
	URL:   "https://github.com/sceplint/sceplint#suppressing-findings",
}

// needsMore reports whether the findings of a rule depend on what this run may
// not have: targets, or the other profiles that were checked along.
func needsMore(p *checker.Pass, id string) bool {
	return strings.HasPrefix(id, "fileset-") || strings.HasPrefix(id, "target-") && len(p.Targets) == 0
}

// withoutID removes one ID from a suppression, or the whole comment away if it
// names no other.
func withoutID(p *checker.Pass, ig *checker.SuppressionComment, i int) *checker.Fix {
	switch n := len(ig.IDs); {
	case n == 1:
		return withoutComment(p, ig)
	case n > 64:
		return nil // nobody wrote such a list by hand
	}
	ids := placesOf(p.Profile.Source.Text, ig)
	if !p.Editable() || ids == nil {
		return nil
	}
	cut := profile.Span{Start: ids[i].Start}
	if i+1 < len(ids) {
		cut.End = ids[i+1].Start
	} else {
		cut = profile.Span{Start: ids[i-1].End, End: ids[i].End}
	}
	return &checker.Fix{Message: "remove " + ig.IDs[i] + " from the suppression", Safe: true, Edits: []checker.TextEdit{checker.Replace(cut, "")}}
}

// placesOf finds the IDs of a suppression in the text; nil if it cannot.
func placesOf(text []byte, ig *checker.SuppressionComment) []profile.Span {
	const directive = "sceplint:ignore"
	at := ig.Span.Start + bytes.Index(text[ig.Span.Start:ig.Span.End], []byte(directive)) + len(directive)
	if ig.File {
		at += len("-file")
	}
	var places []profile.Span
	for _, id := range ig.IDs {
		rest := text[at:ig.Span.End]
		at += len(rest) - len(bytes.TrimLeft(rest, ", \t\r\n"))
		if !bytes.HasPrefix(text[at:], []byte(id)) {
			return nil
		}
		places = append(places, profile.Span{Start: at, End: at + len(id)})
		at += len(id)
	}
	return places
}

// withoutComment takes a comment away, with its line if nothing else stands on
// it, and otherwise with the blanks on one side.
func withoutComment(p *checker.Pass, ig *checker.SuppressionComment) *checker.Fix {
	if !p.Editable() {
		return nil
	}
	text, cut := p.Profile.Source.Text, ig.Span
	before := bytes.TrimRight(text[:cut.Start], " \t")
	after := bytes.TrimLeft(text[cut.End:], " \t")
	first := len(before) == 0 || bytes.HasSuffix(before, []byte("\n")) || bytes.HasSuffix(before, []byte("\r"))
	last := len(after) == 0 || after[0] == '\n' || after[0] == '\r'
	blank := len(text)-len(after) > cut.End
	switch {
	case first && last:
		cut.Start, cut.End = len(before), len(text)-len(after)
		for _, ending := range []string{"\r\n", "\n", "\r"} {
			if bytes.HasPrefix(after, []byte(ending)) {
				cut.End += len(ending)
				break
			}
		}
	case first:
		cut.End = len(text) - len(after)
	case last || blank:
		cut.Start = len(before)
	}
	return &checker.Fix{Message: "remove the suppression", Safe: true, Edits: []checker.TextEdit{checker.Replace(cut, "")}}
}
