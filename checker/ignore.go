package checker

import (
	"strings"
	"unicode"

	"github.com/sceplint/sceplint/checker/profile"
)

// Ignore is one suppression comment:
//
//	<!-- sceplint:ignore ID[,ID…] reason -->
//	<!-- sceplint:ignore-file ID[,ID…] reason -->
//
// The first holds for findings that start on its last line or the one after,
// the second for the whole file.
type Ignore struct {
	Span   profile.Span
	File   bool
	IDs    []string
	Used   []bool // for each ID, whether it kept a finding back
	Ran    []bool // for each ID, whether its rule ran at all
	Reason string
	last   int // the line it ends on
}

const directive = "sceplint:ignore"

// ignores reads the suppression comments of a document.
func (p *Pass) ignores() []*Ignore {
	src := p.Profile.Source
	if len(src.Comments) == 0 {
		return nil
	}
	var list []*Ignore
	for _, span := range src.Comments {
		body := strings.TrimSpace(string(src.Text[span.Start+len("<!--") : span.End-len("-->")]))
		if !strings.HasPrefix(body, directive) {
			continue
		}
		ig := &Ignore{Span: span, last: src.LineAt(span.End)}
		rest := body[len(directive):]
		if ig.File = strings.HasPrefix(rest, "-file"); ig.File {
			rest = rest[len("-file"):]
		}
		ig.IDs, ig.Reason = directiveIDs(rest)
		ig.Used, ig.Ran = make([]bool, len(ig.IDs)), make([]bool, len(ig.IDs))
		for i, id := range ig.IDs {
			if short, ok := p.checker.long[id]; ok {
				id, ig.IDs[i] = short, short
			}
			// A rule about the whole set has its turn later, and may have none.
			ig.Ran[i] = p.plan.on[id] && !p.plan.aboutSet(id)
		}
		list = append(list, ig)
	}
	return list
}

// directiveIDs splits "a, b,c reason" into IDs and reason. Any white space
// parts them, and a colon may stand between the two.
func directiveIDs(text string) (ids []string, reason string) {
	text = strings.TrimSpace(text)
	for more := true; more && text != ""; {
		end := strings.IndexFunc(text, unicode.IsSpace)
		if end < 0 {
			end = len(text)
		}
		word := text[:end]
		text = strings.TrimSpace(text[end:])
		more = strings.HasSuffix(word, ",") || strings.HasPrefix(text, ",")
		text = strings.TrimSpace(strings.TrimPrefix(text, ","))
		for id := range strings.SplitSeq(word, ",") {
			if id = strings.TrimRight(id, ":"); id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids, strings.TrimSpace(strings.TrimLeft(text, "-:– "))
}

// suppress marks the findings that a comment keeps back.
func suppress(src *profile.Source, ignores []*Ignore, found []*Finding) {
	if len(ignores) == 0 {
		return
	}
	for _, f := range found {
		if !f.around {
			f.Suppression = ignored(src, ignores, f)
		}
	}
}

// ignored marks every suppression that speaks of the finding as used, not the
// first alone, so that none is called unused for another's sake.
func ignored(src *profile.Source, ignores []*Ignore, f *Finding) (why *Suppression) {
	line := 0
	if f.Span.Valid() {
		line = src.LineAt(f.Span.Start)
	}
	for _, ig := range ignores {
		if !ig.File && (line == 0 || line != ig.last && line != ig.last+1) {
			continue
		}
		for i, id := range ig.IDs {
			if id == f.Rule.ID {
				ig.Used[i] = true
				if why == nil {
					why = &Suppression{ByComment, ig.Reason}
				}
			}
		}
	}
	return why
}
