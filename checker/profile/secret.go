package profile

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mask stands for a secret in everything that is printed. It tells nothing of
// the secret's length.
const Mask = "********"

// Secrets are the places and the texts of a profile that no output may show:
// challenges, passwords and private keys.
type Secrets struct {
	src      *Source
	spans    []Span // in order, none inside or across another
	texts    []string
	replacer *strings.Replacer
	shown    bool // nothing is masked
}

// Secrets finds the secrets of the profile. A document that is no property
// list is searched as text, so that its errors can be shown with their line.
func (p *Profile) Secrets() *Secrets {
	s := &Secrets{src: p.Source}
	if p.Root != nil {
		s.walk(p.Root)
	}
	if p.Source.Form == FormXML && (p.Root == nil || bytes.Contains(p.Source.Text, []byte("<!--"))) {
		s.search(p.Source.Text)
	}
	s.tidy()
	return s
}

// tidy orders the places and makes one replacer of the texts, the longer ones
// first.
func (s *Secrets) tidy() {
	slices.SortFunc(s.spans, func(a, b Span) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	kept := s.spans[:0]
	for _, span := range s.spans {
		if n := len(kept); n > 0 && span.Start < kept[n-1].End {
			kept[n-1].End = max(kept[n-1].End, span.End)
			continue
		}
		kept = append(kept, span)
	}
	s.spans = kept
	if len(s.texts) == 0 {
		return
	}
	slices.SortFunc(s.texts, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(s.texts))
	for _, text := range slices.Compact(s.texts) {
		pairs = append(pairs, text, Mask)
	}
	s.replacer = strings.NewReplacer(pairs...)
}

// walk collects secrets from a tree without recursion.
func (s *Secrets) walk(root *Node) {
	for n := root; n != nil; {
		if n.secret() {
			s.add(n.text, Span{int(n.open), int(n.end)})
			if n.start >= 0 && n.Kind == String { // as it is written, which may differ by entities
				if raw := string(s.src.Text[n.open:max(n.open, n.end-int32(len("</string>")))]); raw != n.text {
					s.add(raw, NoSpan)
				}
			}
		}
		if n.first != nil {
			n = n.first
			continue
		}
		for n != nil && n.next == nil {
			if n = n.parent; n == root {
				return
			}
		}
		if n != nil {
			n = n.next
		}
	}
}

// add notes a secret. Short ones are masked by place only: masking every "ab"
// of a message would make it unreadable.
func (s *Secrets) add(text string, at Span) {
	if at.Start >= 0 && at.End > at.Start {
		s.spans = append(s.spans, at)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if len(line) < 4 || IsVariable(line) {
			continue
		}
		// A key or certificate is searched for in pieces: the search prepares
		// itself for each text, at a cost that grows with its square.
		const piece, pieces = 128, 16
		for i := 0; i < pieces && line != ""; i++ {
			n := min(len(line), piece)
			if n >= 4 {
				s.texts = append(s.texts, line[:n])
			}
			line = line[n:]
		}
	}
}

// secret reports whether the value is one that must not be printed.
func (n *Node) secret() bool {
	if !n.Is(String, Data, Integer, Real) || n.text == "" {
		return false
	}
	named := n // the key of the array that holds the value decides
	for named.parent != nil && named.parent.Kind == Array {
		named = named.parent
	}
	if SecretKey(named.Key) {
		return !IsVariable(n.text)
	}
	switch n.Kind {
	case Data:
		if n.Key == "PayloadContent" {
			if t := n.parent.Get("PayloadType").Text(); strings.EqualFold(t, "com.apple.security.pkcs12") {
				return true
			}
		}
		return holdsPrivateKey(n.text)
	case String:
		return strings.Contains(n.text, "PRIVATE KEY")
	}
	return false
}

// holdsPrivateKey reports whether data in base64 begins like a private key: in
// PEM, or in DER as PKCS#1, PKCS#8 and SEC 1 have it, a sequence whose first
// element is a small integer.
func holdsPrivateKey(text string) bool {
	var head [128]byte
	n := 0
	for i := 0; i < len(text) && n < len(head); i++ {
		if base64Value[text[i]] == 1 {
			head[n] = text[i]
			n++
		}
	}
	var decoded [96]byte
	m, _ := base64.RawStdEncoding.Decode(decoded[:], head[:n])
	b := decoded[:m]
	if bytes.HasPrefix(b, []byte("-----BEGIN")) {
		return bytes.Contains(b, []byte("PRIVATE KEY"))
	}
	if len(b) < 8 || b[0] != 0x30 {
		return false
	}
	header := 2
	if b[1] >= 0x80 {
		header += int(b[1] & 0x7f)
	}
	return header+3 <= len(b) && b[header] == 0x02 && b[header+1] == 0x01 && b[header+2] <= 1
}

// SecretKey reports whether values under this key are secret, misspelt names
// of Challenge and Password included.
func SecretKey(key string) bool {
	if len(key) < 6 || len(key) > maxName {
		return false
	}
	var buffer [maxName]byte
	k := buffer[:0]
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case c == ' ' || c == '_' || c == '-':
		case c >= 'A' && c <= 'Z':
			k = append(k, c|0x20)
		default:
			k = append(k, c)
		}
	}
	for i, c := range k {
		switch c {
		case 'p':
			if begins(k[i:], "password") || begins(k[i:], "passwd") || begins(k[i:], "passphrase") || begins(k[i:], "privatekey") {
				return true
			}
		case 's':
			if begins(k[i:], "secret") {
				return true
			}
		case 'c':
			if begins(k[i:], "challenge") {
				return true
			}
		}
	}
	// A misspelling begins as the word does, or nearly.
	if len(k) < 6 || len(k) > 11 || k[0] != 'c' && k[0] != 'p' && k[1] != 'h' && k[1] != 'a' {
		return false
	}
	return Distance(string(k), "challenge") <= 2 || Distance(string(k), "password") <= 2
}

func begins(text []byte, word string) bool {
	return len(text) >= len(word) && string(text[:len(word)]) == word
}

// keyed finds keys with a scalar value behind them in text that may be no
// property list, or stand in a comment.
var keyed = regexp.MustCompile(`(?s)<key>([^<]*)(?:</key>|<)(?:\s|<!--.*?-->|/?key>)*<(?:string|data|integer|real)[^>]*>(.*?)(?:</|<key|<dict|<array|\z)`)

// comments are searched by themselves as well: one may hold what was replaced.
var comments = regexp.MustCompile(`(?s)<!--.*?(?:-->|\z)`)

func (s *Secrets) search(text []byte) {
	s.searchFrom(text, 0)
	for _, m := range comments.FindAllIndex(text, -1) {
		s.searchFrom(text[m[0]+len("<!--"):m[1]], m[0]+len("<!--"))
	}
}

func (s *Secrets) searchFrom(text []byte, offset int) {
	for _, m := range keyed.FindAllSubmatchIndex(text, -1) {
		if value := string(text[m[4]:m[5]]); SecretKey(string(text[m[2]:m[3]])) && value != "" && !IsVariable(value) {
			s.add(value, Span{offset + m[4], offset + m[5]})
		}
	}
}

// inURL finds passwords and the like inside of URLs.
var inURL = regexp.MustCompile(`(://[^/@\s:"<]*:)[^/@\s"<]+(@)|((?i:[?&;](?:challenge|challengepassword|password|passwd|pwd|secret|token)=))[^&\s"<]+`)

// Text masks every secret of the profile in a text.
func (s *Secrets) Text(text string) string {
	if s.shown {
		return text
	}
	if s.replacer != nil {
		text = s.replacer.Replace(text)
	}
	if !strings.Contains(text, "://") && !strings.Contains(text, "=") {
		return text
	}
	return inURL.ReplaceAllString(text, "${1}${3}"+Mask+"${2}")
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
	body := s.src.Text[secret.Start:secret.End]
	if i := bytes.LastIndex(body, []byte("</")); i >= 0 {
		secret.End = secret.Start + i
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

// NoSecrets is for those who asked to see everything: it masks nothing.
func (p *Profile) NoSecrets() *Secrets { return &Secrets{src: p.Source, shown: true} }
