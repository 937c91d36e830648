package profile

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// inURLMarks are the characters one of which stands in all that urlSecrets finds.
const inURLMarks = "@?&;"

// Text masks every secret of the profile in a text.
func (s *Secrets) Text(text string) string { return s.mask(text, s.replacer) }

// Fact masks secrets in a text that is judged by: those that are so short, or
// so common, that they may stand there by chance, are left, for what a host or
// a name says would be lost with them.
func (s *Secrets) Fact(text string) string { return s.mask(text, s.strong) }

func (s *Secrets) mask(text string, replacer *strings.Replacer) string {
	if s.shown {
		return text
	}
	if replacer != nil {
		text = replacer.Replace(text)
	}
	if !strings.ContainsAny(text, inURLMarks) || !strings.Contains(text, "://") && !strings.Contains(text, "=") {
		return text
	}
	var b strings.Builder
	at := 0
	for found := range urlSecrets(text) {
		b.WriteString(text[at:found.Start])
		b.WriteString(Mask)
		at = found.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// reach is how many bytes of a long line are shown on either side of a place.
const reach = 160

// Line gives the text of a line with its secrets masked, and where the given
// span lies in that text, in bytes, as far as it is on the line. Of a long
// line only the part around the span is given.
func (s *Secrets) Line(number int, at Span) (text string, start, end int) {
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
	first, _ := slices.BinarySearchFunc(s.spans, line.Start, func(span Span, at int) int { return cmp.Compare(span.End, at) })
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
		secret = s.within(secret, line)
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
		b.WriteString(Mask)
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

// boundary moves an offset inside of a line back to the start of its character.
func (s *Secrets) boundary(offset int, line Span) int {
	for back := 0; back < utf8.UTFMax && offset-back > line.Start; back++ {
		if utf8.RuneStart(s.src.Text[offset-back]) {
			return offset - back
		}
	}
	return offset // no UTF-8
}

// within cuts a secret to a line and leaves its end tag to be seen.
func (s *Secrets) within(secret, line Span) Span {
	if s.src.Form == FormXML {
		body := s.src.Text[secret.Start:secret.End]
		if i := bytes.LastIndex(body, []byte("</")); i >= 0 {
			secret.End = secret.Start + i
		}
	}
	return Span{max(secret.Start, line.Start), min(secret.End, line.End)}
}

// Document gives the whole text with its secrets masked, line by line, so that
// line numbers stay what they are.
func (s *Secrets) Document() string {
	if s.shown {
		return string(s.src.Text)
	}
	var b strings.Builder
	pos := 0
	for _, secret := range s.spans {
		secret = s.within(secret, Span{0, len(s.src.Text)})
		b.Write(s.src.Text[pos:secret.Start])
		for line := range bytes.Lines(s.src.Text[secret.Start:secret.End]) {
			body := bytes.TrimSpace(line)
			at := bytes.Index(line, body)
			if len(body) == 0 {
				b.Write(line)
				continue
			}
			b.Write(line[:at])
			b.WriteString(Mask)
			b.Write(line[at+len(body):])
		}
		pos = secret.End
	}
	b.Write(s.src.Text[pos:])
	return s.Text(b.String())
}

// Secrets gives the secrets of the profile, which are searched for once.
func (p *Profile) Secrets() *Secrets {
	if p.secrets == nil {
		if p.common != nil {
			p.secrets = p.common.find(p.Source)
		} else {
			p.secrets = p.findSecrets()
		}
	}
	return p.secrets
}

// NoSecrets is for those who asked to see everything: it masks nothing.
func (p *Profile) NoSecrets() *Secrets { return &Secrets{src: p.Source, shown: true} }
