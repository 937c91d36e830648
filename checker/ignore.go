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
	index := newIgnoreIndex(ignores)
	for _, f := range found {
		if f.around || f.Rule.Unsuppressible {
			continue
		}
		line := 0
		if f.Span.Valid() {
			line = src.LineAt(f.Span.Start)
		}
		f.Suppression = index.ignored(f.Rule.ID, line)
	}
}

// ignoreIndex finds suppressions by what they are about: a document may have as
// many of them as it has findings.
type ignoreIndex map[ignoredAt]*ignoredBy

// ignoredAt is a rule with the line that a suppression ends on, or with 0 if it
// is for the whole file.
type ignoredAt struct {
	rule string
	line int
}

// ignoredBy are the suppressions of a rule at a place.
type ignoredBy struct {
	used   bool
	number int // of the first of them, in their order
	marks  []*bool
	reason string
}

func newIgnoreIndex(ignores []*Ignore) ignoreIndex {
	x := ignoreIndex{}
	for number, ig := range ignores {
		line := ig.last
		if ig.File {
			line = 0
		}
		for i, id := range ig.IDs {
			by := x[ignoredAt{id, line}]
			if by == nil {
				by = &ignoredBy{number: number, reason: ig.Reason}
				x[ignoredAt{id, line}] = by
			}
			by.marks = append(by.marks, &ig.Used[i])
		}
	}
	return x
}

// ignored marks every suppression that speaks of a finding as used, not the
// first alone, so that none is called unused for another's sake.
func (x ignoreIndex) ignored(rule string, line int) *Suppression {
	var first *ignoredBy
	for _, at := range []int{0, line, line - 1} {
		by := x[ignoredAt{rule, at}]
		if by == nil {
			continue
		}
		if !by.used {
			by.used = true
			for _, mark := range by.marks {
				*mark = true
			}
		}
		if first == nil || by.number < first.number {
			first = by
		}
	}
	if first == nil {
		return nil
	}
	return &Suppression{ByComment, first.reason}
}
