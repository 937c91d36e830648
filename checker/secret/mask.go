package secret

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// Text masks what is secret in a text wherever it occurs: copies of secrets that
// are hard to guess, and secrets inside URLs.
func (s *Secrets) Text(text string) string {
	if s.shown {
		return text
	}
	if s.copies.count(text) > 0 {
		text = s.copies.mask(text)
	}
	if strings.ContainsAny(text, inURLMarks) {
		text = replaceSpans(text, urlSecrets(text, false))
	}
	return text
}

// IsPlain reports whether Text returns a text as it is, whatever the secrets are: it is
// too short for a copy of one, and is no part of a URL.
func IsPlain(text string) bool {
	return len(text) < minFoundBytes && !strings.ContainsAny(text, inURLMarks)
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
	var b strings.Builder
	at := 0
	for span := range spans {
		b.WriteString(text[at:span.Start])
		b.WriteString(plist.Mask)
		at = span.End
	}
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}

// Touches reports whether a range of the text contains a part of a secret.
func (s *Secrets) Touches(at plist.Span) bool {
	i, _ := slices.BinarySearchFunc(s.spans, at.Start, func(span plist.Span, at int) int { return cmp.Compare(span.End, at+1) })
	return i < len(s.spans) && s.spans[i].Start < at.End
}

// reach is how many bytes of a long line are shown on either side of a place.
const reach = 160

// Line returns the text of a line with its secrets masked, and the range of the
// given span in that text, in bytes, as far as it is on the line. Of a long line
// only the part around the span is returned.
func (s *Secrets) Line(number int, at plist.Span) (text string, start, end int) {
	line := s.src.Line(number)
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
