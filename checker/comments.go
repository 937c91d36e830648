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
	Hidden bool   // another finding may be why there is nothing to suppress
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

// markHidden marks the suppression comments about values that could not be checked in
// full: another finding that is not suppressed is about the value, one around it, one
// inside it, or the type or content of its payload.
func markHidden(p *profile.Profile, ignores []*SuppressionComment, found []*Finding) {
	var hidden []profile.Span
	for _, f := range found {
		if f.Suppression == nil && !f.onEnvelope && f.Severity >= Warning && f.Span.Valid() {
			hidden = append(hidden, f.Span, f.hides(p.Root))
		}
	}
	if len(hidden) == 0 || p.Root == nil {
		return
	}
	slices.SortFunc(hidden, func(a, b profile.Span) int { return cmp.Compare(a.Start, b.Start) })
	ends := make([]int, len(hidden)) // of the spans up to each, the last end
	for i, span := range hidden {
		ends[i] = span.End
		if i > 0 {
			ends[i] = max(ends[i], ends[i-1])
		}
	}
	overlaps := func(with profile.Span) bool {
		n, _ := slices.BinarySearchFunc(hidden, with.End, func(span profile.Span, end int) int { return cmp.Compare(span.Start, end) })
		return n > 0 && ends[n-1] > with.Start
	}
	about := valuesOnLines(p, ignores)
	for _, ig := range ignores {
		if len(ig.IDs) == 0 {
			continue
		}
		line := ig.last
		if _, ok := about[line]; !ok || ig.key >= 0 {
			line++
		}
		if ig.key >= 0 {
			line = p.Source.LineAt(ig.key)
		}
		values, ok := about[line]
		ig.Hidden = overlaps(ig.Span) || ok && !ig.File && overlaps(values)
	}
}

// hides returns the span of what a finding may keep other rules from checking.
func (f *Finding) hides(root *profile.Node) profile.Span {
	n := root.At(f.Path...)
	for _, key := range []string{f.replaced, cmp.Or(f.key, pathKey(f.Path))} {
		if !strings.HasSuffix(key, pathKey([]any{"PayloadType"})) && !strings.HasSuffix(key, pathKey([]any{"PayloadContent"})) {
			continue
		}
		around := n
		if !f.absent && n.Key != "" {
			around = n.Parent()
		}
		if around == root && strings.HasSuffix(key, pathKey([]any{"PayloadType"})) {
			continue // the payloads are checked nevertheless
		}
		return around.Span()
	}
	switch {
	case f.absent, f.opening, !n.Span().Valid():
		return f.Span
	case n.Key != "" && isDuplicate(n):
		return n.Parent().Span() // the other value may be what is read
	}
	if key := n.KeySpan(); key.Valid() {
		return profile.Span{Start: key.Start, End: n.Span().End}
	}
	return n.Span()
}

// isDuplicate reports whether the dictionary around a value has its key more than once.
func isDuplicate(n *profile.Node) bool {
	if n.Parent().NoDuplicateKeys() {
		return false
	}
	for c := range n.Parent().Children() {
		if c != n && c.Key == n.Key {
			return true
		}
	}
	return false
}

// valuesOnLines returns what begins on the lines of suppression comments and on the
// lines after them, apart from payloads and the array of them.
func valuesOnLines(p *profile.Profile, ignores []*SuppressionComment) map[int]profile.Span {
	lines := map[int]bool{}
	for _, ig := range ignores {
		lines[ig.last], lines[ig.last+1] = true, true
		if ig.key >= 0 {
			lines[p.Source.LineAt(ig.key)] = true
		}
	}
	about := map[int]profile.Span{}
	add := func(line int, span profile.Span) {
		if old, ok := about[line]; ok {
			span = profile.Span{Start: min(old.Start, span.Start), End: max(old.End, span.End)}
		}
		about[line] = span
	}
	type level struct {
		n     *profile.Node
		depth int
	}
	for todo := []level{{p.Root, 0}}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for child := range at.n.Children() {
			span := child.Span()
			if !span.Valid() {
				continue
			}
			if child.Is(profile.Dict, profile.Array) {
				todo = append(todo, level{child, at.depth + 1})
				if at.depth < 2 {
					continue
				}
			}
			if key := child.KeySpan(); key.Valid() {
				if line := p.Source.LineAt(key.Start); lines[line] {
					add(line, profile.Span{Start: key.Start, End: span.End})
				}
			}
			if line := p.Source.LineAt(span.Start); lines[line] {
				add(line, span)
			}
		}
	}
	return about
}
