package checker

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/sceplint/sceplint/checker/profile"
)

// SuppressionComment is one suppression comment:
//
//	<!-- sceplint:ignore ID[,ID…] reason -->
//	<!-- sceplint:ignore-file ID[,ID…] reason -->
//
// The first applies to findings that start on its last line or the next one,
// and, if it is alone above a key, to the key and all of its value. The second
// applies to the whole file.
type SuppressionComment struct {
	Span   profile.Span
	File   bool
	IDs    []string
	Used   []bool // for each ID, whether it suppressed a finding
	Ran    []bool // for each ID, whether its rule ran at all
	Reason string

	// Malformed says why a comment that looks like a suppression comment is
	// malformed, and suppresses nothing; "" if it is well-formed.
	Malformed string

	last int // the line it ends on
	key  int // the offset of the key below it; -1 if there is none
}

const directive = "sceplint:ignore"

// ignores reads the suppression comments of a document.
func (p *Pass) ignores() []*SuppressionComment {
	src := p.Profile.Source
	if len(src.Comments) == 0 || p.checker.NoIgnores {
		return nil
	}
	var list []*SuppressionComment
	for _, span := range src.Comments {
		ig := &SuppressionComment{Span: span, last: src.LineAt(span.End), key: -1}
		list = append(list, ig)
		body := strings.TrimSpace(string(src.Text[span.Start+len("<!--") : span.End-len("-->")]))
		word, rest := body, ""
		if i := strings.IndexFunc(body, unicode.IsSpace); i >= 0 {
			word, rest = body[:i], body[i:]
		}
		switch word {
		case directive, directive + "-file":
			ig.File = word != directive
		default:
			ig.Malformed = "expected " + directive + "[-file] ID reason"
			continue
		}
		if ig.IDs, ig.Reason = directiveIDs(rest); len(ig.IDs) == 0 {
			ig.Malformed = "missing rule ID"
			continue
		}
		ig.Used, ig.Ran = make([]bool, len(ig.IDs)), make([]bool, len(ig.IDs))
		for i, id := range ig.IDs {
			if short, ok := p.checker.qualifiedIDs[id]; ok {
				id, ig.IDs[i] = short, short
			}
			// A rule about the whole set has its turn later, and may have none.
			ig.Ran[i] = p.plan.on[id] && !p.plan.aboutSet(id)
		}
	}
	findKeys(src.Text, list)
	return list
}

// findKeys finds the keys below suppression comments that are alone on their
// lines, with only other comments between.
func findKeys(text []byte, list []*SuppressionComment) {
	key, start := -1, -1 // below the suppression that comes next, and where it starts
	for _, ig := range slices.Backward(list) {
		key = keyBelow(text, ig.Span.End, key, start)
		start = ig.Span.Start
		before := bytes.TrimRight(text[:start], " \t")
		alone := len(before) == 0 || before[len(before)-1] == '\n' || before[len(before)-1] == '\r'
		if alone && !ig.File {
			ig.key = key
		}
	}
}

// keyBelow returns the offset of the key that follows an offset, skipping
// comments; -1 if there is none. The key of the comment that starts at next is
// known.
func keyBelow(text []byte, at, known, next int) int {
	for {
		rest := bytes.TrimLeft(text[at:], " \t\r\n")
		at = len(text) - len(rest)
		switch {
		case at == next:
			return known
		case bytes.HasPrefix(rest, []byte("<key")):
			return at
		case bytes.HasPrefix(rest, []byte("<!--")):
			n := bytes.Index(rest, []byte("-->"))
			if n < 0 {
				return -1
			}
			at += n + len("-->")
		default:
			return -1
		}
	}
}

// directiveIDs splits "a, b,c reason" into IDs and reason. Any whitespace
// separates them, and a colon may stand between the two.
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

// suppress marks the findings that a comment suppresses.
func suppress(p *profile.Profile, ignores []*SuppressionComment, found []*Finding) {
	if len(ignores) == 0 {
		return
	}
	index := newSuppressionIndex(ignores)
	covering := index.coverage(p.Root, ignores)
	sorted := slices.SortedFunc(slices.Values(found), func(a, b *Finding) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	var above []*coverage // those around a location, the outermost first
	for _, f := range sorted {
		if f.onEnvelope || f.Rule.Unsuppressible {
			continue
		}
		if !f.Span.Valid() {
			f.Suppression = index.ignored(f.Rule.ID, 0, nil)
			continue
		}
		for len(covering) > 0 && covering[0].Start <= f.Span.Start {
			for len(above) > 0 && above[len(above)-1].End <= covering[0].Start {
				above = above[:len(above)-1]
			}
			above, covering = append(above, covering[0]), covering[1:]
		}
		for len(above) > 0 && above[len(above)-1].End <= f.Span.Start {
			above = above[:len(above)-1]
		}
		f.Suppression = index.ignored(f.Rule.ID, p.Source.LineAt(f.Span.Start), above)
	}
}

// suppressionIndex finds suppressions by what they are about: a document may have as
// many of them as it has findings.
type suppressionIndex map[suppressionKey]*suppressionEntry

// suppressionKey is a rule with the line that a suppression ends on, or with 0 if it
// is for the whole file.
type suppressionKey struct {
	rule string
	line int
}

// suppressionEntry are the suppressions of a rule at a place.
type suppressionEntry struct {
	used   bool
	number int // of the first of them, in their order
	marks  []*bool
	reason string
}

func newSuppressionIndex(ignores []*SuppressionComment) suppressionIndex {
	x := suppressionIndex{}
	for number, ig := range ignores {
		line := ig.last
		if ig.File {
			line = 0
		}
		for i, id := range ig.IDs {
			add(x, suppressionKey{id, line}, number, ig, i)
		}
	}
	return x
}

func add[K comparable](to map[K]*suppressionEntry, key K, number int, ig *SuppressionComment, i int) {
	by := to[key]
	if by == nil {
		by = &suppressionEntry{number: number, reason: ig.Reason}
		to[key] = by
	}
	by.marks = append(by.marks, &ig.Used[i])
}

// coverage is a key with its value, and the suppressions above the key by rule.
type coverage struct {
	profile.Span
	by map[string]*suppressionEntry
}

// coverage returns what suppression comments above keys cover, in order. One key
// with its value is either inside another or apart from it.
func (x suppressionIndex) coverage(root *profile.Node, ignores []*SuppressionComment) []*coverage {
	keys := map[int]*coverage{}
	for number, ig := range ignores {
		if ig.key < 0 || len(ig.IDs) == 0 {
			continue
		}
		c := keys[ig.key]
		if c == nil {
			c = &coverage{by: map[string]*suppressionEntry{}}
			keys[ig.key] = c
		}
		for i, id := range ig.IDs {
			add(c.by, id, number, ig, i)
		}
	}
	var list []*coverage
	if len(keys) == 0 || root == nil {
		return nil
	}
	nodes := []*profile.Node{root}
	for len(nodes) > 0 {
		n := nodes[len(nodes)-1]
		nodes = nodes[:len(nodes)-1]
		for child := range n.Children() {
			if c := keys[child.KeySpan().Start]; c != nil && child.Span().Valid() {
				c.Span = profile.Span{Start: child.KeySpan().Start, End: child.Span().End}
				list = append(list, c)
			}
			if child.Is(profile.Dict, profile.Array) {
				nodes = append(nodes, child)
			}
		}
	}
	slices.SortFunc(list, func(a, b *coverage) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

// ignored marks every suppression comment that applies to a finding as used, not
// only the first, so that none is reported as unused because of another.
func (x suppressionIndex) ignored(rule string, line int, above []*coverage) *Suppression {
	var first *suppressionEntry
	use := func(by *suppressionEntry) {
		if by == nil {
			return
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
	for _, at := range []int{0, line, line - 1} {
		use(x[suppressionKey{rule, at}])
	}
	for _, c := range above {
		use(c.by[rule])
	}
	if first == nil {
		return nil
	}
	return &Suppression{ByComment, first.reason}
}
