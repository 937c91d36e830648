// Package secret finds and masks the secrets of a document.
package secret

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// derSequence is the first byte of what is built like a certificate or a key in DER.
const derSequence = 0x30

// Secrets are the locations of a profile that no output may show (challenges,
// passwords, private keys), and the texts there that no output may repeat. The
// structure determines what is secret: the text of the element is, wherever it
// is shown. The same text elsewhere is masked if it is hard to guess, but not if
// it is common, such as a Challenge "scep".
type Secrets struct {
	src    *plist.Source
	spans  []plist.Span // in order, none nested or overlapping
	texts  []string     // of secrets that are hard to guess, until findCopies
	copies *textSet     // finds these
	shown  bool         // nothing is masked
}

// Find searches the tree, and what the tree does not contain as text: comments,
// template text, and all of a document that is not a property list, so that its
// errors can be shown with their line.
func Find(src *plist.Source, root *plist.Node) *Secrets {
	switch {
	case len(src.Text) > plist.MaxSize: // it was not read, and nothing of it is shown
		return &Secrets{src: src}
	case root == nil:
		return search(src, nil, nil, true)
	}
	return search(src, []*plist.Node{root}, nil, len(src.Faults) > 0)
}

// Shared are the secrets of profiles that have locations in the same text: one
// of its lines may show the secrets of another profile.
type Shared struct {
	Roots   []*plist.Node // all trees in the text
	Hidden  []plist.Span  // what may contain secrets, encoded so that they cannot be found
	secrets *Secrets
}

// Find returns the secrets, which are searched for on the first call.
func (x *Shared) Find(src *plist.Source) *Secrets {
	if x.secrets == nil {
		x.secrets = search(src, x.Roots, x.Hidden, false)
	}
	return x.secrets
}

// search finds the secrets of trees and of their text, and copies of them.
func search(src *plist.Source, roots []*plist.Node, hidden []plist.Span, unparsed bool) *Secrets {
	s := &Secrets{src: src, spans: hidden}
	for _, root := range roots {
		s.walk(root)
	}
	s.searchSource(unparsed)
	if len(s.texts) > 0 {
		s.findCopies(roots)
	}
	s.sortSpans()
	return s
}

// searchSource searches the text of the source, all of it if its structure is
// not known.
func (s *Secrets) searchSource(unparsed bool) {
	text := s.src.String()
	switch {
	case s.src.Form == plist.FormBinary:
	case unparsed:
		s.searchText(text)
	case s.src.Form == plist.FormXML:
		if len(s.src.Templates) > 0 {
			s.searchMarkup(text, 0, false) // a branch of a template may not be in the tree
		}
		s.searchComments(text)
	}
}

// findCopies records where the texts of the secrets occur elsewhere.
func (s *Secrets) findCopies(roots []*plist.Node) {
	s.copies, s.texts = newTextSet(s.texts), nil
	if s.src.Form != plist.FormBinary {
		s.copies.find(s.src.String(), func(at plist.Span) bool { s.spans = append(s.spans, at); return true })
	}
	for _, root := range roots {
		s.findRewritten(root)
	}
}

// sortSpans sorts the locations, and joins those that overlap.
func (s *Secrets) sortSpans() {
	slices.SortFunc(s.spans, func(a, b plist.Span) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	kept := s.spans[:0]
	for _, span := range s.spans {
		if n := len(kept); n > 0 && span.Start < kept[n-1].End {
			kept[n-1].End = max(kept[n-1].End, span.End)
			continue
		}
		kept = append(kept, span)
	}
	s.spans = kept
}

// findRewritten records the values of a tree that hold copies of the secrets, written otherwise in the source.
func (s *Secrets) findRewritten(n *plist.Node) {
	switch {
	case n == nil, n.AsWritten(), n.Kind == plist.Boolean && !n.Broken(): // nothing can differ
	case n.Kind == plist.Dict || n.Kind == plist.Array:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			s.findRewritten(c)
		}
	case n.Span().Valid():
		if raw := s.written(n); raw != n.Text() && s.copies.count(n.Text()) > s.copies.count(raw) {
			s.spans = append(s.spans, s.inside(n))
		}
	}
}

// visit calls a function for a value and all that it holds, in file order: whether the value lies under a secret key, and
// whether its own is one. It ends when the function returns false.
func visit(n *plist.Node, within bool, call func(n *plist.Node, within, secretKey bool) bool) bool {
	secretKey := keyname.IsSecret(n.Key)
	if !call(n, within, secretKey) {
		return false
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if !visit(c, within || secretKey, call) {
			return false
		}
	}
	return true
}

// walk collects the secrets of a tree.
func (s *Secrets) walk(root *plist.Node) {
	visit(root, false, func(n *plist.Node, within, secretKey bool) bool {
		if isSecret(n, within || secretKey) {
			s.add(n.Text(), s.inside(n))
			if raw := s.written(n); raw != n.Text() {
				s.addText(raw)
			}
		} else if n.Kind == plist.String {
			s.addURL(n)
		}
		if secretKey {
			s.gap(n)
		}
		return true
	})
}

// inside returns the location of a value's text: between its tags, or between
// the quotation marks in JSON.
func (s *Secrets) inside(n *plist.Node) plist.Span {
	if !n.Span().Valid() {
		return plist.NoSpan
	}
	at := plist.Span{Start: n.OpenSpan().End, End: n.Span().End}
	switch {
	case n.AsWritten():
		at.End = at.Start + len(n.Text())
	case s.src.Form == plist.FormJSON && n.Is(plist.String, plist.Data):
		at.End--
	case s.src.Form == plist.FormXML && n.Kind != plist.Template:
		body := s.src.Text[at.Start:at.End]
		if text := n.Text(); len(body) > len(text)+1 && body[len(text)] == '<' && body[len(text)+1] == '/' && string(body[:len(text)]) == text {
			at.End = at.Start + len(text) // as most texts are written
			break
		}
		i := bytes.LastIndexByte(body, '<')
		if i >= 0 && !bytes.HasPrefix(body[i:], []byte("</")) {
			i = bytes.LastIndex(body, []byte("</"))
		}
		if i >= 0 {
			at.End = at.Start + i
		}
	case n.Kind == plist.Template:
		at.Start = n.Span().Start
	}
	return at
}

// written returns the text of a value as it is written, which may differ by
// entities or escapes.
func (s *Secrets) written(n *plist.Node) string {
	at := s.inside(n)
	if !at.Valid() || s.src.Form == plist.FormBinary {
		return n.Text()
	}
	return s.src.String()[at.Start:at.End]
}

// addURL records the secrets inside a URL.
func (s *Secrets) addURL(n *plist.Node) {
	if !mayHaveURLSecret(n.Text()) {
		return
	}
	whole := namesURL(n.Key) || urlStart().MatchString(strings.TrimSpace(n.Text()))
	found := false
	for at := range urlSecrets(n.Text(), whole) {
		found = true
		s.addText(n.Text()[at.Start:at.End])
	}
	if !found || !n.Span().Valid() {
		return
	}
	at, raw := s.inside(n), s.written(n)
	if strings.ReplaceAll(raw, "&amp;", "&") != n.Text() || s.src.Form == plist.FormJSON && raw != n.Text() {
		s.spans = append(s.spans, at) // what is written otherwise there cannot be located
		return
	}
	for part := range urlSecrets(raw, whole) {
		s.spans = append(s.spans, plist.Span{Start: at.Start + part.Start, End: at.Start + part.End})
	}
}

// gap records template text between a secret key and its value: it may choose
// among secrets.
func (s *Secrets) gap(n *plist.Node) {
	at := plist.Span{Start: n.KeySpan().End, End: n.Span().Start} // n.KeySpan is n.Span if there is no key
	if at.Start >= at.End {
		return
	}
	if text := string(s.src.Text[at.Start:at.End]); template.HasVariable(text) {
		s.add(text, at)
	}
}

// add records a secret and its location.
func (s *Secrets) add(text string, at plist.Span) {
	if at.Start >= 0 && at.End > at.Start {
		if n := len(s.spans); n > 0 && s.spans[n-1].End == at.Start {
			s.spans[n-1].End = at.End
		} else {
			s.spans = append(s.spans, at)
		}
	}
	s.addText(text)
}

// addText records the text of a secret, to be found elsewhere if it is hard to
// guess. For a text of several lines, such as a key, each line is recorded that
// may be a line of a key.
func (s *Secrets) addText(text string) {
	text = strings.TrimSpace(text)
	if len(text) < minFoundBytes || template.IsCertain(text) {
		return
	}
	if strings.IndexByte(text, '\n') >= 0 {
		const ofKey = 16 // bytes
		s.texts = slices.Grow(s.texts, min(strings.Count(text, "\n"), len(text)/ofKey)+2)
		last := ""
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= ofKey && !strings.ContainsAny(line, " \t") && line != last {
				s.texts = append(s.texts, line)
				last = line
			}
		}
	} else if !highEntropy(text[:min(len(text), maxFoundBytes)]) {
		return
	}
	s.texts = append(s.texts, text)
	text = strings.ToValidUTF8(text[:min(len(text), maxFoundBytes)], "") // more is not compared
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf || !plist.IsBase64Digit(byte(r)) || r == '+' || r == '/' }) < 0 {
		return // it is the same however it is written
	}
	for _, other := range []string{strings.Trim(strconv.Quote(text), `"`), url.QueryEscape(text), url.PathEscape(text)} {
		if other != text {
			s.texts = append(s.texts, other)
		}
	}
}

// challengePassword is the attribute type that holds the challenge in a Subject.
const challengePassword = "1.2.840.113549.1.9.7"

// IsSecret reports whether the value must not be printed; within says whether it
// is anywhere under a secret key.
func IsSecret(n *plist.Node, within bool) bool {
	return n != nil && isSecret(n, within || keyname.IsSecret(n.Key))
}

// isSecret is IsSecret after the key of the value itself was checked.
func isSecret(n *plist.Node, within bool) bool {
	switch n.Kind {
	case plist.String, plist.Data, plist.Integer, plist.Real, plist.Template:
	default:
		return false
	}
	if n.Text() == "" {
		return false
	}
	if within {
		return !template.IsCertain(n.Text())
	}
	if n.Key == "" && n.Index() == 1 && n.Parent().At(0).Text() == challengePassword {
		return !template.IsCertain(n.Text())
	}
	switch n.Kind {
	case plist.Data, plist.String:
		if n.Key == "PayloadContent" && strings.EqualFold(strings.TrimSpace(n.Parent().Get("PayloadType").Text()), "com.apple.security.pkcs12") {
			return !template.IsCertain(n.Text())
		}
		const shortest = len("PRIVATE KEY") // of what is looked for here
		if len(n.Text()) < shortest {
			return false
		}
		return holdsPrivateKey(n.Text()) || strings.IndexByte(n.Text(), ' ') >= 0 && strings.Contains(n.Text(), "PRIVATE KEY") || n.Kind == plist.Data && holdsKeyText(n)
	}
	return false
}

// holdsKeyText reports whether data is text with a private key in PEM anywhere
// in it, as openssl writes it after a certificate or lines of attributes.
func holdsKeyText(n *plist.Node) bool {
	var head [12]byte
	if m, _ := base64.StdEncoding.Decode(head[:], []byte(n.Text()[:min(len(n.Text()), 16)])); m == 0 || head[0] == derSequence && head[1] >= 0x80 {
		return false // a certificate, most likely
	}
	b, _ := n.Bytes()
	return bytes.Contains(b, []byte("PRIVATE KEY"))
}

// holdsPrivateKey reports whether a text is Base64 that begins like a private key: in PEM, or in DER as PKCS #1, PKCS #8,
// SEC 1, and PKCS #12 have it, a sequence whose first element is a small integer, or, encrypted, the algorithm of a
// password. It may be in Base64 once more.
func holdsPrivateKey(text string) bool {
	i := 0
	for i < len(text) && plist.IsSpace(text[i]) {
		i++
	}
	if i == len(text) || text[i] != 'M' && text[i] != 'L' && text[i] != 'T' { // "MI", "LS0t", and both in Base64 again
		return false
	}
	var head [128]byte
	n := 0
	for ; i < len(text) && n < len(head); i++ {
		if c := text[i]; plist.IsBase64Digit(c) {
			head[n] = c
			n++
		} else if c == '-' || c == '_' { // as in URLs
			head[n] = map[byte]byte{'-': '+', '_': '/'}[c]
			n++
		}
	}
	var decoded [96]byte
	m, _ := base64.RawStdEncoding.Decode(decoded[:], head[:n])
	b := decoded[:m]
	if bytes.HasPrefix(b, []byte("M")) || bytes.HasPrefix(b, []byte("LS0t")) {
		m, _ = base64.RawStdEncoding.Decode(decoded[:], bytes.Clone(b))
		b = decoded[:m]
	}
	if bytes.HasPrefix(b, []byte("-----BEGIN")) {
		return bytes.Contains(b, []byte("PRIVATE KEY"))
	}
	if len(b) < 8 || b[0] != derSequence {
		return false
	}
	header := 2
	if b[1] >= 0x80 {
		header += int(b[1] & 0x7f)
	}
	if header+3 > len(b) {
		return false
	}
	if b[header] == derSequence {
		return bytes.Contains(b, []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x05")) || bytes.Contains(b, []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"))
	}
	return b[header] == 0x02 && b[header+1] == 0x01 && (b[header+2] <= 1 || b[header+2] == 3)
}

// Text masks what is secret in a text wherever it occurs: copies of secrets that
// are hard to guess, and secrets inside URLs.
func (s *Secrets) Text(text string) string {
	if s.shown {
		return text
	}
	if s.copies.count(text) > 0 {
		text = s.copies.mask(text)
	}
	if mayHaveURLSecret(text) {
		text = replaceSpans(text, urlSecrets(text, false))
	}
	return text
}

// IsPlain reports whether Text returns a text as it is, whatever the secrets are: it is
// too short for a copy of one, and no URL with a secret.
func IsPlain(text string) bool {
	return len(text) < minFoundBytes && !mayHaveURLSecret(text)
}

// Excerpt is Text, shortened in the middle if it is very long.
func (s *Secrets) Excerpt(text string) string {
	const longest, tail = 600, 200
	if text = s.Text(text); len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest-tail], "") + "…" + strings.ToValidUTF8(text[len(text)-tail:], "")
}

// Own returns, for MaskOwn, the secrets that a finding at a location, or about a
// value, is about: the value itself, if it is secret, or all secret ones that it
// contains.
func (s *Secrets) Own(at plist.Span, n *plist.Node) (own []string) {
	if s.shown {
		return nil
	}
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" && !template.IsCertain(text) {
			own = append(own, text)
		}
	}
	const maxOwn = 100
	if n != nil {
		within := false
		for p := n; p != nil && !within; p = p.Parent() {
			within = keyname.IsSecret(p.Key)
		}
		visit(n, within, func(c *plist.Node, _, _ bool) bool {
			if within && isSecret(c, true) || !within && isSecret(c, false) {
				add(c.Text())
				add(s.written(c))
			}
			return within && len(own) <= maxOwn
		})
		return own
	}
	if !at.Valid() {
		return nil
	}
	first, _ := slices.BinarySearchFunc(s.spans, at.Start, func(span plist.Span, at int) int { return cmp.Compare(span.End, at) })
	for _, span := range s.spans[first:] {
		if span.Start > at.End || len(own) > maxOwn {
			break
		}
		add(string(s.src.Text[span.Start:span.End]))
	}
	return own
}

// MaskOwn masks, in a text about secrets, these secrets and pieces of them.
func MaskOwn(text string, own []string) string {
	const minPiece = 4 // bytes
	trimmed := strings.Trim(text, " \t\r\n\"…")
	for _, secret := range own {
		flat := strings.Join(strings.Fields(secret[:min(len(secret), 4*maxFoundBytes)]), " ")
		if trimmed == secret || len(trimmed) >= minPiece && !template.IsCertain(trimmed) && (strings.Contains(secret, trimmed) || strings.Contains(flat, trimmed)) {
			return plist.Mask
		}
		for _, written := range []string{secret, flat, strings.Trim(strconv.Quote(flat), `"`)} {
			if len(written) >= minPiece {
				text = strings.ReplaceAll(text, written, plist.Mask)
			} else {
				text = replaceWord(text, written)
			}
		}
	}
	return text
}

// replaceWord masks a short text if neither letters nor digits are around it.
func replaceWord(text, word string) string {
	var b strings.Builder
	for at := 0; ; {
		n := strings.Index(text[at:], word)
		if n < 0 || word == "" {
			return b.String() + text[at:]
		}
		start, end := at+n, at+n+len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		b.WriteString(text[at:start])
		if unicode.In(before, unicode.L, unicode.N) || unicode.In(after, unicode.L, unicode.N) {
			b.WriteString(word)
		} else {
			b.WriteString(plist.Mask)
		}
		at = end
	}
}

// replaceSpans masks places of a text.
func replaceSpans(text string, spans iter.Seq[plist.Span]) string {
	var b []byte
	at := 0
	for span := range spans {
		b = append(append(b, text[at:span.Start]...), plist.Mask...)
		at = span.End
	}
	if at == 0 {
		return text
	}
	return string(append(b, text[at:]...))
}

// Touches reports whether a range of the text contains a part of a secret.
func (s *Secrets) Touches(at plist.Span) bool {
	i, _ := slices.BinarySearchFunc(s.spans, at.Start, func(span plist.Span, at int) int { return cmp.Compare(span.End, at+1) })
	return i < len(s.spans) && s.spans[i].Start < at.End
}

// reach is how many bytes of a long line are shown on either side of a place.
const reach = 160

// Line returns the text of the line that a span starts on with its secrets masked, and
// the range of the span in that text, in bytes, as far as it is on the line. Of a long
// line only the part around the span is returned.
func (s *Secrets) Line(at plist.Span) (text string, start, end int) {
	line := s.src.Line(s.src.LineAt(at.Start))
	if !line.Valid() {
		return "", 0, 0
	}
	var b strings.Builder
	if line.End-line.Start > 3*reach {
		if from := at.Start - reach; from > line.Start {
			line.Start = s.boundary(from, line)
			b.WriteString("…")
		}
	}
	tail := ""
	if to := max(at.Start, line.Start) + 2*reach; to < line.End {
		line.End, tail = s.boundary(to, line), "…"
	}
	first, _ := slices.BinarySearchFunc(s.spans, line.Start, func(span plist.Span, at int) int { return cmp.Compare(span.End, at) })
	pos := line.Start
	start, end = -1, -1
	mark := func(to, out int) { // notes the edges of the span up to an offset
		if start < 0 && at.Start < to {
			start = out + max(at.Start-pos, 0)
		}
		if end < 0 && at.End <= to {
			end = out + max(at.End-pos, 0)
		}
	}
	for _, secret := range s.spans[first:] {
		secret = plist.Span{Start: max(secret.Start, line.Start), End: min(secret.End, line.End)}
		if secret.Start >= line.End {
			break
		}
		if secret.End <= secret.Start {
			continue
		}
		mark(secret.Start, b.Len())
		b.Write(s.src.Text[pos:secret.Start])
		pos = secret.End
		if start < 0 && at.Start < pos {
			start = b.Len()
		}
		b.WriteString(plist.Mask)
		if end < 0 && at.End <= pos {
			end = b.Len()
		}
	}
	mark(line.End, b.Len())
	b.Write(s.src.Text[pos:line.End])
	length := b.Len()
	b.WriteString(tail)
	text = b.String()
	if start < 0 {
		start = length
	}
	if end < 0 {
		end = length
	}
	if masked := s.Text(text); masked != text { // a secret out of its place: the place in the line is lost
		return masked, 0, len(masked)
	}
	return text, start, max(start, end)
}

// boundary moves an offset inside a line back to the start of its character.
func (s *Secrets) boundary(offset int, line plist.Span) int {
	for back := 0; back < utf8.UTFMax && offset-back > line.Start; back++ {
		if utf8.RuneStart(s.src.Text[offset-back]) {
			return offset - back
		}
	}
	return offset // no UTF-8
}

// Document returns the whole text with its secrets masked, line by line, so that
// line numbers do not change.
func (s *Secrets) Document() string {
	if s.shown {
		return string(s.src.Text)
	}
	var b strings.Builder
	pos := 0
	for _, secret := range s.spans {
		b.Write(s.src.Text[pos:secret.Start])
		for line := range bytes.Lines(s.src.Text[secret.Start:secret.End]) {
			body := bytes.TrimSpace(line)
			at := bytes.Index(line, body)
			if len(body) == 0 {
				b.Write(line)
				continue
			}
			b.Write(line[:at])
			b.WriteString(plist.Mask)
			b.Write(line[at+len(body):])
		}
		pos = secret.End
	}
	b.Write(s.src.Text[pos:])
	return s.Text(b.String())
}

// MaskError returns the message of a syntax error without secrets.
func MaskError(e *plist.SyntaxError) string {
	secrets := Find(e.Source, nil)
	if e.Unquoted != "" && secrets.Touches(e.Span) {
		return e.Unquoted
	}
	return secrets.Text(e.Message)
}

// None returns no secrets, for --show-secrets.
func None(src *plist.Source) *Secrets { return &Secrets{src: src, shown: true} }

// textSet finds the texts of secrets in other texts, in time and memory proportional to the size of both.
type textSet struct {
	texts   []string       // in order, each at most maxFoundBytes long
	shorter []int32        // for each text, the longest other one that it begins with; -1: none
	starts  [1 << 6]uint64 // a bit for each way that a text may begin
	first   [256]bool      // the bytes that texts begin with
}

// minFoundBytes is how many bytes a text has at least, and maxFoundBytes how many of it are compared: after more of them
// than that, the rest of the line belongs to it.
const minFoundBytes, maxFoundBytes = 6, 256

// newTextSet returns the set of the texts in the list, which it uses.
func newTextSet(texts []string) *textSet {
	for i, text := range texts {
		texts[i] = text[:min(len(text), maxFoundBytes)]
	}
	texts = slices.DeleteFunc(texts, func(text string) bool { return len(text) < minFoundBytes }) // as it is written elsewhere
	slices.Sort(texts)
	t := &textSet{texts: slices.Compact(texts)}
	t.shorter = make([]int32, len(t.texts))
	for i, text := range t.texts {
		h := startOf(text)
		t.starts[h/64] |= 1 << (h % 64)
		t.first[text[0]] = true
		j := int32(i - 1)
		for j >= 0 && !strings.HasPrefix(text, t.texts[j]) {
			j = t.shorter[j]
		}
		t.shorter[i] = j
	}
	return t
}

// startOf returns a digest of the first bytes of a text.
func startOf(text string) uint32 {
	return (uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24) * 0x9e3779b1 >> 20
}

// at returns the length of the longest of the texts that begins at an offset; 0 if none does.
func (t *textSet) at(text string, offset int) int {
	if offset+minFoundBytes > len(text) {
		return 0
	}
	rest := text[offset:]
	if h := startOf(rest); t.starts[h/64]>>(h%64)&1 == 0 {
		return 0
	}
	rest = rest[:min(len(rest), maxFoundBytes)]
	i, found := slices.BinarySearch(t.texts, rest)
	if !found {
		i--
	}
	for ; i >= 0; i = int(t.shorter[i]) {
		if !strings.HasPrefix(rest, t.texts[i]) {
			continue
		}
		if n := len(t.texts[i]); n < maxFoundBytes {
			return n
		}
		if line := strings.IndexAny(text[offset:], "\r\n<"); line > maxFoundBytes {
			return line
		} else if line < 0 {
			return len(text) - offset
		}
		return maxFoundBytes
	}
	return 0
}

// find yields the locations of the texts, in order, none overlapping.
func (t *textSet) find(text string, yield func(plist.Span) bool) {
	if t == nil || len(t.texts) == 0 {
		return
	}
	for i := 0; i+minFoundBytes <= len(text); i++ {
		if len(t.texts) == 1 { // as in most profiles
			n := strings.Index(text[i:], t.texts[0])
			if n < 0 {
				return
			}
			i += n
		}
		if !t.first[text[i]] {
			continue // as at nearly all offsets
		}
		if n := t.at(text, i); n > 0 {
			if !yield(plist.Span{Start: i, End: i + n}) {
				return
			}
			i += n - 1
		}
	}
}

// mask masks the texts in a text.
func (t *textSet) mask(text string) string {
	return replaceSpans(text, func(yield func(plist.Span) bool) { t.find(text, yield) })
}

// count is how often the texts occur in a text.
func (t *textSet) count(text string) (n int) {
	t.find(text, func(plist.Span) bool { n++; return true })
	return n
}
